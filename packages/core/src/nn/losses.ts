import type { Tensor } from '../tensor/tensor.ts'
import { bceWithLogits, crossEntropy, type LossOptions, mse } from './functional/losses.ts'
import { Module } from './module.ts'

/** `crossEntropy` as a module. */
export class CrossEntropyLoss extends Module {
  readonly #options: LossOptions

  constructor(options: LossOptions = {}) {
    super()
    this.#options = options
  }

  /** @param input - logits `[batch, classes, …]`; `target` holds class indices `[batch, …]` */
  forward(input: Tensor, target: Tensor): Tensor {
    return crossEntropy(input, target, this.#options)
  }
}

/** `mse` as a module. */
export class MSELoss extends Module {
  readonly #options: LossOptions

  constructor(options: LossOptions = {}) {
    super()
    this.#options = options
  }

  /** @param target - shaped as `input` */
  forward(input: Tensor, target: Tensor): Tensor {
    return mse(input, target, this.#options)
  }
}

/** `bceWithLogits` as a module. */
export class BCEWithLogitsLoss extends Module {
  readonly #options: LossOptions

  constructor(options: LossOptions = {}) {
    super()
    this.#options = options
  }

  /** @param input - logits; `target` holds probabilities, shaped as `input` */
  forward(input: Tensor, target: Tensor): Tensor {
    return bceWithLogits(input, target, this.#options)
  }
}
