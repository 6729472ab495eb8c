import type { DType } from '@voltaic/core/graph'
import type { Expression, FloatKind, FunctionBuilder, IntegerKind, ValueType } from '../../wasm/assembler/index.ts'

/** A computed element, or one in each lane. */
export type Register = Expression

/** Reads of scalars that a vector's lanes go through one by one. */
export type PerLane<A extends ValueType, R extends ValueType> = (lanes: readonly Expression<A>[]) => Expression<R>

/** 32-bit integers as kernels use them: comparisons in both readings. */
export type Integers<I extends ValueType, M extends ValueType> = IntegerKind<I, M, 'i32', 'i32'> & {
  readonly ltU: (x: Expression<I>, y: Expression<I>) => Expression<M>
  readonly leU: (x: Expression<I>, y: Expression<I>) => Expression<M>
  /** The smaller of two locals, and the larger. */
  readonly minS: (x: Expression<I>, y: Expression<I>) => Expression<I>
  readonly maxS: (x: Expression<I>, y: Expression<I>) => Expression<I>
}

/** Arithmetic on floats. */
export type FloatArithmetic<F extends ValueType, M extends ValueType> = Omit<FloatKind<F, M, F>, 'splat'>

/** Floats of one width, as kernels use them. */
export interface Floats<F extends ValueType, I extends ValueType, M extends ValueType> {
  /** Its arithmetic; comparisons give masks of 32-bit lanes, whatever the width. */
  readonly kind: FloatArithmetic<F, M>
  readonly fromSigned: (x: Expression<I>) => Expression<F>
  readonly fromUnsigned: (x: Expression<I>) => Expression<F>
  /** Towards zero, saturated; 0 for NaN. */
  readonly toSigned: (x: Expression<F>) => Expression<I>
  readonly toUnsigned: (x: Expression<F>) => Expression<I>
  /** Applies a function of doubles to each lane of its operands, which are locals. */
  readonly each: (args: readonly Expression<F>[], apply: PerLane<'f64', 'f64'>) => Expression<F>
}

/**
 * One element at a time, or two, or four: a program is rendered once alone and once in lanes. Single floats are of type
 * `F`, doubles `D`, integers `I`, and bools masks `M`: what comparisons give. A uint8 is an integer that stays below 256.
 */
export interface Lanes<F extends ValueType, D extends ValueType, I extends ValueType, M extends ValueType> {
  /** Two where a program holds doubles: of narrower numbers, only the low lanes count then. Four lanes hold none. */
  readonly count: 1 | 2 | 4
  readonly single: Floats<F, I, M>
  readonly double: Floats<D, I, M>
  readonly promote: (x: Expression<F>) => Expression<D>
  readonly demote: (x: Expression<D>) => Expression<F>
  readonly int: Integers<I, M>
  readonly xorMasks: (x: Expression<M>, y: Expression<M>) => Expression<M>
  /** A constant where the mask holds, else 0. */
  readonly where: (mask: Expression<M>, x: number) => Expression<I>
  /** 0 and 1. */
  readonly fromMask: (mask: Expression<M>) => Expression<I>
  readonly bitsOfFloat: (x: Expression<F>) => Expression<I>
  readonly floatOfBits: (x: Expression<I>) => Expression<F>
  /** Applies a function of integers to each lane of its operands, which are locals. */
  readonly eachInt: (args: readonly Expression<I>[], apply: PerLane<'i32', 'i32'>) => Expression<I>
  /** A scalar register in all lanes. */
  readonly splat: (dtype: DType, x: Register) => Register
  /** `start`, `start + step`, … */
  readonly ramp: (start: Expression<'i32'>, step: Expression<'i32'>) => Expression<I>
  readonly memory: LaneMemory
}

/** How lanes come from memory and go there; half types as integers that are their bits. */
export interface LaneMemory {
  /** Neighbouring elements. */
  readonly load: (dtype: DType, address: Expression<'i32'>) => Register
  /** One element, in all lanes. */
  readonly loadSplat: (dtype: DType, address: Expression<'i32'>) => Register
  /** Elements `stride` bytes apart. */
  readonly gather: (dtype: DType, address: Expression<'i32'>, stride: Expression<'i32'>) => Register
  /** Stores neighbouring elements. */
  readonly store: (f: FunctionBuilder, dtype: DType, address: Expression<'i32'>, x: Register) => void
  /** Stores elements `stride` bytes apart. */
  readonly scatter: (
    f: FunctionBuilder,
    dtype: DType,
    address: Expression<'i32'>,
    stride: Expression<'i32'>,
    x: Register,
  ) => void
}
