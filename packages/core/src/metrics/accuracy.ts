import type { Tensor } from '../tensor/tensor.ts'
import { type BinaryOptions, type MulticlassOptions, type MultilabelOptions, ratio } from './classification.ts'
import { Metric } from './metric.ts'
import { type Scores, StatScores } from './stat-scores.ts'

export type AccuracyOptions =
  | BinaryOptions
  | MultilabelOptions
  | (MulticlassOptions & {
      /** A target among so many highest scores is a hit. Default 1. */
      readonly topK?: number
    })

/**
 * How often predictions are right; averaged over classes (`macro`), the mean of each class' recall.
 *
 * ```ts
 * const accuracy = new Accuracy({ task: 'multiclass', numClasses: 10 })
 * accuracy.update(logits, labels)
 * console.log(await accuracy.compute().item())
 * ```
 */
export class Accuracy extends Metric {
  readonly #scores: StatScores

  /** @throws OutOfRangeError or MisconfigurationError for options that do not fit */
  constructor(options: AccuracyOptions) {
    const topK = options.task === 'multiclass' ? options.topK : 1
    const scores = new StatScores('Accuracy', options, topK)
    super(scores.accumulators())
    this.#scores = scores
  }

  /** @throws ShapeError, DTypeError or OutOfRangeError when predictions and targets do not fit the task */
  protected measure(preds: Tensor, target: Tensor): readonly Tensor[] {
    return this.#scores.measure(preds, target)
  }

  protected finish(totals: readonly Tensor[]): Tensor {
    const all = ({ tp, fp, tn, fn }: Scores) => ratio(tp.add(tn), tp.add(tn).add(fp).add(fn))
    const recall = ({ tp, fn }: Scores) => ratio(tp, tp.add(fn))
    return this.#scores.averaged(totals, this.#scores.task === 'multiclass' ? recall : all)
  }
}
