import type { Buffer } from '../../tensor/parameter.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { type CrossEntropyOptions, crossEntropy, type NllOptions, nll } from '../functional/losses/cross-entropy.ts'
import { Module } from '../module.ts'
import { weightBuffer } from './weight-buffer.ts'

/** `crossEntropy` as a module. */
export class CrossEntropyLoss extends Module {
  /** `[classes]` */
  readonly weight: Buffer | null
  readonly #options: CrossEntropyOptions

  constructor({ weight, ...options }: CrossEntropyOptions = {}) {
    super()
    this.weight = weightBuffer(weight)
    this.#options = options
  }

  /**
   * @param input - logits `[batch, classes, …]`
   * @param target - class indices `[batch, …]`, or probabilities shaped as `input`
   */
  forward(input: Tensor, target: Tensor): Tensor {
    return crossEntropy(input, target, { ...this.#options, weight: this.weight })
  }
}

/** `nll` as a module. */
export class NLLLoss extends Module {
  /** `[classes]` */
  readonly weight: Buffer | null
  readonly #options: NllOptions

  constructor({ weight, ...options }: NllOptions = {}) {
    super()
    this.weight = weightBuffer(weight)
    this.#options = options
  }

  /**
   * @param input - log-probabilities `[batch, classes, …]`
   * @param target - class indices `[batch, …]`
   */
  forward(input: Tensor, target: Tensor): Tensor {
    return nll(input, target, { ...this.#options, weight: this.weight })
  }
}
