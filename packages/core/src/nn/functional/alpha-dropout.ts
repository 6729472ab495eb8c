import { ShapeError } from '../../errors/errors.ts'
import * as build from '../../graph/build.ts'
import { formatShape, type Shape } from '../../graph/spec.ts'
import { requireFloat } from '../../tensor/operand.ts'
import { bernoulli } from '../../tensor/random.ts'
import { Tensor } from '../../tensor/tensor.ts'
import { channelMask, checkDropProbability, type DropoutOptions } from './dropout.ts'

/** What SELU tends to for large negative arguments, −λ·α. */
const saturation = -1.7580993408473766

/**
 * Sets each element with probability `p` to what SELU saturates at, then scales and shifts so that mean 0 and variance 1 stay
 * (Klambauer et al. 2017).
 *
 * @param x - floats of any shape
 * @param p - default 0.5
 * @throws OutOfRangeError when `p` is not between 0 and 1
 */
export function alphaDropout(x: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor {
  return saturated('alphaDropout', x, p, { ...options, maskShape: x.shape })
}

/**
 * `alphaDropout` of whole channels.
 *
 * @param x - floats `[batch, channels, …]`
 * @param p - default 0.5
 * @throws ShapeError when `x` has fewer than two dimensions
 * @throws OutOfRangeError when `p` is not between 0 and 1
 */
export function featureAlphaDropout(x: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor {
  if (x.ndim < 2) throw new ShapeError(`featureAlphaDropout: takes [batch, channels, …], got ${formatShape(x.shape)}`)
  return saturated('featureAlphaDropout', x, p, { ...options, maskShape: channelMask(x, 2) })
}

interface MaskedOptions extends DropoutOptions {
  readonly maskShape: Shape
}

function saturated(
  who: string,
  x: Tensor,
  p: number,
  { training = true, maskShape, ...options }: MaskedOptions,
): Tensor {
  checkDropProbability(p)
  if (!training || p === 0) return x
  requireFloat(who, x.value)
  const literal = (y: number) => build.literalLike(x.value, y)
  if (p === 1) return new Tensor(build.mul(x.value, literal(0)))
  const keep = bernoulli(maskShape, 1 - p, options).value
  const scale = 1 / Math.sqrt((1 - p) * (1 + p * saturation ** 2))
  const shift = -scale * p * saturation
  const kept = build.where(keep, literal(scale), literal(0))
  const added = build.where(keep, literal(shift), literal(shift + scale * saturation))
  return new Tensor(build.add(build.mul(x.value, kept), added))
}
