import type { Tensor } from '../tensor/tensor.ts'
import { type BlockOptions, fold, unfold } from './functional/fold.ts'
import type { Size2d } from './functional/spatial.ts'
import { Module } from './module.ts'

/** Blocks of images as columns; see `unfold`. */
export class Unfold extends Module {
  readonly #kernelSize: Size2d
  readonly #options: BlockOptions

  /** @param kernelSize - size of a block */
  constructor(kernelSize: Size2d, options: BlockOptions = {}) {
    super()
    this.#kernelSize = kernelSize
    this.#options = options
  }

  /**
   * @param x - `[batch, channels, height, width]`, or without batch
   * @returns `[batch, channels·kernelHeight·kernelWidth, blocks]`
   * @throws as `unfold`
   */
  forward(x: Tensor): Tensor {
    return unfold(x, this.#kernelSize, this.#options)
  }
}

/** Images as sums of blocks; see `fold`. */
export class Fold extends Module {
  readonly #outputSize: Size2d
  readonly #kernelSize: Size2d
  readonly #options: BlockOptions

  /**
   * @param outputSize - size of the images
   * @param kernelSize - size of a block
   */
  constructor(outputSize: Size2d, kernelSize: Size2d, options: BlockOptions = {}) {
    super()
    this.#outputSize = outputSize
    this.#kernelSize = kernelSize
    this.#options = options
  }

  /**
   * @param x - floats `[batch, channels·kernelHeight·kernelWidth, blocks]`, or without batch
   * @returns `[batch, channels, …outputSize]`
   * @throws as `fold`
   */
  forward(x: Tensor): Tensor {
    return fold(x, this.#outputSize, this.#kernelSize, this.#options)
  }
}
