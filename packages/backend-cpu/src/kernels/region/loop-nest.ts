import {
  type DType,
  type Graph,
  type Instruction,
  type ReductionName,
  type Region,
  stridesOf,
  type ValueId,
} from '@voltaic/core/graph'
import { log2Bytes } from '../dtypes.ts'
import type { Word } from '../kernel.ts'

/** What moves along the loops of a nest: an address, or the number of an `index` instruction. */
export interface Operand {
  readonly dtype: DType
  /** Where it starts. */
  readonly start: Word
  /** What it gains a step of each loop: bytes, or for an index 1 a number. */
  readonly strides: readonly number[]
}

/** A register that is stored. */
export interface Store {
  readonly operand: number
  readonly register: number
}

/** A register that is folded over the reduced loops. */
export interface Fold extends Store {
  readonly op: ReductionName
}

/** Loops, outermost first, around a program; all that a region kernel is generated from. */
export interface LoopNest {
  readonly sizes: readonly number[]
  /** Whether a loop is folded over. */
  readonly reduced: readonly boolean[]
  readonly operands: readonly Operand[]
  readonly program: readonly Instruction[]
  /** The operand of each `load` and `index` instruction, by register. */
  readonly operandOf: ReadonlyMap<number, number>
  readonly stores: readonly Store[]
  readonly folds: readonly Fold[]
}

/** The address of a value's element `offset`. */
export function addressOf(value: ValueId, dtype: DType, offset = 0): Word {
  return { value, bytes: offset << log2Bytes(dtype) }
}

/** The loops of a region, as few as its strides allow. */
export function nestOf(graph: Graph, region: Region): LoopNest {
  const { shape, program, inputs, reducedAxes } = region
  const operands: Operand[] = []
  const dtypeOf = (value: ValueId) => graph.values[value]!.dtype
  const add = (value: ValueId, strides: readonly number[], offset = 0) => {
    const dtype = dtypeOf(value)
    const inBytes = strides.map((stride) => stride * 2 ** log2Bytes(dtype))
    return operands.push({ dtype, start: addressOf(value, dtype, offset), strides: inBytes }) - 1
  }
  const loads = inputs.map(({ value, strides, offset }) => add(value, strides, offset))
  const operandOf = new Map<number, number>()
  for (const [register, instruction] of program.entries()) {
    if (instruction.op === 'load') operandOf.set(register, loads[instruction.input]!)
    if (instruction.op !== 'index') continue
    operandOf.set(
      register,
      operands.push({ dtype: 'int32', start: instruction.offset, strides: instruction.strides }) - 1,
    )
  }
  const whole = stridesOf(shape)
  const stores = region.outputs.map(({ value, register }) => ({ register, operand: add(value, whole) }))
  const left = stridesOf(shape.map((n, axis) => (reducedAxes.includes(axis) ? 1 : n)))
  const kept = left.map((stride, axis) => (reducedAxes.includes(axis) ? 0 : stride))
  const folds = region.reductions.map(({ value, register, op }) => ({ register, op, operand: add(value, kept) }))
  const reduced = shape.map((_, axis) => reducedAxes.includes(axis))
  return collapse({ sizes: shape, reduced, operands, program, operandOf, stores, folds })
}

/** The same nest with neighbouring loops made one where every operand steps through them evenly. */
export function collapse(nest: LoopNest): LoopNest {
  const sizes: number[] = []
  const reduced: boolean[] = []
  const strides: number[][] = nest.operands.map(() => [])
  for (const [loop, size] of nest.sizes.entries()) {
    if (size === 1) continue
    const last = sizes.length - 1
    const steps = nest.operands.map((operand) => operand.strides[loop]!)
    const isEven = steps.every((step, k) => strides[k]![last] === step * size)
    if (last >= 0 && isEven && reduced[last] === nest.reduced[loop]) {
      sizes[last]! *= size
      for (const [k, step] of steps.entries()) strides[k]![last] = step
    } else {
      sizes.push(size)
      reduced.push(nest.reduced[loop]!)
      for (const [k, step] of steps.entries()) strides[k]!.push(step)
    }
  }
  const operands = nest.operands.map((operand, k) => ({ ...operand, strides: strides[k]! }))
  return { ...nest, sizes, reduced, operands }
}
