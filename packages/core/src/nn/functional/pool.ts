import { maxPool } from '../../graph/build.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { onImages, pair, type Size2d } from './spatial.ts'

/** How a window moves over an image. */
export interface PoolOptions {
  /** Default: the window's size, so that windows do not overlap. */
  readonly stride?: Size2d
  /** Cells on each side which count as −∞; at most half the window. Default 0. */
  readonly padding?: Size2d
}

/**
 * The largest element of each window; NaN if any is. The gradient goes to the first of the largest.
 *
 * @param x - floats `[batch, channels, height, width]`, or without batch
 * @param kernelSize - size of the window
 * @returns `[batch, channels, outHeight, outWidth]`, where outHeight = ⌊(height + 2·padding − kernelHeight) / stride⌋ + 1
 * @throws ShapeError when the window is larger than the padded image
 * @throws OutOfRangeError when the padding is more than half the window
 */
export function maxPool2d(x: Tensor, kernelSize: Size2d, options: PoolOptions = {}): Tensor {
  const kernel = pair('maxPool2d', 'the kernel size', kernelSize, 1)
  const stride = pair('maxPool2d', 'the stride', options.stride ?? kernel, 1)
  const padding = pair('maxPool2d', 'the padding', options.padding ?? 0, 0).map((n) => [n, n] as const)
  return onImages('maxPool2d', x, (images) => maxPool(images, { kernel, stride, padding })[0])
}
