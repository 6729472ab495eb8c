import { OutOfRangeError, ShapeError } from '../../errors/errors.ts'
import * as build from '../../graph/build.ts'
import { formatShape, type Shape } from '../../graph/spec.ts'
import type { Generator } from '../../tensor/generator.ts'
import { requireFloat } from '../../tensor/operand.ts'
import { bernoulli } from '../../tensor/random.ts'
import { Tensor } from '../../tensor/tensor.ts'

export interface DropoutOptions {
  /** Whether anything is dropped. Default true. */
  readonly training?: boolean
  /** Default: the one that `manualSeed` seeds. */
  readonly generator?: Generator
}

/** Refuses what is no probability. @throws OutOfRangeError */
export function checkDropProbability(p: number): void {
  if (!(p >= 0 && p <= 1)) {
    throw new OutOfRangeError(`dropout: the probability to drop an element is between 0 and 1, got ${p}`)
  }
}

/**
 * Sets each element to 0 with probability `p` and scales the others by 1 / (1 − p), so that the expectation stays
 * (Srivastava et al. 2014).
 *
 * @param x - floats of any shape
 * @param p - default 0.5
 * @throws OutOfRangeError when `p` is not between 0 and 1
 */
export function dropout(x: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor {
  return dropped('dropout', x, { ...options, p, maskShape: x.shape })
}

/**
 * Drops whole channels: `dropout` with one draw for each (Tompson et al. 2015).
 *
 * @param x - floats `[batch, channels, length]`, or without batch
 * @param p - default 0.5
 * @throws ShapeError when `x` is neither
 * @throws OutOfRangeError when `p` is not between 0 and 1
 */
export function dropout1d(x: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor {
  checkDimensions('dropout1d', x, [2, 3])
  return dropped('dropout1d', x, { ...options, p, maskShape: channelMask(x, x.ndim - 1) })
}

/**
 * Drops whole channels of images; see `dropout1d`.
 *
 * @param x - floats `[batch, channels, height, width]`; as in PyTorch three dimensions are `[batch, channels, length]`
 * @param p - default 0.5
 * @throws ShapeError when `x` is neither
 * @throws OutOfRangeError when `p` is not between 0 and 1
 */
export function dropout2d(x: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor {
  checkDimensions('dropout2d', x, [3, 4])
  return dropped('dropout2d', x, { ...options, p, maskShape: channelMask(x, 2) })
}

/**
 * Drops whole channels of volumes; see `dropout1d`.
 *
 * @param x - floats `[batch, channels, depth, height, width]`, or without batch
 * @param p - default 0.5
 * @throws ShapeError when `x` is neither
 * @throws OutOfRangeError when `p` is not between 0 and 1
 */
export function dropout3d(x: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor {
  checkDimensions('dropout3d', x, [4, 5])
  return dropped('dropout3d', x, { ...options, p, maskShape: channelMask(x, x.ndim - 3) })
}

interface DropOptions extends DropoutOptions {
  readonly p: number
  /** The shape of the draws, which broadcasts to that of the input. */
  readonly maskShape: Shape
}

function dropped(who: string, x: Tensor, { training = true, p, maskShape, ...options }: DropOptions): Tensor {
  checkDropProbability(p)
  if (!training || p === 0) return x
  requireFloat(who, x.value)
  if (p === 1) return new Tensor(build.mul(x.value, build.literalLike(x.value, 0)))
  const keep = build.cast(bernoulli(maskShape, 1 - p, options).value, x.dtype)
  const scale = build.mul(keep, build.literalLike(x.value, 1 / (1 - p)))
  return new Tensor(build.mul(x.value, scale))
}

/** One draw for each of the first `leading` dimensions. */
export function channelMask(x: Tensor, leading: number): Shape {
  return x.shape.map((n, i) => (i < leading ? n : 1))
}

function checkDimensions(who: string, x: Tensor, dimensions: readonly number[]): void {
  if (dimensions.includes(x.ndim)) return
  throw new ShapeError(`${who}: takes ${dimensions.join(' or ')} dimensions, got ${formatShape(x.shape)}`)
}
