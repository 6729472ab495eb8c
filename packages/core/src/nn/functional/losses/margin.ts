import { MisconfigurationError, ShapeError } from '../../../errors/errors.ts'
import * as build from '../../../graph/build.ts'
import { bceWithLogitsLoss } from '../../../graph/composites/bce-with-logits.ts'
import { clamp } from '../../../graph/composites/clamp.ts'
import { classAxis, isAtLabel, pickLabels, withClassAxis } from '../../../graph/composites/labels.ts'
import { relu } from '../../../graph/composites/relu.ts'
import { numberValue } from '../../../graph/record.ts'
import { sameShape } from '../../../graph/shape.ts'
import { formatShape } from '../../../graph/spec.ts'
import type { Value } from '../../../graph/value.ts'
import { preciseIn } from '../../../tensor/autocast.ts'
import { int32Indices } from '../../../tensor/indices.ts'
import { valueOf } from '../../../tensor/methods/handle.ts'
import { requireFloat } from '../../../tensor/operand.ts'
import type { Tensor } from '../../../tensor/tensor.ts'
import { checkNumber } from '../check-option.ts'
import { alike, classWeight, type LossOptions, reduced } from './loss-options.ts'

export interface MarginOptions extends LossOptions {
  /** How far apart things are at least. Each loss says its default. */
  readonly margin?: number
}

export interface MultiMarginOptions extends MarginOptions {
  /** The power of each violation, 1 (default) or 2. */
  readonly p?: 1 | 2
  /** A weight for each class, `[classes]`; the mean does not divide by it. Default null: 1. */
  readonly weight?: Tensor | null
}

/**
 * x for a target of 1, and max(0, margin − x) for −1, where x is a distance.
 *
 * @param input - distances
 * @param target - 1 (alike) or −1 (different), shaped as `input`
 * @param options.margin - default 1
 * @returns a scalar, or shaped as `input` for reduction `none`
 * @throws ShapeError when shapes differ: losses do not broadcast
 */
export function hingeEmbedding(input: Tensor, target: Tensor, { margin = 1, ...options }: MarginOptions = {}): Tensor {
  checkNumber('hingeEmbedding', 'margin', margin)
  const { input: x, target: y } = alike('hingeEmbedding', { input, target })
  const { zero, one } = constants(x)
  const apart = nonNegative(build.sub(numberValue(margin, x.spec.dtype), x))
  // As PyTorch has it, each term is left out for the other's target: one that is neither gets both.
  const ofDifferent = build.where(build.equal(y, one), zero, apart)
  const ofAlike = build.where(build.equal(y, build.neg(one)), zero, x)
  return reduced('hingeEmbedding', build.add(ofDifferent, ofAlike), options)
}

/**
 * max(0, −y·(x₁ − x₂) + margin): the first is to be ranked higher for a target y of 1, the second for −1.
 *
 * @param target - 1 or −1; all have one shape
 * @param options.margin - default 0
 * @returns a scalar, or shaped as the inputs for reduction `none`
 * @throws ShapeError when shapes differ: losses do not broadcast
 */
export function marginRanking(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  { margin = 0, ...options }: MarginOptions = {},
): Tensor {
  checkNumber('marginRanking', 'margin', margin)
  const { input1: x1, input2: x2, target: y } = alike('marginRanking', { input1, input2, target })
  const lead = build.mul(y, build.sub(x1, x2))
  return reduced('marginRanking', nonNegative(build.sub(numberValue(margin, x1.spec.dtype), lead)), options)
}

/**
 * log(1 + e^(−y·x)), computed without overflow.
 *
 * @param target - 1 or −1, shaped as `input`
 * @returns a scalar, or shaped as `input` for reduction `none`
 * @throws ShapeError when shapes differ: losses do not broadcast
 */
export function softMargin(input: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  const { input: x, target: y } = alike('softMargin', { input, target })
  const lead = build.mul(y, x)
  return reduced('softMargin', bceWithLogitsLoss(lead, build.fullLike(lead, 1)), options)
}

/**
 * Σ max(0, margin − x[label] + x[i])^p / classes over the classes i other than the label.
 *
 * @param input - scores: floats `[batch, classes]`, or `[classes]` alone
 * @param target - labels: integers `[batch]`, or a scalar
 * @param options.margin - default 1
 * @returns a scalar, or shaped as `target` for reduction `none`
 * @throws ShapeError when `target` is not shaped as `input` without its classes
 * @throws OutOfRangeError when a label is none of a class; only host data, such as that of a batch, is checked
 */
export function multiMargin(
  input: Tensor,
  target: Tensor,
  { p = 1, margin = 1, weight = null, ...options }: MultiMarginOptions = {},
): Tensor {
  checkNumber('multiMargin', 'margin', margin)
  if (p !== 1 && p !== 2) throw new MisconfigurationError(`multiMargin: p is 1 or 2, got ${p}`)
  const scores = preciseIn(valueOf('multiMargin', input, 'a tensor input'))
  requireFloat('multiMargin', scores)
  const { shape, rank } = scores.spec
  const classes = shape[rank - 1] ?? 0
  const labels = valueOf('multiMargin', target, 'a tensor target')
  if (rank === 0 || rank > 2 || classes === 0 || !sameShape(labels.spec.shape, shape.slice(0, -1))) {
    throw new ShapeError(
      `multiMargin: takes [batch, classes] and [batch], or [classes] and a scalar, got ${formatShape(shape)} and ${formatShape(labels.spec.shape)}`,
    )
  }
  const words = { who: 'multiMargin', one: 'label', many: 'labels', choices: 'classes' }
  const at = build.reshape(int32Indices(labels, classes, words), [rank === 1 ? 1 : shape[0]!])
  const x = build.reshape(scores, [at.spec.size, classes])
  const lead = build.sub(withClassAxis(pickLabels(x, at)), x)
  const violations = relu(build.sub(numberValue(margin, x.spec.dtype), lead))
  const powers = p === 1 ? violations : build.mul(violations, violations)
  const others = build.where(isAtLabel(x, at), build.literalLike(x, 0), powers)
  const losses = build.mul(build.sum(others, [classAxis]), build.literalLike(x, 1 / classes))
  const weights = classWeight('multiMargin', weight, classes, x)
  const weighted = weights === null ? losses : build.mul(losses, build.indexSelect(weights, at, 0))
  return reduced('multiMargin', build.reshape(weighted, labels.spec.shape), options)
}

/** max(x, 0), whose gradient at 0 is 1, as that of PyTorch's clamp. */
function nonNegative(x: Value): Value {
  return clamp(x, build.literalLike(x, 0), undefined)
}

function constants(x: Value): { readonly zero: Value; readonly one: Value } {
  return { zero: build.literalLike(x, 0), one: build.literalLike(x, 1) }
}
