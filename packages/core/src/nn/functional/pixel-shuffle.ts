import { OutOfRangeError, ShapeError } from '../../errors/errors.ts'
import { formatShape } from '../../graph/spec.ts'
import type { Tensor } from '../../tensor/tensor.ts'

/**
 * Channels as finer images: y[…, c, h·r + i, w·r + j] = x[…, c·r² + i·r + j, h, w] (Shi et al. 2016).
 *
 * @param x - `[…, channels·r², height, width]`
 * @param upscaleFactor - r ≥ 1
 * @returns `[…, channels, height·r, width·r]`
 * @throws ShapeError when `x` has fewer than three dimensions, or channels that r² does not divide
 * @throws OutOfRangeError when r is no whole number ≥ 1
 */
export function pixelShuffle(x: Tensor, upscaleFactor: number): Tensor {
  const r = checkFactor('pixelShuffle', 'upscale factor', upscaleFactor)
  const [leading, [channels, height, width]] = imageOf('pixelShuffle', x)
  if (channels % r ** 2 !== 0) {
    throw new ShapeError(`pixelShuffle: ${r}² divides the channels, got ${formatShape(x.shape)}`)
  }
  const n = leading.length
  return x
    .reshape([...leading, channels / r ** 2, r, r, height, width])
    .permute([...leading.keys(), n, n + 3, n + 1, n + 4, n + 2])
    .reshape([...leading, channels / r ** 2, height * r, width * r])
}

/**
 * The opposite of `pixelShuffle`: squares of r × r elements as channels.
 *
 * @param x - `[…, channels, height·r, width·r]`
 * @param downscaleFactor - r ≥ 1
 * @returns `[…, channels·r², height, width]`
 * @throws ShapeError when `x` has fewer than three dimensions, or a size that r does not divide
 * @throws OutOfRangeError when r is no whole number ≥ 1
 */
export function pixelUnshuffle(x: Tensor, downscaleFactor: number): Tensor {
  const r = checkFactor('pixelUnshuffle', 'downscale factor', downscaleFactor)
  const [leading, [channels, height, width]] = imageOf('pixelUnshuffle', x)
  if (height % r !== 0 || width % r !== 0) {
    throw new ShapeError(`pixelUnshuffle: ${r} divides height and width, got ${formatShape(x.shape)}`)
  }
  const n = leading.length
  return x
    .reshape([...leading, channels, height / r, r, width / r, r])
    .permute([...leading.keys(), n, n + 2, n + 4, n + 1, n + 3])
    .reshape([...leading, channels * r ** 2, height / r, width / r])
}

/**
 * Deals the channels of each group out in turn: y[:, i·groups + g] = x[:, g·n + i], with n channels a group (Zhang et al.
 * 2018).
 *
 * @param x - `[batch, channels, …]` with at least one more dimension
 * @throws ShapeError when `x` has fewer than three dimensions, or channels that the groups do not divide
 * @throws OutOfRangeError when `groups` is no whole number ≥ 1
 */
export function channelShuffle(x: Tensor, groups: number): Tensor {
  checkFactor('channelShuffle', 'number of groups', groups)
  const [batch, channels, ...rest] = x.shape
  if (x.ndim < 3 || channels! % groups !== 0) {
    throw new ShapeError(
      `channelShuffle: takes [batch, channels, …] of three dimensions or more, with channels that ${groups} divides, got ${formatShape(x.shape)}`,
    )
  }
  return x
    .reshape([batch!, groups, channels! / groups, ...rest])
    .transpose(1, 2)
    .reshape(x.shape)
}

function checkFactor(who: string, what: string, factor: number): number {
  if (Number.isInteger(factor) && factor >= 1) return factor
  throw new OutOfRangeError(`${who}: the ${what} is a whole number ≥ 1, got ${factor}`)
}

function imageOf(who: string, x: Tensor): [leading: readonly number[], image: [number, number, number]] {
  if (x.ndim < 3) throw new ShapeError(`${who}: takes […, channels, height, width], got ${formatShape(x.shape)}`)
  return [x.shape.slice(0, -3), x.shape.slice(-3) as [number, number, number]]
}
