import { where } from '../graph/build.ts'
import type { DType } from '../graph/dtype.ts'
import type { Value } from '../graph/value.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** How a precision plugin wants an update to be made. */
export interface StepContext {
  /** bool scalar: where it holds, parameters and state keep their bits. Default null: the update is made. */
  readonly skip?: Tensor | null
  /**
   * Brings an updated parameter of a half type from float32 to its dtype. Default null: it is rounded to the nearest; state
   * always is.
   */
  readonly round?: ((updated: Value, dtype: DType) => Value) | null
}

/** `updated`, or `before` where the update is skipped. */
export function unlessSkipped({ skip = null }: StepContext, updated: Value, before: Value): Value {
  return skip === null ? updated : where(skip.value, before, updated)
}
