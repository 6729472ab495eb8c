import { MisconfigurationError, OutOfRangeError } from '../errors/errors.ts'
import { where } from '../tensor/combine.ts'
import { arange, tensor } from '../tensor/creation.ts'
import { valueOf } from '../tensor/methods/handle.ts'
import { requireFloat } from '../tensor/operand.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { Counts, Rows } from './accumulators.ts'
import {
  type Average,
  averageOf,
  type BinaryOptions,
  byLabel,
  classProbabilitiesOf,
  countOf,
  holdsScores,
  type MulticlassOptions,
  type MultilabelOptions,
  probabilitiesOf,
  targetsOf,
} from './classification.ts'
import { Metric } from './metric.ts'
import { countAbove, type Ranking, rankedArea, trapezoidalArea } from './roc-area.ts'

export type AUROCOptions = (
  | Omit<BinaryOptions, 'threshold'>
  | MulticlassOptions
  | Omit<MultilabelOptions, 'threshold'>
) & {
  /**
   * Default null: exact; all predictions are kept, and memory grows with the data. Otherwise the curve goes through so many
   * thresholds at equal distances from 0 to 1, or through these; memory is constant.
   */
  readonly thresholds?: number | readonly number[] | null
}

/**
 * The area under the ROC curve: how probable it is that a positive gets a higher score than a negative. Of several classes,
 * each against the rest; averaged as `macro` by default.
 *
 * Takes probabilities, or logits. A class that has no positive or no negative has no area: NaN alone, and left out of an
 * average.
 */
export class AUROC extends Metric {
  readonly #options: AUROCOptions
  readonly #average: Average
  readonly #thresholds: readonly number[] | null

  /** @throws OutOfRangeError or MisconfigurationError for options that do not fit */
  constructor(options: AUROCOptions) {
    const count = countOf('AUROC', options)
    const average = averageOf('AUROC', options, 'macro')
    if (options.task === 'multiclass' && average === 'micro') {
      throw new MisconfigurationError(
        "AUROC: of several classes the average is macro, weighted or none, got micro; for 'multilabel' there is micro",
      )
    }
    const thresholds = thresholdsOf(options.thresholds ?? null)
    const columns = average === 'micro' ? 1 : count
    super(
      thresholds === null
        ? [new Rows(), new Rows()]
        : [[thresholds.length, columns], [thresholds.length, columns], [columns], [columns]].map((s) => new Counts(s)),
    )
    this.#options = options
    this.#average = average
    this.#thresholds = thresholds
  }

  /** @throws ShapeError, DTypeError or OutOfRangeError when predictions and targets do not fit the task */
  protected measure(preds: Tensor, target: Tensor): readonly Tensor[] {
    requireFloat('AUROC', valueOf('AUROC', preds, 'a tensor preds'))
    const [scores, codes] =
      this.#options.task === 'multiclass'
        ? ofClasses(preds, target, this.#options)
        : this.#ofLabels(preds, target, this.#options)
    if (this.#thresholds === null) return [scores, codes]
    const counts = countAbove(this.#ranking(scores, codes), tensor(Float32Array.from(this.#thresholds)))
    return [counts.positives, counts.negatives, counts.allPositives, counts.allNegatives]
  }

  protected finish(totals: readonly Tensor[]): Tensor {
    if (this.#thresholds === null) {
      const ranking = this.#ranking(totals[0]!, totals[1]!)
      return this.#averaged(rankedArea(ranking), ranking.isPositive.to('int32').sum(0))
    }
    const [positives, negatives, allPositives, allNegatives] = totals as [Tensor, Tensor, Tensor, Tensor]
    return this.#averaged(trapezoidalArea({ positives, negatives, allPositives, allNegatives }), allPositives)
  }

  /** `[rows, labels]` of scores, and of codes: 1, 0, or −1 for what does not count. */
  #ofLabels(preds: Tensor, target: Tensor, options: Exclude<AUROCOptions, MulticlassOptions>): [Tensor, Tensor] {
    const { ignoreIndex = null } = options
    const { target: labels, isCounted } = targetsOf('AUROC', target, 2, ignoreIndex)
    const both = byLabel('AUROC', options, [probabilitiesOf(preds), where(isCounted, labels, -1)])
    const [scores, codes] = both.map(inRows) as [Tensor, Tensor]
    if (this.#average !== 'micro') return [scores, codes]
    return [scores.reshape([scores.numel, 1]), codes.reshape([codes.numel, 1])]
  }

  #ranking(scores: Tensor, codes: Tensor): Ranking {
    const { task } = this.#options
    const isPositive = task === 'multiclass' ? codes.eq(arange(this.#options.numClasses)) : codes.eq(1)
    return { scores, isPositive, isNegative: codes.ge(0).logicalAnd(isPositive.logicalNot()) }
  }

  #averaged(areas: Tensor, positives: Tensor): Tensor {
    if (this.#average === 'none') return areas
    if (this.#average === 'micro') return areas.reshape([])
    const isDefined = areas.isNan().logicalNot().to('float32')
    const weights = this.#average === 'weighted' ? isDefined.mul(positives.to('float32')) : isDefined
    return areas.maskedFill(areas.isNan(), 0).mul(weights).sum().div(weights.sum())
  }
}

/** `[rows, classes]` of scores, and `[rows, 1]` of classes, −1 for what does not count. */
function ofClasses(
  preds: Tensor,
  target: Tensor,
  { numClasses, ignoreIndex = null }: MulticlassOptions,
): [Tensor, Tensor] {
  holdsScores('AUROC', preds, target, numClasses)
  const { target: labels, isCounted } = targetsOf('AUROC', target, numClasses, ignoreIndex)
  const [batch] = preds.shape as [number]
  const scores = classProbabilitiesOf(preds).reshape([batch, numClasses, target.numel / Math.max(batch, 1)])
  return [inRows(scores), where(isCounted, labels, -1).reshape([target.numel, 1])]
}

/** `[batch, columns, rest]` as `[batch·rest, columns]`. */
function inRows(x: Tensor): Tensor {
  const [batch, columns, rest] = x.shape as [number, number, number]
  return x.permute([0, 2, 1]).reshape([batch * rest, columns])
}

function thresholdsOf(thresholds: number | readonly number[] | null): readonly number[] | null {
  if (thresholds === null) return null
  if (typeof thresholds !== 'number') {
    if (thresholds.length === 0 || !thresholds.every((t) => t >= 0 && t <= 1)) {
      throw new OutOfRangeError(`AUROC: thresholds are between 0 and 1, got [${thresholds.join(', ')}]`)
    }
    return [...thresholds].sort((a, b) => a - b)
  }
  if (!(Number.isInteger(thresholds) && thresholds >= 2)) {
    throw new OutOfRangeError(`AUROC: there are two thresholds or more, got ${thresholds}`)
  }
  return Array.from({ length: thresholds }, (_, i) => i / (thresholds - 1))
}
