import type { Tensor } from '../tensor/tensor.ts'
import { type MaxUnpoolOptions, maxUnpool1d, maxUnpool2d, maxUnpool3d } from './functional/max-unpool.ts'
import type { OutputSizeOptions, Size, Size1d, Size2d, Size3d } from './functional/spatial.ts'
import { Module } from './module.ts'

type UnpoolOptions<S extends Size> = Omit<MaxUnpoolOptions<S>, 'outputSize'>

/** The opposite of `MaxPool1d`: what it took, put back where it was, with zeros elsewhere; see `maxUnpool1d`. */
export class MaxUnpool1d extends Module {
  readonly #kernelSize: Size1d
  readonly #options: UnpoolOptions<Size1d>

  /** @param kernelSize - that of the pooling, as are the options */
  constructor(kernelSize: Size1d, options: UnpoolOptions<Size1d> = {}) {
    super()
    this.#kernelSize = kernelSize
    this.#options = options
  }

  /**
   * @param x - `[batch, channels, length]`, or without batch
   * @param indices - of the shape of `x`
   * @returns `[batch, channels, outLength]`
   * @throws as `maxUnpool2d`
   */
  forward(x: Tensor, indices: Tensor, output: OutputSizeOptions<Size1d> = {}): Tensor {
    return maxUnpool1d(x, indices, this.#kernelSize, { ...this.#options, ...output })
  }
}

/** The opposite of `MaxPool2d`: what it took, put back where it was, with zeros elsewhere; see `maxUnpool2d`. */
export class MaxUnpool2d extends Module {
  readonly #kernelSize: Size2d
  readonly #options: UnpoolOptions<Size2d>

  /** @param kernelSize - that of the pooling, as are the options */
  constructor(kernelSize: Size2d, options: UnpoolOptions<Size2d> = {}) {
    super()
    this.#kernelSize = kernelSize
    this.#options = options
  }

  /**
   * @param x - `[batch, channels, height, width]`, or without batch
   * @param indices - of the shape of `x`
   * @returns `[batch, channels, outHeight, outWidth]`
   * @throws as `maxUnpool2d`
   */
  forward(x: Tensor, indices: Tensor, output: OutputSizeOptions<Size2d> = {}): Tensor {
    return maxUnpool2d(x, indices, this.#kernelSize, { ...this.#options, ...output })
  }
}

/** The opposite of `MaxPool3d`: what it took, put back where it was, with zeros elsewhere; see `maxUnpool3d`. */
export class MaxUnpool3d extends Module {
  readonly #kernelSize: Size3d
  readonly #options: UnpoolOptions<Size3d>

  /** @param kernelSize - that of the pooling, as are the options */
  constructor(kernelSize: Size3d, options: UnpoolOptions<Size3d> = {}) {
    super()
    this.#kernelSize = kernelSize
    this.#options = options
  }

  /**
   * @param x - `[batch, channels, depth, height, width]`, or without batch
   * @param indices - of the shape of `x`
   * @returns `[batch, channels, outDepth, outHeight, outWidth]`
   * @throws as `maxUnpool2d`
   */
  forward(x: Tensor, indices: Tensor, output: OutputSizeOptions<Size3d> = {}): Tensor {
    return maxUnpool3d(x, indices, this.#kernelSize, { ...this.#options, ...output })
  }
}
