import type { Binary, Expression, Unary, ValueType } from './expression.ts'

/** Logic on what comparisons give; operands are comparisons or other such logic, not arbitrary integers. */
export interface MaskLogic<M extends ValueType> {
  readonly and: Binary<M>
  readonly or: Binary<M>
  readonly not: Unary<M>
  /** 1 as an i32 when any lane holds. */
  readonly any: (mask: Expression<M>) => Expression<'i32'>
}
