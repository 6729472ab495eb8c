import type { Binary, Expression, Operand, Unary, ValueType } from './expression.ts'
import type { MaskLogic } from './mask-logic.ts'
import type { Load, Stored } from './memory-access.ts'

/**
 * What `i32`, `i64`, `i32x4` and `i64x2` have in common, so that a kernel is written once for both vectors and what is
 * left over. Arithmetic wraps around; operations ending in S read their operands as signed, in U as unsigned.
 *
 * `T` is the type of its values, `M` of its comparisons, `S` of one lane, `A` of shift amounts, which are taken modulo
 * the width of a lane and are the same for all lanes.
 */
export interface IntegerKind<T extends ValueType, M extends ValueType, S extends ValueType, A extends ValueType>
  extends Stored<T> {
  readonly lanes: number
  /** Bytes of a value in memory. */
  readonly bytes: number
  readonly load: Load<T>
  /** One number, read into all lanes. */
  readonly loadSplat: Load<T>
  readonly splat: (x: Operand<S>) => Expression<T>
  readonly add: Binary<T>
  readonly sub: Binary<T>
  readonly mul: Binary<T>
  readonly and: Binary<T>
  readonly or: Binary<T>
  readonly xor: Binary<T>
  readonly shl: (x: Operand<T>, amount: Operand<A>) => Expression<T>
  readonly shrS: (x: Operand<T>, amount: Operand<A>) => Expression<T>
  readonly shrU: (x: Operand<T>, amount: Operand<A>) => Expression<T>
  readonly eq: Binary<T, M>
  readonly ne: Binary<T, M>
  readonly ltS: Binary<T, M>
  readonly gtS: Binary<T, M>
  readonly leS: Binary<T, M>
  readonly geS: Binary<T, M>
  /** `whenTrue` where the comparison held. Both are computed. */
  readonly select: (mask: Expression<M>, whenTrue: Operand<T>, whenFalse: Operand<T>) => Expression<T>
  /** Logic on the results of comparisons. */
  readonly masks: MaskLogic<M>
}

/** Comparisons that read their operands as unsigned; `i64x2` has none. */
export interface UnsignedComparisons<T extends ValueType, M extends ValueType> {
  readonly ltU: Binary<T, M>
  readonly gtU: Binary<T, M>
  readonly leU: Binary<T, M>
  readonly geU: Binary<T, M>
}

/** Operations that only scalars have. */
export interface ScalarIntegerOperations<T extends ValueType> extends UnsignedComparisons<T, 'i32'> {
  /** 1 when the operand is 0. */
  readonly eqz: Unary<T, 'i32'>
  /** The number of leading zero bits. */
  readonly clz: Unary<T>
  /** The number of trailing zero bits. */
  readonly ctz: Unary<T>
  /** The number of one bits. */
  readonly popcnt: Unary<T>
  /** Divisions trap on a zero divisor. */
  readonly divS: Binary<T>
  readonly divU: Binary<T>
  readonly remS: Binary<T>
  readonly remU: Binary<T>
  readonly rotl: Binary<T>
  readonly rotr: Binary<T>
  readonly extend8S: Unary<T>
  readonly extend16S: Unary<T>
  readonly load8S: Load<T>
  readonly load8U: Load<T>
  readonly load16S: Load<T>
  readonly load16U: Load<T>
  /** Stores the lowest 8 bits only. */
  readonly low8: Stored<T>
  /** Stores the lowest 16 bits only. */
  readonly low16: Stored<T>
}
