import type { Tensor } from '../tensor/tensor.ts'
import { type ClassificationOptions, ratio } from './classification.ts'
import { Metric } from './metric.ts'
import { StatScores } from './stat-scores.ts'

/** Of what was predicted, the part that is right: tp / (tp + fp), and 0 where nothing was predicted. */
export class Precision extends Metric {
  readonly #scores: StatScores

  /** @throws OutOfRangeError or MisconfigurationError for options that do not fit */
  constructor(options: ClassificationOptions) {
    const scores = new StatScores('Precision', options)
    super(scores.accumulators())
    this.#scores = scores
  }

  /** @throws ShapeError, DTypeError or OutOfRangeError when predictions and targets do not fit the task */
  protected measure(preds: Tensor, target: Tensor): readonly Tensor[] {
    return this.#scores.measure(preds, target)
  }

  protected finish(totals: readonly Tensor[]): Tensor {
    return this.#scores.averaged(totals, ({ tp, fp }) => ratio(tp, tp.add(fp)))
  }
}

/** Of what is there, the part that was predicted: tp / (tp + fn), and 0 where nothing is there. */
export class Recall extends Metric {
  readonly #scores: StatScores

  /** @throws OutOfRangeError or MisconfigurationError for options that do not fit */
  constructor(options: ClassificationOptions) {
    const scores = new StatScores('Recall', options)
    super(scores.accumulators())
    this.#scores = scores
  }

  /** @throws ShapeError, DTypeError or OutOfRangeError when predictions and targets do not fit the task */
  protected measure(preds: Tensor, target: Tensor): readonly Tensor[] {
    return this.#scores.measure(preds, target)
  }

  protected finish(totals: readonly Tensor[]): Tensor {
    return this.#scores.averaged(totals, ({ tp, fn }) => ratio(tp, tp.add(fn)))
  }
}

/** The harmonic mean of precision and recall: 2·tp / (2·tp + fp + fn), and 0 where there is neither. */
export class F1Score extends Metric {
  readonly #scores: StatScores

  /** @throws OutOfRangeError or MisconfigurationError for options that do not fit */
  constructor(options: ClassificationOptions) {
    const scores = new StatScores('F1Score', options)
    super(scores.accumulators())
    this.#scores = scores
  }

  /** @throws ShapeError, DTypeError or OutOfRangeError when predictions and targets do not fit the task */
  protected measure(preds: Tensor, target: Tensor): readonly Tensor[] {
    return this.#scores.measure(preds, target)
  }

  protected finish(totals: readonly Tensor[]): Tensor {
    return this.#scores.averaged(totals, ({ tp, fp, fn }) => ratio(tp.mul(2), tp.mul(2).add(fp).add(fn)))
  }
}
