import { cast, div, literalLike, mul, sum } from '../build.ts'
import { bytesPerElement, type DType } from '../dtype.ts'
import type { Value } from '../value.ts'

/** What becomes of the losses of the elements. */
export type Reduction = 'mean' | 'sum' | 'none'

/** The dtype in which elements of `dtype` are added up: float32 for half types, which many of them would overflow. */
export function accumulationDType(dtype: DType): DType {
  return bytesPerElement(dtype) < 4 ? 'float32' : dtype
}

/** Σ x over everything, in the dtype of accumulation. */
export function accumulated(x: Value): Value {
  const axes = x.spec.shape.map((_, i) => i)
  return sum(cast(x, accumulationDType(x.spec.dtype)), axes)
}

/** Elementwise losses as the reduction wants them; the mean of nothing is NaN. */
export function reduceLoss(losses: Value, reduction: Reduction): Value {
  if (reduction === 'none') return losses
  const total = accumulated(losses)
  const reduced = reduction === 'sum' ? total : mul(total, literalLike(total, 1 / losses.spec.size))
  return cast(reduced, losses.spec.dtype)
}

/** Losses that hold their weights already; their mean is Σ losses / Σ weights, NaN where no weight is. */
export function reduceWeightedLoss(losses: Value, weights: Value, reduction: Reduction): Value {
  if (reduction !== 'mean') return reduceLoss(losses, reduction)
  return cast(div(accumulated(losses), accumulated(weights)), losses.spec.dtype)
}
