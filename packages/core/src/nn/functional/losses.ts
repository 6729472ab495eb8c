import { ShapeError } from '../../errors/errors.ts'
import * as build from '../../graph/build.ts'
import { bceWithLogitsLoss } from '../../graph/composites/bce-with-logits.ts'
import { crossEntropyLoss } from '../../graph/composites/cross-entropy.ts'
import { type Reduction, reduceLoss } from '../../graph/composites/reduce-loss.ts'
import { sameShape } from '../../graph/shape.ts'
import { formatShape } from '../../graph/spec.ts'
import type { Value } from '../../graph/value.ts'
import { meet, requireFloat } from '../../tensor/operand.ts'
import { Tensor } from '../../tensor/tensor.ts'
import { int32Indices } from './indices.ts'

export interface LossOptions {
  /** What becomes of the losses of the elements: their `mean` (default), their `sum`, or `none` to keep them. */
  readonly reduction?: Reduction
}

const words = { who: 'crossEntropy', one: 'label', many: 'labels', choices: 'classes' }

/**
 * −log softmax(x)[label], the softmax being over the classes.
 *
 * @param input - logits: floats `[batch, classes, …]`, or `[classes]` alone
 * @param target - class indices, integers `[batch, …]`, or a scalar
 * @returns a scalar, or shaped as `target` for reduction `none`
 * @throws ShapeError when `target` is not shaped as `input` without its classes
 * @throws DTypeError when `target` holds no integers
 * @throws OutOfRangeError when a label is none of a class; only host data, such as that of a batch, is checked
 */
export function crossEntropy(input: Tensor, target: Tensor, { reduction = 'mean' }: LossOptions = {}): Tensor {
  requireFloat('crossEntropy', input.value)
  const classes = input.shape[input.ndim === 1 ? 0 : 1] ?? 0
  const withoutClasses = input.ndim === 1 ? [] : [...input.shape.slice(0, 1), ...input.shape.slice(2)]
  if (input.ndim === 0 || !sameShape(target.shape, withoutClasses)) {
    throw new ShapeError(
      `crossEntropy: labels are shaped as the logits [batch, classes, …] without the classes, got labels ${formatShape(target.shape)} for logits ${formatShape(input.shape)}`,
    )
  }
  const labels = int32Indices(target.value, classes, words)
  if (input.ndim > 1) return new Tensor(crossEntropyLoss(input.value, labels, reduction))
  const alone = crossEntropyLoss(build.reshape(input.value, [1, classes]), build.reshape(labels, [1]), reduction)
  return new Tensor(build.reshape(alone, []))
}

/**
 * Squared error (input − target)².
 *
 * @param target - shaped as `input`
 * @returns a scalar, or shaped as `input` for reduction `none`
 * @throws ShapeError when shapes differ: losses do not broadcast
 */
export function mse(input: Tensor, target: Tensor, { reduction = 'mean' }: LossOptions = {}): Tensor {
  const [x, y] = floatPair('mse', input, target)
  const difference = build.sub(x, y)
  return new Tensor(reduceLoss(build.mul(difference, difference), reduction))
}

/**
 * Binary cross-entropy of the probabilities σ(input): −y·log σ(x) − (1 − y)·log(1 − σ(x)), computed without overflow.
 *
 * @param input - logits: floats of any shape
 * @param target - probabilities between 0 and 1, shaped as `input`
 * @returns a scalar, or shaped as `input` for reduction `none`
 * @throws ShapeError when shapes differ: losses do not broadcast
 */
export function bceWithLogits(input: Tensor, target: Tensor, { reduction = 'mean' }: LossOptions = {}): Tensor {
  const [x, y] = floatPair('bceWithLogits', input, target)
  return new Tensor(reduceLoss(bceWithLogitsLoss(x, y), reduction))
}

function floatPair(who: string, input: Tensor, target: Tensor): [Value, Value] {
  requireFloat(who, input.value)
  // [batch, 1] against [batch] would make a table of all pairs: a mistake that trains without a word.
  if (!sameShape(input.shape, target.shape)) {
    throw new ShapeError(
      `${who}: input and target have one shape, got ${formatShape(input.shape)} and ${formatShape(target.shape)}; reshape one of them`,
    )
  }
  return meet(input.value, target.value)
}
