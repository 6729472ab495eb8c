import type { Tensor } from '../tensor/tensor.ts'
import {
  type AdaptiveSize1d,
  type AdaptiveSize2d,
  type AdaptiveSize3d,
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
} from './functional/adaptive-pool.ts'
import type { Pooled, ReturnIndices } from './functional/max-pool.ts'
import { Module } from './module.ts'

/** The means of as many windows as are asked for, whatever the size of the input; see `adaptiveAvgPool1d`. */
export class AdaptiveAvgPool1d extends Module {
  readonly outputSize: AdaptiveSize1d

  /** @param outputSize - length of the result; null for that of the input */
  constructor(outputSize: AdaptiveSize1d) {
    super()
    this.outputSize = outputSize
  }

  /**
   * @param x - `[batch, channels, length]`, or without batch
   * @returns `[batch, channels, …outputSize]`
   * @throws as `adaptiveAvgPool2d`
   */
  forward(x: Tensor): Tensor {
    return adaptiveAvgPool1d(x, this.outputSize)
  }
}

/** The means of as many windows as are asked for, whatever the size of the input; see `adaptiveAvgPool2d`. */
export class AdaptiveAvgPool2d extends Module {
  readonly outputSize: AdaptiveSize2d

  /** @param outputSize - one number for height and width, or both; null for that of the input */
  constructor(outputSize: AdaptiveSize2d) {
    super()
    this.outputSize = outputSize
  }

  /**
   * @param x - `[batch, channels, height, width]`, or without batch
   * @returns `[batch, channels, …outputSize]`
   * @throws as `adaptiveAvgPool2d`
   */
  forward(x: Tensor): Tensor {
    return adaptiveAvgPool2d(x, this.outputSize)
  }
}

/** The means of as many windows as are asked for, whatever the size of the input; see `adaptiveAvgPool3d`. */
export class AdaptiveAvgPool3d extends Module {
  readonly outputSize: AdaptiveSize3d

  /** @param outputSize - one number for depth, height and width, or all three; null for that of the input */
  constructor(outputSize: AdaptiveSize3d) {
    super()
    this.outputSize = outputSize
  }

  /**
   * @param x - `[batch, channels, depth, height, width]`, or without batch
   * @returns `[batch, channels, …outputSize]`
   * @throws as `adaptiveAvgPool2d`
   */
  forward(x: Tensor): Tensor {
    return adaptiveAvgPool3d(x, this.outputSize)
  }
}

/** The largest elements of as many windows as are asked for; see `adaptiveMaxPool1d`. */
export class AdaptiveMaxPool1d<I extends boolean = false> extends Module {
  readonly outputSize: AdaptiveSize1d
  readonly #options: ReturnIndices<I>

  /** @param outputSize - length of the result; null for that of the input */
  constructor(outputSize: AdaptiveSize1d, options: ReturnIndices<I> = {}) {
    super()
    this.outputSize = outputSize
    this.#options = options
  }

  /**
   * @param x - `[batch, channels, length]`, or without batch
   * @returns `[batch, channels, …outputSize]`, with `returnIndices` a pair of these
   * @throws as `adaptiveAvgPool2d`
   */
  forward(x: Tensor): Pooled<I> {
    return adaptiveMaxPool1d(x, this.outputSize, this.#options)
  }
}

/** The largest elements of as many windows as are asked for; see `adaptiveMaxPool2d`. */
export class AdaptiveMaxPool2d<I extends boolean = false> extends Module {
  readonly outputSize: AdaptiveSize2d
  readonly #options: ReturnIndices<I>

  /** @param outputSize - one number for height and width, or both; null for that of the input */
  constructor(outputSize: AdaptiveSize2d, options: ReturnIndices<I> = {}) {
    super()
    this.outputSize = outputSize
    this.#options = options
  }

  /**
   * @param x - `[batch, channels, height, width]`, or without batch
   * @returns `[batch, channels, …outputSize]`, with `returnIndices` a pair of these
   * @throws as `adaptiveAvgPool2d`
   */
  forward(x: Tensor): Pooled<I> {
    return adaptiveMaxPool2d(x, this.outputSize, this.#options)
  }
}

/** The largest elements of as many windows as are asked for; see `adaptiveMaxPool3d`. */
export class AdaptiveMaxPool3d<I extends boolean = false> extends Module {
  readonly outputSize: AdaptiveSize3d
  readonly #options: ReturnIndices<I>

  /** @param outputSize - one number for depth, height and width, or all three; null for that of the input */
  constructor(outputSize: AdaptiveSize3d, options: ReturnIndices<I> = {}) {
    super()
    this.outputSize = outputSize
    this.#options = options
  }

  /**
   * @param x - `[batch, channels, depth, height, width]`, or without batch
   * @returns `[batch, channels, …outputSize]`, with `returnIndices` a pair of these
   * @throws as `adaptiveAvgPool2d`
   */
  forward(x: Tensor): Pooled<I> {
    return adaptiveMaxPool3d(x, this.outputSize, this.#options)
  }
}
