import { OutOfRangeError, ShapeError } from '../../errors/errors.ts'
import * as build from '../../graph/build.ts'
import { wide } from '../../graph/composites/statistics.ts'
import { formatShape, type Shape } from '../../graph/spec.ts'
import type { Value } from '../../graph/value.ts'
import { requireFloat } from '../../tensor/operand.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { type MaxPooled, maxPoolOver, type Pooled, pooled, type ReturnIndices } from './max-pool.ts'
import { imagesOf, type Spatial } from './spatial.ts'
import { adaptiveWindows, laySideBySide, poolAttributes, type Windows } from './windows.ts'

/** Size of a result along one axis; null keeps that of the input. */
type Length = number | null

export type AdaptiveSize1d = Length | readonly [length: Length]
/** One number for height and width, or `[height, width]`; null keeps that of the input. */
export type AdaptiveSize2d = Length | readonly [height: Length, width: Length]
export type AdaptiveSize3d = Length | readonly [depth: Length, height: Length, width: Length]

type AdaptiveSize = Length | readonly Length[]

/**
 * `adaptiveAvgPool2d` over signals.
 *
 * @param x - floats `[batch, channels, length]`, or without batch
 * @returns `[batch, channels, outLength]`
 * @throws as `adaptiveAvgPool2d`
 */
export function adaptiveAvgPool1d(x: Tensor, outputSize: AdaptiveSize1d): Tensor {
  return adaptiveAvgPool('adaptiveAvgPool1d', 1, x, outputSize)
}

/**
 * The means of as many windows as are asked for, whatever the size of the input: window i goes from
 * ⌊i·height / outHeight⌋ up to ⌈(i + 1)·height / outHeight⌉, and likewise along the width.
 *
 * @param x - floats `[batch, channels, height, width]`, or without batch
 * @returns `[batch, channels, …outputSize]`
 * @throws ShapeError when the input has no cells
 * @throws DTypeError when `x` is not of floats
 * @throws OutOfRangeError when a size is no whole number ≥ 1
 */
export function adaptiveAvgPool2d(x: Tensor, outputSize: AdaptiveSize2d): Tensor {
  return adaptiveAvgPool('adaptiveAvgPool2d', 2, x, outputSize)
}

/**
 * `adaptiveAvgPool2d` over volumes.
 *
 * @param x - floats `[batch, channels, depth, height, width]`, or without batch
 * @returns `[batch, channels, …outputSize]`
 * @throws as `adaptiveAvgPool2d`
 */
export function adaptiveAvgPool3d(x: Tensor, outputSize: AdaptiveSize3d): Tensor {
  return adaptiveAvgPool('adaptiveAvgPool3d', 3, x, outputSize)
}

/**
 * `adaptiveMaxPool2d` over signals.
 *
 * @param x - floats `[batch, channels, length]`, or without batch
 * @returns `[batch, channels, outLength]`
 * @throws as `adaptiveMaxPool2d`
 */
export function adaptiveMaxPool1d<I extends boolean = false>(
  x: Tensor,
  outputSize: AdaptiveSize1d,
  options: ReturnIndices<I> = {},
): Pooled<I> {
  return pooled(adaptiveMaxPool('adaptiveMaxPool1d', 1, x, outputSize), options)
}

/**
 * The largest elements of as many windows as are asked for, which are those of `adaptiveAvgPool2d`.
 *
 * @param x - floats `[batch, channels, height, width]`, or without batch
 * @returns `[batch, channels, …outputSize]`
 * @throws as `adaptiveAvgPool2d`
 */
export function adaptiveMaxPool2d<I extends boolean = false>(
  x: Tensor,
  outputSize: AdaptiveSize2d,
  options: ReturnIndices<I> = {},
): Pooled<I> {
  return pooled(adaptiveMaxPool('adaptiveMaxPool2d', 2, x, outputSize), options)
}

/**
 * `adaptiveMaxPool2d` over volumes.
 *
 * @param x - floats `[batch, channels, depth, height, width]`, or without batch
 * @returns `[batch, channels, …outputSize]`
 * @throws as `adaptiveAvgPool2d`
 */
export function adaptiveMaxPool3d<I extends boolean = false>(
  x: Tensor,
  outputSize: AdaptiveSize3d,
  options: ReturnIndices<I> = {},
): Pooled<I> {
  return pooled(adaptiveMaxPool('adaptiveMaxPool3d', 3, x, outputSize), options)
}

function adaptiveMaxPool(who: string, spatial: Spatial, x: Tensor, outputSize: AdaptiveSize): MaxPooled {
  return maxPoolOver(who, x, spatial, (image) => windowsFor(who, image, outputSize))
}

export function adaptiveAvgPool(who: string, spatial: Spatial, x: Tensor, outputSize: AdaptiveSize): Tensor {
  const { value, restore } = imagesOf(who, x, spatial)
  requireFloat(who, value)
  const image = value.spec.shape.slice(2)
  const windows = windowsFor(who, image, outputSize)
  if (windows.every(({ cells }) => cells === null)) return restore(build.avgPool(value, poolAttributes(windows)))
  // Where windows differ in length, the shorter ones end in a cell of zeros behind the image.
  const room = windows.map(({ cells }) => [0, cells === null ? 0 : 1] as const)
  const padded = build.pad(wide(value), [[0, 0], [0, 0], ...room])
  const axes = windows.map((axis, i) => endingIn(image[i]!, axis))
  const mean = build.avgPool(laySideBySide(padded, axes), poolAttributes(axes))
  const result = windows.reduce((y, axis, i) => timesLonger(y, axis, i + 2), mean)
  return restore(build.cast(result, x.dtype))
}

/** Windows that have the cell `place` where they had none. */
function endingIn(place: number, axis: Windows): Windows {
  if (axis.cells === null) return axis
  const { places, exists } = axis.cells
  return { ...axis, cells: { places: build.where(exists, places, build.literalLike(places, place)), exists } }
}

/** Means over the longest window as means over each window's own cells. */
function timesLonger(mean: Value, { cells, kernel }: Windows, axis: number): Value {
  if (cells === null) return mean
  const { dtype, shape } = mean.spec
  const counts = build.sum(build.cast(cells.exists, dtype), [1])
  const factors = build.div(build.literal(kernel, dtype), counts)
  const along = shape.map((n, i) => (i === axis ? n : 1))
  return build.mul(mean, build.reshape(factors, along))
}

function windowsFor(who: string, image: Shape, outputSize: AdaptiveSize): Windows[] {
  const sizes: readonly Length[] = Array.isArray(outputSize) ? outputSize : image.map(() => outputSize as Length)
  const outputs = image.map((n, i) => sizes[i] ?? n)
  if (image.includes(0)) throw new ShapeError(`${who}: needs at least one cell, got an image ${formatShape(image)}`)
  if (sizes.length !== image.length || !outputs.every((n) => Number.isInteger(n) && n >= 1)) {
    throw new OutOfRangeError(
      `${who}: the output size is a whole number ≥ 1 or null for each of ${image.length} spatial dimension(s), got [${sizes.join(', ')}]`,
    )
  }
  return adaptiveWindows(image, outputs)
}
