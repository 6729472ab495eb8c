import type { Tensor } from '../tensor/tensor.ts'
import {
  type MaxPoolOptions,
  maxPool1d,
  maxPool2d,
  maxPool3d,
  type Pooled,
  type ReturnIndices,
} from './functional/max-pool.ts'
import type { Size1d, Size2d, Size3d } from './functional/spatial.ts'
import { windowPlan } from './functional/windows.ts'
import { Module } from './module.ts'

/** The largest element of each window; see `maxPool1d`. With `returnIndices` also where they were. */
export class MaxPool1d<I extends boolean = false> extends Module {
  readonly #kernelSize: Size1d
  readonly #options: MaxPoolOptions<Size1d> & ReturnIndices<I>

  /** @throws as `MaxPool2d` */
  constructor(kernelSize: Size1d, options: MaxPoolOptions<Size1d> & ReturnIndices<I> = {}) {
    super()
    windowPlan('MaxPool1d', 1, kernelSize, options)
    this.#kernelSize = kernelSize
    this.#options = options
  }

  /**
   * @param x - `[batch, channels, length]`, or without batch
   * @returns `[batch, channels, outLength]`, with `returnIndices` a pair of these
   * @throws ShapeError when the window is larger than the padded signal
   */
  forward(x: Tensor): Pooled<I> {
    return maxPool1d(x, this.#kernelSize, this.#options)
  }
}

/** The largest element of each window; see `maxPool2d`. With `returnIndices` also where they were. */
export class MaxPool2d<I extends boolean = false> extends Module {
  readonly #kernelSize: Size2d
  readonly #options: MaxPoolOptions<Size2d> & ReturnIndices<I>

  /**
   * @param kernelSize - one number for height and width, or both
   * @throws OutOfRangeError for sizes that are no whole numbers of their range, and for padding of more than half the window
   */
  constructor(kernelSize: Size2d, options: MaxPoolOptions<Size2d> & ReturnIndices<I> = {}) {
    super()
    windowPlan('MaxPool2d', 2, kernelSize, options)
    this.#kernelSize = kernelSize
    this.#options = options
  }

  /**
   * @param x - `[batch, channels, height, width]`, or without batch
   * @returns `[batch, channels, outHeight, outWidth]`, with `returnIndices` a pair of these
   * @throws ShapeError when the window is larger than the padded image
   */
  forward(x: Tensor): Pooled<I> {
    return maxPool2d(x, this.#kernelSize, this.#options)
  }
}

/** The largest element of each window; see `maxPool3d`. With `returnIndices` also where they were. */
export class MaxPool3d<I extends boolean = false> extends Module {
  readonly #kernelSize: Size3d
  readonly #options: MaxPoolOptions<Size3d> & ReturnIndices<I>

  /**
   * @param kernelSize - one number for depth, height and width, or all three
   * @throws as `MaxPool2d`
   */
  constructor(kernelSize: Size3d, options: MaxPoolOptions<Size3d> & ReturnIndices<I> = {}) {
    super()
    windowPlan('MaxPool3d', 3, kernelSize, options)
    this.#kernelSize = kernelSize
    this.#options = options
  }

  /**
   * @param x - `[batch, channels, depth, height, width]`, or without batch
   * @returns `[batch, channels, outDepth, outHeight, outWidth]`, with `returnIndices` a pair of these
   * @throws ShapeError when the window is larger than the padded volume
   */
  forward(x: Tensor): Pooled<I> {
    return maxPool3d(x, this.#kernelSize, this.#options)
  }
}
