import { literalLike } from '../build.ts'
import { lowestFinite } from '../dtype.ts'
import type { Value } from '../value.ts'

/** The lowest finite number of the dtype of `x`, 0-d: what stands for −∞ in masks. */
export function lowestLike(x: Value): Value {
  return literalLike(x, lowestFinite(x.spec.dtype))
}
