import * as build from '../../../graph/build.ts'
import { bceLoss } from '../../../graph/composites/bce.ts'
import { bceWithLogitsLoss } from '../../../graph/composites/bce-with-logits.ts'
import type { Value } from '../../../graph/value.ts'
import type { Tensor } from '../../../tensor/tensor.ts'
import { alike, factorOf, type LossOptions, reduced, widened } from './loss-options.ts'

export interface BceOptions extends LossOptions {
  /** A factor of each element's loss, which broadcasts to the input; the mean does not divide by it. Default null: 1. */
  readonly weight?: Tensor | null
}

export interface BceWithLogitsOptions extends BceOptions {
  /** A factor of the loss of positive targets, `[classes]` say, which broadcasts to the input. Default null: 1. */
  readonly posWeight?: Tensor | null
}

/**
 * Binary cross-entropy −y·log x − (1 − y)·log(1 − x), in which logarithms are −100 at least. `bceWithLogits` is the better
 * choice behind a sigmoid.
 *
 * @param input - probabilities between 0 and 1: floats of any shape; outside of that range the loss is NaN
 * @param target - probabilities between 0 and 1, shaped as `input`
 * @returns a scalar, or shaped as `input` for reduction `none`
 * @throws ShapeError when shapes differ: losses do not broadcast
 */
export function bce(input: Tensor, target: Tensor, { weight = null, ...options }: BceOptions = {}): Tensor {
  const { input: x, target: y } = alike('bce', { input, target })
  const losses = build.cast(bceLoss(widened(x), widened(y)), x.spec.dtype)
  return reduced('bce', weighted('bce', losses, weight), options)
}

/**
 * Binary cross-entropy of the probabilities σ(input): −p·y·log σ(x) − (1 − y)·log(1 − σ(x)), computed without overflow.
 *
 * @param input - logits: floats of any shape
 * @param target - probabilities between 0 and 1, shaped as `input`
 * @returns a scalar, or shaped as `input` for reduction `none`
 * @throws ShapeError when shapes differ: losses do not broadcast; `weight` and `posWeight` do
 */
export function bceWithLogits(
  input: Tensor,
  target: Tensor,
  { weight = null, posWeight = null, ...options }: BceWithLogitsOptions = {},
): Tensor {
  const { input: x, target: y } = alike('bceWithLogits', { input, target })
  const losses =
    posWeight === null
      ? bceWithLogitsLoss(x, y)
      : positivesWeighted(x, y, factorOf('bceWithLogits', 'posWeight', posWeight, x))
  return reduced('bceWithLogits', weighted('bceWithLogits', losses, weight), options)
}

/** (1 − y)·x + (1 + (p − 1)·y)·−log σ(x) */
function positivesWeighted(x: Value, y: Value, posWeight: Value): Value {
  const one = build.literalLike(x, 1)
  const factor = build.add(one, build.mul(build.sub(posWeight, one), y))
  const surprise = bceWithLogitsLoss(x, build.fullLike(x, 1))
  return build.add(build.mul(build.sub(one, y), x), build.mul(factor, surprise))
}

function weighted(who: string, losses: Value, weight: Tensor | null): Value {
  return weight === null ? losses : build.mul(losses, factorOf(who, 'weight', weight, losses))
}
