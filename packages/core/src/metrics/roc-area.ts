import { concat } from '../tensor/combine.ts'
import { full, ones, zeros } from '../tensor/creation.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** Scores, and which of them should be high and which low: `[rows, columns]`, bool; neither where a row does not count. */
export interface Ranking {
  readonly scores: Tensor
  readonly isPositive: Tensor
  readonly isNegative: Tensor
}

/** Scores at or above each threshold: int32 `[thresholds, columns]`, thresholds ascending; and all, `[columns]`. */
export interface ThresholdCounts {
  readonly positives: Tensor
  readonly negatives: Tensor
  readonly allPositives: Tensor
  readonly allNegatives: Tensor
}

/**
 * The area under the ROC curve of each column: how often a positive has a higher score than a negative, where equal scores
 * count half, which is what trapezoids give. NaN where there is no positive or no negative.
 *
 * @returns float32 `[columns]`
 */
export function rankedArea({ scores, isPositive, isNegative }: Ranking): Tensor {
  const [rows, columns] = scores.shape as [number, number]
  if (rows === 0) return full([columns], 0).div(0)
  const { values, indices } = scores.sort(0)
  const positives = isPositive.to('int32').gather(0, indices)
  const negatives = isNegative.to('int32').gather(0, indices)
  // Equal scores are one group, numbered from the lowest score.
  const isNew = concat([ones([1, columns], { dtype: 'bool' }), values.slice(0, 1).ne(values.slice(0, 0, -1))])
  const group = isNew.to('int32').cumsum(0).sub(1)
  const perGroup = (counts: Tensor) => zeros([rows, columns], { dtype: 'int32' }).scatterAdd(0, group, counts)
  const [high, low] = [perGroup(positives), perGroup(negatives)]
  const beaten = low.cumsum(0).sub(low).to('float32').add(low.to('float32').mul(0.5))
  const share = (counts: Tensor, all: Tensor) => counts.to('float32').div(all.to('float32').sum(0))
  return inBlocks(share(high, positives).mul(share(beaten, negatives)))
}

const blockLength = 1024

/** Σ over rows, block by block: the sum of many small numbers is more precise than in one go. */
function inBlocks(x: Tensor): Tensor {
  const [rows, columns] = x.shape as [number, number]
  const blocks = Math.ceil(rows / blockLength)
  const padding = zeros([blocks * blockLength - rows, columns])
  return concat([x, padding]).reshape([blocks, blockLength, columns]).sum(1).sum(0)
}

/** How many scores are at or above each of `thresholds`, float32 `[thresholds]` ascending. */
export function countAbove({ scores, isPositive, isNegative }: Ranking, thresholds: Tensor): ThresholdCounts {
  const isAbove = scores.unsqueeze(0).ge(thresholds.to(scores.dtype).reshape([thresholds.numel, 1, 1]))
  const among = (which: Tensor) => isAbove.logicalAnd(which).to('int32').sum(1)
  return {
    positives: among(isPositive),
    negatives: among(isNegative),
    allPositives: isPositive.to('int32').sum(0),
    allNegatives: isNegative.to('int32').sum(0),
  }
}

/** The area under the curve through the points at the thresholds, (1, 1) and (0, 0). NaN as of `rankedArea`. */
export function trapezoidalArea({ positives, negatives, allPositives, allNegatives }: ThresholdCounts): Tensor {
  const [, columns] = positives.shape as [number, number]
  const curve = (counts: Tensor, all: Tensor) => {
    const rates = counts.to('float32').div(all.to('float32'))
    return concat([ones([1, columns]), rates, zeros([1, columns])])
  }
  const [y, x] = [curve(positives, allPositives), curve(negatives, allNegatives)]
  const width = x.slice(0, 0, -1).sub(x.slice(0, 1))
  const height = y.slice(0, 0, -1).add(y.slice(0, 1)).mul(0.5)
  return width.mul(height).sum(0)
}
