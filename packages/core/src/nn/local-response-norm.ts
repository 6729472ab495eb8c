import type { Tensor } from '../tensor/tensor.ts'
import {
  checkLocalResponseNorm,
  type LocalResponseNormOptions,
  localResponseNorm,
} from './functional/local-response-norm.ts'
import { Module } from './module.ts'

/** Divides each element by what its neighbouring channels have there; see `localResponseNorm`. */
export class LocalResponseNorm extends Module {
  readonly #size: number
  readonly #options: LocalResponseNormOptions

  /** @param size - how many channels are neighbours */
  constructor(size: number, options: LocalResponseNormOptions = {}) {
    super()
    checkLocalResponseNorm(size, options)
    this.#size = size
    this.#options = options
  }

  /** @param x - floats `[batch, channels, …spatial]` */
  forward(x: Tensor): Tensor {
    return localResponseNorm(x, this.#size, this.#options)
  }
}
