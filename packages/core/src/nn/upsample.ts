import type { Tensor } from '../tensor/tensor.ts'
import { type InterpolateOptions, interpolate } from './functional/interpolate.ts'
import { Module } from './module.ts'

/** Signals, images or volumes resized; see `interpolate`. */
export class Upsample extends Module {
  readonly #options: InterpolateOptions

  /** @param options - `size` or `scaleFactor`, and how: `mode` (default nearest), `alignCorners` */
  constructor(options: InterpolateOptions) {
    super()
    this.#options = options
  }

  /**
   * @param x - `[batch, channels, …spatial]`
   * @throws as `interpolate`
   */
  forward(x: Tensor): Tensor {
    return interpolate(x, this.#options)
  }
}
