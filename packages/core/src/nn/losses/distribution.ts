import type { Tensor } from '../../tensor/tensor.ts'
import {
  type GaussianNllOptions,
  gaussianNll,
  type KlDivOptions,
  klDiv,
  type PoissonNllOptions,
  poissonNll,
} from '../functional/losses/distribution.ts'
import { Module } from '../module.ts'

/** `klDiv` as a module. */
export class KLDivLoss extends Module {
  readonly #options: KlDivOptions

  constructor(options: KlDivOptions = {}) {
    super()
    this.#options = options
  }

  /** @param input - log-probabilities; `target` holds probabilities, shaped as `input` */
  forward(input: Tensor, target: Tensor): Tensor {
    return klDiv(input, target, this.#options)
  }
}

/** `gaussianNll` as a module. */
export class GaussianNLLLoss extends Module {
  readonly #options: GaussianNllOptions

  constructor(options: GaussianNllOptions = {}) {
    super()
    this.#options = options
  }

  /** @param variance - shaped as `input` and `target`, or with one for each row */
  forward(input: Tensor, target: Tensor, variance: Tensor): Tensor {
    return gaussianNll(input, target, variance, this.#options)
  }
}

/** `poissonNll` as a module. */
export class PoissonNLLLoss extends Module {
  readonly #options: PoissonNllOptions

  constructor(options: PoissonNllOptions = {}) {
    super()
    this.#options = options
  }

  /** @param input - logarithms of rates; `target` holds counts, shaped as `input` */
  forward(input: Tensor, target: Tensor): Tensor {
    return poissonNll(input, target, this.#options)
  }
}
