import { decode } from '../../src/accelerator/reference/numbers.ts'
import type { HostTensor } from '../../src/graph/host-tensor.ts'
import { sizeOf } from '../../src/graph/shape.ts'
import type { Shape } from '../../src/graph/spec.ts'

export type Index = readonly number[]

/** Every index into a tensor of `shape`, in row-major order. */
export function indicesOf(shape: Shape): Index[] {
  return Array.from({ length: sizeOf(shape) }, (_, flat) => {
    const index = new Array<number>(shape.length)
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = flat % shape[axis]!
      flat = Math.floor(flat / shape[axis]!)
    }
    return index
  })
}

/** The element of `tensor` at an index, as a formula reads it; 0 outside, for formulas with padding. */
export function reader({ shape, data, dtype }: HostTensor): (index: Index) => number {
  const numbers = decode(dtype, data)
  return (index) => {
    let flat = 0
    for (const [axis, length] of shape.entries()) {
      const i = index[axis]!
      if (i < 0 || i >= length) return 0
      flat = flat * length + i
    }
    return numbers[flat]!
  }
}

/** As `reader`, for an index into what `tensor` is broadcast to. */
export function broadcastReader(tensor: HostTensor): (index: Index) => number {
  const read = reader(tensor)
  const { shape } = tensor
  return (index) => read(shape.map((length, axis) => (length === 1 ? 0 : index[index.length - shape.length + axis]!)))
}

/** A tensor's numbers from a formula for each element. */
export function fromFormula(shape: Shape, formula: (index: Index) => number): number[] {
  return indicesOf(shape).map(formula)
}

/** Σ formula(index) over a tensor of `shape`. */
export function total(shape: Shape, formula: (index: Index) => number): number {
  return indicesOf(shape).reduce((sum, index) => sum + formula(index), 0)
}
