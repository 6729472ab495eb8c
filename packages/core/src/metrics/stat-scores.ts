import { OutOfRangeError } from '../errors/errors.ts'
import { bincount } from '../tensor/bins.ts'
import { onesLike } from '../tensor/creation.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { type Accumulator, Counts } from './accumulators.ts'
import {
  type Average,
  averageOf,
  byLabel,
  type ClassificationOptions,
  countOf,
  decisionsOf,
  holdsScores,
  labelsOf,
  type MulticlassOptions,
  ratio,
  targetsOf,
} from './classification.ts'

/** Hits and misses of each class: int32 `[classes]`, one class for `binary`. */
export interface Scores {
  /** Right to say yes. */
  readonly tp: Tensor
  /** Wrong to say yes. */
  readonly fp: Tensor
  /** Right to say no. */
  readonly tn: Tensor
  /** Wrong to say no. */
  readonly fn: Tensor
}

/** What accuracy, precision, recall and their like have in common: counts of hits and misses, and how classes are averaged. */
export class StatScores {
  readonly average: Average
  readonly task: ClassificationOptions['task']
  readonly #who: string
  readonly #options: ClassificationOptions
  readonly #count: number
  readonly #topK: number

  /** @param topK - how many of the highest scores count as the prediction; of several classes alone */
  constructor(who: string, options: ClassificationOptions, topK = 1) {
    this.#who = who
    this.#options = options
    this.#count = countOf(who, options)
    this.#topK = topK
    this.task = options.task
    this.average = averageOf(who, options, 'micro')
    if (!(Number.isInteger(topK) && topK >= 1 && topK <= this.#count)) {
      throw new OutOfRangeError(`${who}: topK is 1 to ${this.#count}, the number of classes, got ${topK}`)
    }
  }

  /** Those of `tp`, `fp`, `tn` and `fn`, in this order. */
  accumulators(): readonly Accumulator[] {
    return [1, 2, 3, 4].map(() => new Counts([this.#count]))
  }

  /** What a batch adds to them. */
  measure(preds: Tensor, target: Tensor): readonly Tensor[] {
    const { tp, fp, tn, fn } =
      this.#options.task === 'multiclass'
        ? this.#ofClasses(preds, target, this.#options)
        : this.#ofLabels(preds, target, this.#options)
    return [tp, fp, tn, fn]
  }

  /**
   * `score` of the counts, averaged over classes; a scalar, or `[classes]` for `none`.
   *
   * @param score - of each class, or of all together, which are then one
   */
  averaged([tp, fp, tn, fn]: readonly Tensor[], score: (scores: Scores) => Tensor): Tensor {
    const scores = { tp: tp!, fp: fp!, tn: tn!, fn: fn! }
    if (this.average === 'micro') return score({ tp: tp!.sum(), fp: fp!.sum(), tn: tn!.sum(), fn: fn!.sum() })
    const each = score(scores)
    if (this.average === 'none') return each
    const weights = this.average === 'weighted' ? tp!.add(fn!) : this.#present(scores)
    return ratio(each.mul(weights).sum(), weights.sum())
  }

  /** 1 for each class that the mean takes in: of several classes, those that occur. */
  #present({ tp, fp, fn }: Scores): Tensor {
    if (this.task !== 'multiclass') return onesLike(tp)
    const occurs = this.#topK === 1 ? tp.add(fn).add(fp) : tp.add(fn)
    return occurs.gt(0).to('int32')
  }

  #ofLabels(preds: Tensor, target: Tensor, options: Exclude<ClassificationOptions, MulticlassOptions>): Scores {
    const { threshold = 0.5, ignoreIndex = null } = options
    const { target: labels, isCounted } = targetsOf(this.#who, target, 2, ignoreIndex)
    const decisions = decisionsOf(this.#who, preds, threshold)
    const [yes, isOne, counted] = byLabel(this.#who, options, [decisions, labels.eq(1), isCounted])
    const count = (which: Tensor) => which.logicalAnd(counted!).to('int32').sum([0, 2])
    const [no, isZero] = [yes!.logicalNot(), isOne!.logicalNot()]
    return {
      tp: count(yes!.logicalAnd(isOne!)),
      fp: count(yes!.logicalAnd(isZero)),
      tn: count(no.logicalAnd(isZero)),
      fn: count(no.logicalAnd(isOne!)),
    }
  }

  #ofClasses(preds: Tensor, target: Tensor, { numClasses, ignoreIndex = null }: MulticlassOptions): Scores {
    const { target: labels, isCounted } = targetsOf(this.#who, target, numClasses, ignoreIndex)
    const chosen = this.#chosen(preds, target, numClasses)
    const counts = (x: Tensor, which: Tensor) =>
      bincount(x.reshape([x.numel]), numClasses, { weights: which.to('int32').reshape([which.numel]) })
    const isHit = chosen.eq(labels.unsqueeze(1)).any(1).logicalAnd(isCounted)
    const tp = counts(labels, isHit)
    const actual = counts(labels, isCounted)
    const predicted = counts(chosen, isCounted.unsqueeze(1).expand(chosen.shape))
    const [fp, fn] = [predicted.sub(tp), actual.sub(tp)]
    return { tp, fp, fn, tn: actual.sum().sub(tp).sub(fp).sub(fn) }
  }

  /** The classes that count as predicted: `[batch, topK, …]`. */
  #chosen(preds: Tensor, target: Tensor, numClasses: number): Tensor {
    if (!holdsScores(this.#who, preds, target, numClasses)) {
      if (this.#topK > 1)
        throw new OutOfRangeError(`${this.#who}: topK needs scores, got labels and topK ${this.#topK}`)
      return labelsOf(this.#who, preds, numClasses).unsqueeze(1)
    }
    return this.#topK === 1 ? preds.argmax(1).unsqueeze(1) : preds.topk(this.#topK, 1).indices
  }
}
