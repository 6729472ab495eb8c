import { ShapeError } from '../../errors/errors.ts'
import * as build from '../../graph/build.ts'
import { sameShape, sizeOf } from '../../graph/shape.ts'
import { formatShape } from '../../graph/spec.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { int32Indices } from './indices.ts'
import {
  imagesOf,
  type OutputSizeOptions,
  type Size,
  type Size1d,
  type Size2d,
  type Size3d,
  type Spatial,
  sizes,
} from './spatial.ts'

/** How the window moved that the indices come from. */
export interface MaxUnpoolOptions<S extends Size = Size2d> extends OutputSizeOptions<S> {
  /** Default: the window's size. */
  readonly stride?: S
  /** Default 0. */
  readonly padding?: S
}

/**
 * `maxUnpool2d` over signals.
 *
 * @param x - `[batch, channels, length]`, or without batch
 * @param indices - of the shape of `x`
 * @returns `[batch, channels, outLength]`
 * @throws as `maxUnpool2d`
 */
export function maxUnpool1d(
  x: Tensor,
  indices: Tensor,
  kernelSize: Size1d,
  options: MaxUnpoolOptions<Size1d> = {},
): Tensor {
  return maxUnpool('maxUnpool1d', 1, [x, indices], kernelSize, options)
}

/**
 * What max pooling took, put back where it was, with zeros elsewhere.
 *
 * @param x - `[batch, channels, height, width]`, or without batch
 * @param indices - int32, of the shape of `x`: what max pooling returned
 * @param kernelSize - size of the window of that pooling
 * @returns `[batch, channels, outHeight, outWidth]`, by default with
 * outHeight = (height − 1)·stride − 2·padding + kernelHeight; an `outputSize` differs from it by less than the stride
 * @throws ShapeError when the shapes of `x` and the indices differ, or nothing is left of the result
 * @throws DTypeError when the indices are no integers
 * @throws OutOfRangeError for sizes that are no whole numbers of their range, and for indices beyond the plane; only host data
 * is checked
 */
export function maxUnpool2d(
  x: Tensor,
  indices: Tensor,
  kernelSize: Size2d,
  options: MaxUnpoolOptions<Size2d> = {},
): Tensor {
  return maxUnpool('maxUnpool2d', 2, [x, indices], kernelSize, options)
}

/**
 * `maxUnpool2d` over volumes.
 *
 * @param x - `[batch, channels, depth, height, width]`, or without batch
 * @param indices - of the shape of `x`
 * @returns `[batch, channels, outDepth, outHeight, outWidth]`
 * @throws as `maxUnpool2d`
 */
export function maxUnpool3d(
  x: Tensor,
  indices: Tensor,
  kernelSize: Size3d,
  options: MaxUnpoolOptions<Size3d> = {},
): Tensor {
  return maxUnpool('maxUnpool3d', 3, [x, indices], kernelSize, options)
}

function maxUnpool(
  who: string,
  spatial: Spatial,
  [x, indices]: readonly [Tensor, Tensor],
  kernelSize: Size,
  { stride = kernelSize, padding = 0, outputSize }: MaxUnpoolOptions<Size>,
): Tensor {
  const { value, restore } = imagesOf(who, x, spatial)
  if (!sameShape(x.shape, indices.shape)) {
    throw new ShapeError(
      `${who}: there is one index an element, got ${formatShape(indices.shape)} for ${formatShape(x.shape)}`,
    )
  }
  const kernel = sizes(who, 'the kernel size', kernelSize, spatial, 1)
  const steps = sizes(who, 'the stride', stride, spatial, 1)
  const cut = sizes(who, 'the padding', padding, spatial, 0)
  const [batch, channels, ...image] = value.spec.shape
  const usual = image.map((n, i) => (n - 1) * steps[i]! - 2 * cut[i]! + kernel[i]!)
  const plane = outputSize === undefined ? usual : sizes(who, 'the output size', outputSize, spatial, 1)
  if (plane.some((n, i) => n < 1 || Math.abs(n - usual[i]!) >= steps[i]!)) {
    throw new ShapeError(
      `${who}: the result is ${formatShape(usual)} or differs from it by less than the stride ${formatShape(steps)}, and has cells; got ${formatShape(plane)}`,
    )
  }
  const words = { who, one: 'index', many: 'indices', choices: 'cells' }
  const flat = [batch!, channels!, sizeOf(image)]
  const places = build.reshape(int32Indices(indices.value, sizeOf(plane), words), flat)
  const zeros = build.broadcastTo(build.literalLike(value, 0), [batch!, channels!, sizeOf(plane)])
  const filled = build.scatter(zeros, places, build.reshape(value, flat), 2)
  return restore(build.reshape(filled, [batch!, channels!, ...plane]))
}
