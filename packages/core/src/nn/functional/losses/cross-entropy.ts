import { OutOfRangeError, ShapeError } from '../../../errors/errors.ts'
import * as build from '../../../graph/build.ts'
import { crossEntropyLoss } from '../../../graph/composites/cross-entropy.ts'
import { classAxis, isIgnored, nllLosses } from '../../../graph/composites/labels.ts'
import { reduceLoss, reduceWeightedLoss } from '../../../graph/composites/reduce-loss.ts'
import { logSoftmax } from '../../../graph/composites/softmax.ts'
import { isFloat } from '../../../graph/dtype.ts'
import { numberValue } from '../../../graph/record.ts'
import { sameShape } from '../../../graph/shape.ts'
import { formatShape } from '../../../graph/spec.ts'
import type { Value } from '../../../graph/value.ts'
import { preciseIn } from '../../../tensor/autocast.ts'
import { int32Indices } from '../../../tensor/indices.ts'
import { valueOf } from '../../../tensor/methods/handle.ts'
import { requireFloat } from '../../../tensor/operand.ts'
import { Tensor } from '../../../tensor/tensor.ts'
import { checkNumber } from '../check-option.ts'
import { checkReduction, classWeight, type LossOptions } from './loss-options.ts'

export interface NllOptions extends LossOptions {
  /** A weight for each class, `[classes]`; the mean divides by the sum of those of the labels. Default null: 1. */
  readonly weight?: Tensor | null
  /** The label that does not count: no loss, no gradient, no part in the mean. Default −100. */
  readonly ignoreIndex?: number
}

export interface CrossEntropyOptions extends NllOptions {
  /** How much of the target is spread evenly over the classes, 0 (default) to 1 (Szegedy et al. 2016). */
  readonly labelSmoothing?: number
}

/**
 * Cross-entropy −Σ q·log softmax(x) over the classes; for a class index, −log softmax(x)[label].
 *
 * @param input - logits: floats `[batch, classes, …]`, or `[classes]` alone
 * @param target - class indices, integers `[batch, …]` or a scalar; or probabilities q, floats shaped as `input`
 * @returns a scalar, or shaped as `input` without its classes for reduction `none`; the mean of nothing, also when all
 * labels are ignored, is NaN
 * @throws ShapeError when `target` is shaped otherwise
 * @throws DTypeError when `target` holds neither integers nor probabilities
 * @throws OutOfRangeError when a label is none of a class; only host data, such as that of a batch, is checked
 */
export function crossEntropy(
  input: Tensor,
  target: Tensor,
  { labelSmoothing = 0, weight = null, ignoreIndex = -100, reduction = 'mean' }: CrossEntropyOptions = {},
): Tensor {
  const who = 'crossEntropy'
  const isPart = labelSmoothing >= 0 && labelSmoothing <= 1
  checkNumber(who, 'labelSmoothing', labelSmoothing, isPart, 'a number from 0 to 1')
  checkReduction(who, reduction)
  const { x, restore } = batched(who, input)
  const weights = classWeight(who, weight, x.spec.shape[classAxis]!, x)
  if (isFloat(valueOf(who, target, 'a tensor target').spec.dtype) && sameShape(target.shape, input.shape)) {
    if (ignoreIndex >= 0) throw new OutOfRangeError(ignoredProbabilities(ignoreIndex))
    const q = smoothedTarget(build.cast(build.reshape(target.value, x.spec.shape), x.spec.dtype), labelSmoothing)
    return restore(reduceLoss(classSum(q, logSoftmax(x, classAxis), weights), reduction))
  }
  const labels = labelsOf(who, input, target, ignoreIndex)
  if (weights === null && labelSmoothing === 0) return restore(crossEntropyLoss(x, labels, { reduction, ignoreIndex }))
  const logProbabilities = logSoftmax(x, classAxis)
  const hard = nllLosses(logProbabilities, labels, ignoreIndex, weights)
  if (labelSmoothing === 0) return restore(reduceWeightedLoss(hard.losses, hard.weights, reduction))
  const { epsilon, share } = smoothing(labelSmoothing, x)
  const soft = classSum(build.literalLike(x, 1), logProbabilities, weights)
  const mixed = build.add(build.sub(hard.losses, build.mul(epsilon, hard.losses)), build.mul(share, soft))
  const losses = build.where(isIgnored(labels, ignoreIndex), build.literalLike(mixed, 0), mixed)
  return restore(reduceWeightedLoss(losses, hard.weights, reduction))
}

