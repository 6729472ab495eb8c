import { lowered, preciseIn, widestOf } from '../../tensor/autocast.ts'
import { Tensor } from '../../tensor/tensor.ts'

/** What a function of the half-type list computes with: its operands in the type of the autocast that is on. */
export function inHalf<T extends Tensor | null>(x: T): T {
  return x === null ? x : (again(x, lowered(x.value)) as T)
}

/** What a function of the float32 list computes with: its operands in float32 while an autocast is on. */
export function inFloat32<T extends Tensor | null>(x: T): T {
  return x === null ? x : (again(x, preciseIn(x.value)) as T)
}

/** Operands that must be of one dtype, in the widest of theirs while an autocast is on. */
export function inWidest(...operands: readonly Tensor[]): readonly Tensor[] {
  const values = widestOf(operands.map((x) => x.value))
  return operands.map((x, i) => again(x, values[i]!))
}

function again(x: Tensor, value: Tensor['value']): Tensor {
  return value === x.value ? x : new Tensor(value)
}
