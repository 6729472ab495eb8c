import { MisconfigurationError } from '../errors/errors.ts'
import { bincount } from '../tensor/bins.ts'
import { stack } from '../tensor/combine.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { Counts } from './accumulators.ts'
import {
  type BinaryOptions,
  countOf,
  holdsScores,
  labelsOf,
  type MulticlassOptions,
  type MultilabelOptions,
  ratio,
  targetsOf,
} from './classification.ts'
import { Metric } from './metric.ts'
import { StatScores } from './stat-scores.ts'

export type ConfusionMatrixOptions = (
  | BinaryOptions
  | Omit<MulticlassOptions, 'average'>
  | Omit<MultilabelOptions, 'average'>
) & {
  /** Divides by how often each class is the target (`true`), is predicted (`pred`), or by all. Default null: counts. */
  readonly normalize?: 'true' | 'pred' | 'all' | null
}

/**
 * How often each class was taken for each: rows are targets, columns predictions. `[2, 2]`, `[classes, classes]` or
 * `[labels, 2, 2]`; int32, or with `normalize` float32, 0 where there is nothing to divide by.
 */
export class ConfusionMatrix extends Metric {
  readonly #options: ConfusionMatrixOptions
  readonly #scores: StatScores

  /** @throws OutOfRangeError or MisconfigurationError for options that do not fit */
  constructor(options: ConfusionMatrixOptions) {
    const { normalize = null } = options
    if (![null, 'true', 'pred', 'all'].includes(normalize)) {
      throw new MisconfigurationError(`ConfusionMatrix: normalize is one of true, pred, all, null, got ${normalize}`)
    }
    const count = countOf('ConfusionMatrix', options)
    super([new Counts(options.task === 'multiclass' ? [count, count] : [count, 2, 2])])
    this.#options = options
    this.#scores = new StatScores('ConfusionMatrix', options)
  }

  /** @throws ShapeError, DTypeError or OutOfRangeError when predictions and targets do not fit the task */
  protected measure(preds: Tensor, target: Tensor): readonly Tensor[] {
    if (this.#options.task === 'multiclass') return [ofClasses(preds, target, this.#options)]
    const [tp, fp, tn, fn] = this.#scores.measure(preds, target)
    return [stack([stack([tn!, fp!], 1), stack([fn!, tp!], 1)], 1)]
  }

  protected finish([counts]: readonly Tensor[]): Tensor {
    const { task, normalize = null } = this.#options
    const matrix = task === 'binary' ? counts!.reshape([2, 2]) : counts!
    switch (normalize) {
      case 'true':
        return ratio(matrix, matrix.sum(-1, { keepDim: true }))
      case 'pred':
        return ratio(matrix, matrix.sum(-2, { keepDim: true }))
      case 'all':
        return ratio(matrix, matrix.sum([-2, -1], { keepDim: true }))
      default:
        return matrix
    }
  }
}

function ofClasses(preds: Tensor, target: Tensor, options: Omit<MulticlassOptions, 'average'>): Tensor {
  const { numClasses, ignoreIndex = null } = options
  const { target: labels, isCounted } = targetsOf('ConfusionMatrix', target, numClasses, ignoreIndex)
  const chosen = holdsScores('ConfusionMatrix', preds, target, numClasses)
    ? preds.argmax(1)
    : labelsOf('ConfusionMatrix', preds, numClasses)
  const cell = labels.mul(numClasses).add(chosen)
  const weights = isCounted.to('int32').reshape([cell.numel])
  return bincount(cell.reshape([cell.numel]), numClasses ** 2, { weights }).reshape([numClasses, numClasses])
}
