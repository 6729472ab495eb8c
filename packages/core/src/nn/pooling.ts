import type { Tensor } from '../tensor/tensor.ts'
import { maxPool2d, type PoolOptions } from './functional/pool.ts'
import type { Size2d } from './functional/spatial.ts'
import { Module } from './module.ts'

/** The largest element of each window; see `maxPool2d`. */
export class MaxPool2d extends Module {
  readonly #kernelSize: Size2d
  readonly #options: PoolOptions

  /** @param kernelSize - one number for height and width, or both */
  constructor(kernelSize: Size2d, options: PoolOptions = {}) {
    super()
    this.#kernelSize = kernelSize
    this.#options = options
  }

  /**
   * @param x - `[batch, channels, height, width]`, or without batch
   * @returns `[batch, channels, outHeight, outWidth]`
   * @throws ShapeError when the window is larger than the padded image
   */
  forward(x: Tensor): Tensor {
    return maxPool2d(x, this.#kernelSize, this.#options)
  }
}
