import type { DType, Value } from '@voltaic/core/graph'
import { leaf, type Operands } from '../../check/operands.ts'
import type { ToleranceKind } from '../../suite/tolerances.ts'
import type { Points } from './points.ts'

/** A use of an op on given numbers, and the numbers of its outputs, worked out by hand, in closed form or by PyTorch. */
export interface Example {
  readonly outputs: readonly Value[]
  readonly expected: readonly (readonly number[])[]
  /** Where another bound holds than for drawn numbers. */
  readonly kind?: ToleranceKind
}

/** Makes a leaf of the dtype under test (or of `dtype`) from numbers. */
export type LeafMaker = (numbers: readonly number[], shape?: readonly number[], dtype?: DType) => Value

/** All there is to check about an op. */
export interface OpCases {
  /** Tells several entries of one op apart, in their ids. */
  readonly variant?: string
  readonly kind: ToleranceKind
  /** Default: those that the op takes. */
  readonly dtypes?: readonly DType[]
  /** Hand-chosen uses of an elementwise op. */
  readonly pointwise?: { readonly points: Points; readonly apply: (...operands: Value[]) => Value }
  /** Hand-chosen uses of any other op. */
  readonly examples?: (of: LeafMaker, dtype: DType) => readonly Example[]
  /** Hand-chosen uses with NaN, infinities and signed zeros. */
  readonly specials?: (of: LeafMaker, dtype: DType) => readonly Example[]
  /** Whether non-finite numbers only pass through, or are told by their bits: no arithmetic is asked of the device. */
  readonly movesBits?: boolean
  /** Uses on drawn numbers and shapes, compared with the reference. */
  readonly uses: (operands: Operands, dtype: DType) => Iterable<Value | readonly Value[]>
}

/** Makes leaves of `dtype`. */
export function leafMaker(dtype: DType): LeafMaker {
  return (numbers, shape, other) => leaf(numbers, shape, other ?? dtype)
}

/** One output with its numbers. */
export function example(output: Value, expected: readonly number[]): Example {
  return { outputs: [output], expected: [expected] }
}

/** Several outputs of one node with their numbers. */
export function examples(outputs: readonly Value[], ...expected: readonly (readonly number[])[]): Example {
  return { outputs, expected }
}
