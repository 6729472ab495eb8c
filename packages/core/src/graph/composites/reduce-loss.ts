import { literalLike, mul, sum } from '../build.ts'
import type { Value } from '../value.ts'

/** What becomes of the losses of the elements. */
export type Reduction = 'mean' | 'sum' | 'none'

/** Elementwise losses as the reduction wants them; the mean of nothing is NaN. */
export function reduceLoss(losses: Value, reduction: Reduction): Value {
  if (reduction === 'none') return losses
  const axes = losses.spec.shape.map((_, i) => i)
  const total = sum(losses, axes)
  return reduction === 'sum' ? total : mul(total, literalLike(total, 1 / losses.spec.size))
}
