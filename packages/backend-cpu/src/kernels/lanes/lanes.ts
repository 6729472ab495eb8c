import type { Expression, FloatKind, FunctionBuilder, IntegerKind, ValueType } from '../../wasm/assembler/index.ts'
import type { CpuDType } from '../dtypes.ts'

/** A computed element, or four of them. */
export type Register = Expression

/** Reads of scalars that a vector's lanes go through one by one. */
export type PerLane<A extends ValueType, R extends ValueType> = (lanes: readonly Expression<A>[]) => Expression<R>

/** 32-bit integers as kernels use them: comparisons in both readings. */
export type Integers<I extends ValueType, M extends ValueType> = IntegerKind<I, M, 'i32', 'i32'> & {
  readonly ltU: (x: Expression<I>, y: Expression<I>) => Expression<M>
  readonly leU: (x: Expression<I>, y: Expression<I>) => Expression<M>
}

/**
 * One element at a time, or four: a program is rendered once with each. Floats are of type `F`, integers `I`, and bools
 * masks `M`: what comparisons give.
 */
export interface Lanes<F extends ValueType, I extends ValueType, M extends ValueType> {
  readonly count: 1 | 4
  readonly float: FloatKind<F, M, 'f32'>
  readonly int: Integers<I, M>
  readonly xorMasks: (x: Expression<M>, y: Expression<M>) => Expression<M>
  /** 0 and 1. */
  readonly fromMask: (mask: Expression<M>) => Expression<I>
  readonly floatFromSigned: (x: Expression<I>) => Expression<F>
  readonly floatFromUnsigned: (x: Expression<I>) => Expression<F>
  readonly signedFromFloat: (x: Expression<F>) => Expression<I>
  readonly unsignedFromFloat: (x: Expression<F>) => Expression<I>
  readonly bitsOfFloat: (x: Expression<F>) => Expression<I>
  readonly floatOfBits: (x: Expression<I>) => Expression<F>
  /** Applies a function of doubles to each lane of its operands, which are locals. */
  readonly eachFloat: (args: readonly Expression<F>[], apply: PerLane<'f64', 'f64'>) => Expression<F>
  /** Applies a function of integers to each lane of its operands, which are locals. */
  readonly eachInt: (args: readonly Expression<I>[], apply: PerLane<'i32', 'i32'>) => Expression<I>
  /** Neighbouring elements. */
  readonly load: (dtype: CpuDType, address: Expression<'i32'>) => Register
  /** One element, in all lanes. */
  readonly loadSplat: (dtype: CpuDType, address: Expression<'i32'>) => Register
  /** Elements `stride` bytes apart. */
  readonly gather: (dtype: CpuDType, address: Expression<'i32'>, stride: Expression<'i32'>) => Register
  /** A scalar register in all lanes. */
  readonly splat: (dtype: CpuDType, x: Register) => Register
  /** `start`, `start + step`, … */
  readonly ramp: (start: Expression<'i32'>, step: Expression<'i32'>) => Expression<I>
  /** Stores neighbouring elements. */
  readonly store: (f: FunctionBuilder, dtype: CpuDType, address: Expression<'i32'>, x: Register) => void
  /** Stores elements `stride` bytes apart. */
  readonly scatter: (
    f: FunctionBuilder,
    dtype: CpuDType,
    address: Expression<'i32'>,
    stride: Expression<'i32'>,
    x: Register,
  ) => void
}