/**
 * Negative log-likelihood −input[label] of log-probabilities, such as those of `logSoftmax`.
 *
 * @param input - log-probabilities: floats `[batch, classes, …]`, or `[classes]` alone
 * @param target - class indices, integers `[batch, …]`, or a scalar
 * @returns a scalar, or shaped as `target` for reduction `none`; the mean of nothing, also when all labels are ignored, is
 * NaN
 * @throws ShapeError when `target` is not shaped as `input` without its classes
 * @throws DTypeError when `target` holds no integers
 * @throws OutOfRangeError when a label is none of a class; only host data, such as that of a batch, is checked
 */
export function nll(
  input: Tensor,
  target: Tensor,
  { weight = null, ignoreIndex = -100, reduction = 'mean' }: NllOptions = {},
): Tensor {
  checkReduction('nll', reduction)
  const { x, restore } = batched('nll', input)
  const weights = classWeight('nll', weight, x.spec.shape[classAxis]!, x)
  const { losses, weights: ofLabels } = nllLosses(x, labelsOf('nll', input, target, ignoreIndex), ignoreIndex, weights)
  return restore(reduceWeightedLoss(losses, ofLabels, reduction))
}

interface Batched {
  /** `[batch, classes, …]` */
  readonly x: Value
  /** The loss as it is shaped for the input: that of one sample is a scalar. */
  restore(loss: Value): Tensor
}

/** Scores with a batch axis. @throws DTypeError, ShapeError when they are no floats or have no classes */
function batched(who: string, input: Tensor): Batched {
  const x = preciseIn(valueOf(who, input, 'a tensor input'))
  requireFloat(who, x)
  const { shape, rank } = x.spec
  if (rank === 0 || shape[rank === 1 ? 0 : classAxis] === 0) {
    throw new ShapeError(
      `${who}: the input is [batch, classes, …] or [classes], with a class at least, got ${formatShape(shape)}`,
    )
  }
  if (rank > 1) return { x, restore: (loss) => new Tensor(loss) }
  return { x: build.reshape(x, [1, ...shape]), restore: (loss) => new Tensor(build.reshape(loss, [])) }
}

/** Labels of scores with a batch axis, as int32. */
function labelsOf(who: string, input: Tensor, target: Tensor, ignoreIndex: number): Value {
  checkNumber(who, 'ignoreIndex', ignoreIndex, Number.isInteger(ignoreIndex), 'a whole number')
  const { shape, ndim } = input
  const axis = ndim === 1 ? 0 : classAxis
  const labels = valueOf(who, target, 'a tensor target')
  if (!sameShape(labels.spec.shape, [...shape.slice(0, axis), ...shape.slice(axis + 1)])) {
    throw new ShapeError(
      `${who}: labels are shaped as the logits [batch, classes, …] without the classes, got labels ${formatShape(labels.spec.shape)} for logits ${formatShape(shape)}`,
    )
  }
  const words = { who, one: 'label', many: 'labels', choices: 'classes', ignored: ignoreIndex }
  const indices = int32Indices(labels, shape[axis]!, words)
  return ndim === 1 ? build.reshape(indices, [1]) : indices
}

/** −Σ q·w·log p over the classes. */
function classSum(q: Value, logProbabilities: Value, weights: Value | null): Value {
  const { shape } = logProbabilities.spec
  const alongClasses = shape.map((n, i) => (i === classAxis ? n : 1))
  const importance = weights === null ? q : build.mul(q, build.reshape(weights, alongClasses))
  return build.neg(build.sum(build.mul(importance, logProbabilities), [classAxis]))
}

/** ε, and ε/C: what of it each class of `x` gets. */
function smoothing(labelSmoothing: number, x: Value): { readonly epsilon: Value; readonly share: Value } {
  const epsilon = numberValue(labelSmoothing, x.spec.dtype)
  return { epsilon, share: build.mul(epsilon, build.literalLike(x, 1 / x.spec.shape[classAxis]!)) }
}

/** (1 − ε)·q + ε/C */
function smoothedTarget(q: Value, labelSmoothing: number): Value {
  if (labelSmoothing === 0) return q
  const { epsilon, share } = smoothing(labelSmoothing, q)
  return build.add(build.sub(q, build.mul(epsilon, q)), share)
}

function ignoredProbabilities(ignoreIndex: number): string {
  return `crossEntropy: ignoreIndex is for class indices, got ${ignoreIndex} with probabilities as target; leave it out`
}
