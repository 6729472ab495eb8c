import { OutOfRangeError } from '../../errors/errors.ts'
import * as build from '../../graph/build.ts'
import { wide } from '../../graph/composites/statistics.ts'
import type { Value } from '../../graph/value.ts'
import { requireFloat } from '../../tensor/operand.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { imagesOf, type Size, type Size1d, type Size2d, type Size3d, type Spatial } from './spatial.ts'
import { type PoolOptions, poolAttributes, slidingWindows, type Windows, windowPlan } from './windows.ts'

export interface AvgPoolOptions<S extends Size = Size2d> extends PoolOptions<S> {
  /** Whether padding counts as zeros among the cells of a window, or not at all. Default true. */
  readonly countIncludePad?: boolean
  /** By what to divide the sums of windows instead of their number of cells; not 0. */
  readonly divisorOverride?: number
}

/**
 * `avgPool2d` over signals.
 *
 * @param x - floats `[batch, channels, length]`, or without batch
 * @returns `[batch, channels, outLength]`
 * @throws as `avgPool2d`
 */
export function avgPool1d(x: Tensor, kernelSize: Size1d, options: AvgPoolOptions<Size1d> = {}): Tensor {
  return avgPool('avgPool1d', 1, x, kernelSize, options)
}

/**
 * The mean of each window. Cells of a window beyond the padding (with `ceilMode`) do not count.
 *
 * @param x - floats `[batch, channels, height, width]`, or without batch
 * @param kernelSize - size of the window
 * @returns `[batch, channels, outHeight, outWidth]`, where
 * outHeight = ⌊(height + 2·padding − kernelHeight) / stride⌋ + 1, with `ceilMode` ⌈…⌉ + 1
 * @throws ShapeError when the window is larger than the padded image
 * @throws DTypeError when `x` is not of floats
 * @throws OutOfRangeError for sizes that are no whole numbers of their range, for padding of more than half the window, and for
 * a divisor of 0
 */
export function avgPool2d(x: Tensor, kernelSize: Size2d, options: AvgPoolOptions<Size2d> = {}): Tensor {
  return avgPool('avgPool2d', 2, x, kernelSize, options)
}

/**
 * `avgPool2d` over volumes.
 *
 * @param x - floats `[batch, channels, depth, height, width]`, or without batch
 * @returns `[batch, channels, outDepth, outHeight, outWidth]`
 * @throws as `avgPool2d`
 */
export function avgPool3d(x: Tensor, kernelSize: Size3d, options: AvgPoolOptions<Size3d> = {}): Tensor {
  return avgPool('avgPool3d', 3, x, kernelSize, options)
}

function avgPool(
  who: string,
  spatial: Spatial,
  x: Tensor,
  kernelSize: Size,
  { countIncludePad = true, divisorOverride, ...options }: AvgPoolOptions<Size>,
): Tensor {
  const plan = windowPlan(who, spatial, kernelSize, options)
  checkDivisor(who, divisorOverride)
  const { value, restore } = imagesOf(who, x, spatial)
  requireFloat(who, value)
  const axes = slidingWindows(who, value.spec.shape.slice(2), plan)
  const attributes = poolAttributes(axes)
  // What counts is the image, or the image and what padding was asked for; the primitive's mean is that of all cells.
  const counted = plan.padding.map((n) => (countIncludePad ? n : 0))
  const isWhole = axes.every(({ padding }, i) => padding.every((n) => n === counted[i]))
  if (divisorOverride === undefined && isWhole) return restore(build.avgPool(value, attributes))
  const mean = build.avgPool(wide(value), attributes)
  const cells = plan.kernel.reduce((product, n) => product * n, 1)
  const result =
    divisorOverride === undefined
      ? build.div(mean, shareCounted(wide(value), axes, counted))
      : build.mul(mean, build.literalLike(mean, cells / divisorOverride))
  return restore(build.cast(result, x.dtype))
}

function checkDivisor(who: string, divisor: number | undefined): void {
  if (divisor !== undefined && (!Number.isFinite(divisor) || divisor === 0)) {
    throw new OutOfRangeError(`${who}: the divisor is a finite number other than 0, got ${divisor}`)
  }
}

/** Which part of each window's cells counts: `[1, 1, …outputs]`. */
function shareCounted(images: Value, axes: readonly Windows[], counted: readonly number[]): Value {
  const image = images.spec.shape.slice(2).map((n, i) => n + 2 * counted[i]!)
  const ones = build.broadcastTo(build.literalLike(images, 1), [1, 1, ...image])
  const { kernel, stride, padding } = poolAttributes(axes)
  const rest = padding.map(([before, after], i) => [before - counted[i]!, after - counted[i]!] as const)
  return build.avgPool(ones, { kernel, stride, padding: rest })
}
