import * as build from '../../graph/build.ts'
import type { Shape } from '../../graph/spec.ts'
import type { Value } from '../../graph/value.ts'
import { requireFloat } from '../../tensor/operand.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { imagesOf, type Size, type Size1d, type Size2d, type Size3d, type Spatial } from './spatial.ts'
import { laySideBySide, type PoolOptions, poolAttributes, slidingWindows, type Windows, windowPlan } from './windows.ts'

export interface MaxPoolOptions<S extends Size = Size2d> extends PoolOptions<S> {
  /** Distance of a window's cells. Default 1. */
  readonly dilation?: S
}

export interface ReturnIndices<I extends boolean = boolean> {
  /** Whether to return, beside the values, where they were: flat int32 indices into each channel's plane. Default false. */
  readonly returnIndices?: I
}

/** What max pooling returns: values alone or with their indices. */
export type Pooled<I extends boolean> = I extends true ? readonly [values: Tensor, indices: Tensor] : Tensor

/**
 * `maxPool2d` over signals.
 *
 * @param x - floats `[batch, channels, length]`, or without batch
 * @returns `[batch, channels, outLength]`
 * @throws as `maxPool2d`
 */
export function maxPool1d<I extends boolean = false>(
  x: Tensor,
  kernelSize: Size1d,
  options: MaxPoolOptions<Size1d> & ReturnIndices<I> = {},
): Pooled<I> {
  return pooled(maxPool('maxPool1d', 1, x, kernelSize, options), options)
}

/**
 * The largest element of each window; NaN if any is. Padding counts as −∞. The gradient goes to the first of the largest.
 *
 * @param x - floats `[batch, channels, height, width]`, or without batch
 * @param kernelSize - size of the window
 * @returns `[batch, channels, outHeight, outWidth]`, where
 * outHeight = ⌊(height + 2·padding − dilation·(kernelHeight − 1) − 1) / stride⌋ + 1, with `ceilMode` ⌈…⌉ + 1
 * @throws ShapeError when the window is larger than the padded image, or a dilated one holds nothing of it
 * @throws DTypeError when `x` is not of floats
 * @throws OutOfRangeError for sizes that are no whole numbers of their range, and for padding of more than half the window
 */
export function maxPool2d<I extends boolean = false>(
  x: Tensor,
  kernelSize: Size2d,
  options: MaxPoolOptions<Size2d> & ReturnIndices<I> = {},
): Pooled<I> {
  return pooled(maxPool('maxPool2d', 2, x, kernelSize, options), options)
}

/**
 * `maxPool2d` over volumes.
 *
 * @param x - floats `[batch, channels, depth, height, width]`, or without batch
 * @returns `[batch, channels, outDepth, outHeight, outWidth]`
 * @throws as `maxPool2d`
 */
export function maxPool3d<I extends boolean = false>(
  x: Tensor,
  kernelSize: Size3d,
  options: MaxPoolOptions<Size3d> & ReturnIndices<I> = {},
): Pooled<I> {
  return pooled(maxPool('maxPool3d', 3, x, kernelSize, options), options)
}

/** Values of max pooling, and their indices if they are asked for. */
export interface MaxPooled {
  readonly values: Tensor
  readonly indices: () => Tensor
}

/** What the option asks for. */
export function pooled<I extends boolean>(
  { values, indices }: MaxPooled,
  { returnIndices }: ReturnIndices<I>,
): Pooled<I> {
  return (returnIndices === true ? [values, indices()] : values) as Pooled<I>
}

function maxPool(who: string, spatial: Spatial, x: Tensor, kernelSize: Size, options: MaxPoolOptions<Size>): MaxPooled {
  const plan = windowPlan(who, spatial, kernelSize, options)
  return maxPoolOver(who, x, spatial, (image) => slidingWindows(who, image, plan))
}

/** @param windowsOf - the windows on an image of a spatial shape */
export function maxPoolOver(
  who: string,
  x: Tensor,
  spatial: Spatial,
  windowsOf: (image: Shape) => readonly Windows[],
): MaxPooled {
  const { value, restore } = imagesOf(who, x, spatial)
  requireFloat(who, value)
  const image = value.spec.shape.slice(2)
  const axes = windowsOf(image)
  const laid = laySideBySide(value, axes)
  const [values, indices] = build.maxPool(laid, poolAttributes(axes))
  return {
    values: restore(values),
    indices: () => restore(placesBefore(indices, laid.spec.shape.slice(2), axes, image)),
  }
}

/** Indices into a plane of windows side by side as indices into the image's plane. */
function placesBefore(indices: Value, laid: Shape, axes: readonly Windows[], image: Shape): Value {
  if (axes.every(({ cells }) => cells === null)) return indices
  let rest = indices
  let flat = build.literalLike(indices, 0)
  let stride = 1
  for (const [i, { cells, outputs, kernel }] of [...axes.entries()].reverse()) {
    const length = build.literalLike(rest, laid[i]!)
    const position = build.remainder(rest, length)
    const place =
      cells === null ? position : build.indexSelect(build.reshape(cells.places, [outputs * kernel]), position, 0)
    flat = build.add(flat, build.mul(place, build.literalLike(place, stride)))
    rest = build.floorDivide(rest, length)
    stride *= image[i]!
  }
  return flat
}
