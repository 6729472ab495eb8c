import type { Binary, Expression, Operand, Unary, ValueType } from './expression.ts'
import type { MaskLogic } from './mask-logic.ts'
import type { Load, Stored } from './memory-access.ts'

/**
 * What `f32`, `f64`, `f32x4` and `f64x2` have in common, so that a kernel is written once and generated twice: as
 * vectors, and as scalars for what is left over.
 *
 * `T` is the type of its values, `M` of its comparisons (a 0 or 1 of i32, or lanes of all ones), `S` of one lane.
 * Rounding, signed zeros and NaN are those of IEEE 754; `min` and `max` pass NaN on.
 */
export interface FloatKind<T extends ValueType, M extends ValueType, S extends ValueType> extends Stored<T> {
  /** Numbers in a value: 1, 2 or 4. */
  readonly lanes: number
  /** Bytes of a value in memory. */
  readonly bytes: number
  readonly load: Load<T>
  /** One number, read into all lanes. */
  readonly loadSplat: Load<T>
  /** One number in all lanes; of a scalar kind, the number itself. */
  readonly splat: (x: Operand<S>) => Expression<T>
  readonly abs: Unary<T>
  readonly neg: Unary<T>
  readonly sqrt: Unary<T>
  readonly ceil: Unary<T>
  readonly floor: Unary<T>
  readonly trunc: Unary<T>
  /** To the nearest integer, halves to the even one. */
  readonly nearest: Unary<T>
  readonly add: Binary<T>
  readonly sub: Binary<T>
  readonly mul: Binary<T>
  readonly div: Binary<T>
  readonly min: Binary<T>
  readonly max: Binary<T>
  readonly eq: Binary<T, M>
  readonly ne: Binary<T, M>
  readonly lt: Binary<T, M>
  readonly gt: Binary<T, M>
  readonly le: Binary<T, M>
  readonly ge: Binary<T, M>
  /** `whenTrue` where the comparison held. Both are computed. */
  readonly select: (mask: Expression<M>, whenTrue: Operand<T>, whenFalse: Operand<T>) => Expression<T>
  /** Logic on the results of comparisons. */
  readonly masks: MaskLogic<M>
}
