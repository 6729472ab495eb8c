import type { DType } from './dtype.ts'
import type { ValueId } from './graph.ts'
import type { PrimitiveName } from './primitives.ts'
import type { Shape } from './spec.ts'

/** Primitives that compute each element of their output from the elements at its place. */
// biome-ignore format: a table
export const elementwiseNames = [
  'neg', 'abs', 'sign', 'floor', 'ceil', 'round', 'trunc', 'sqrt', 'exp', 'expm1', 'log', 'log1p',
  'sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh',
  'erf', 'sigmoid', 'isNan', 'isFinite', 'not', 'cast',
  'add', 'sub', 'mul', 'div', 'floorDivide', 'remainder', 'pow', 'minimum', 'maximum', 'atan2',
  'and', 'or', 'xor', 'shiftLeft', 'shiftRight', 'equal', 'less', 'lessEqual', 'where',
] as const

/** The name of an elementwise primitive. */
export type ElementwiseName = PrimitiveName & (typeof elementwiseNames)[number]

/** The reductions that a region may end in. */
export const reductionNames = ['sum', 'prod', 'max', 'min'] as const

/** The name of a reduction. */
export type ReductionName = PrimitiveName & (typeof reductionNames)[number]

/** A number of a program: the place of the instruction that made it. */
export type Register = number

/**
 * One step of a scalar program, which makes the number of its place.
 *
 * - `load`: the element of input `input` at the current index;
 * - `literal`: a constant;
 * - `index`: the number `offset + Σ strides[d]·index[d]`;
 * - else an elementwise primitive on earlier numbers; for `cast`, `dtype` is the one it goes to.
 */
export type Instruction =
  | { readonly op: 'load'; readonly dtype: DType; readonly input: number }
  | { readonly op: 'literal'; readonly dtype: DType; readonly value: number }
  | { readonly op: 'index'; readonly dtype: DType; readonly strides: readonly number[]; readonly offset: number }
  | { readonly op: ElementwiseName; readonly dtype: DType; readonly args: readonly Register[] }

/** What a region reads: element `offset + Σ strides[d]·index[d]` of the value. Strides may be 0 or negative. */
export interface RegionInput {
  readonly value: ValueId
  readonly strides: readonly number[]
  readonly offset: number
}

/** A value that a region writes whole, row-major over the index space. */
export interface RegionOutput {
  readonly value: ValueId
  readonly register: Register
}

/** A value that a region reduces a number to, over the region's `reducedAxes`; row-major over the axes that are left. */
export interface RegionReduction extends RegionOutput {
  readonly op: ReductionName
}

/**
 * A loop nest: for each index of `shape`, run `program` once, store the outputs, and fold the reductions.
 *
 * An output may take the place of an input only where the two are read and written at the same index.
 */
export interface Region {
  /** The nodes it stands for, in the order of the graph. */
  readonly nodes: readonly number[]
  readonly shape: Shape
  readonly inputs: readonly RegionInput[]
  readonly program: readonly Instruction[]
  readonly outputs: readonly RegionOutput[]
  /** Sorted; empty without reductions. */
  readonly reducedAxes: readonly number[]
  readonly reductions: readonly RegionReduction[]
}
