import type { Buffer } from '../../tensor/parameter.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { type BceOptions, type BceWithLogitsOptions, bce, bceWithLogits } from '../functional/losses/binary.ts'
import { Module } from '../module.ts'
import { weightBuffer } from './weight-buffer.ts'

/** `bce` as a module. */
export class BCELoss extends Module {
  readonly weight: Buffer | null
  readonly #options: BceOptions

  constructor({ weight, ...options }: BceOptions = {}) {
    super()
    this.weight = weightBuffer(weight)
    this.#options = options
  }

  /** @param input - probabilities; `target` holds probabilities, shaped as `input` */
  forward(input: Tensor, target: Tensor): Tensor {
    return bce(input, target, { ...this.#options, weight: this.weight })
  }
}

/** `bceWithLogits` as a module. */
export class BCEWithLogitsLoss extends Module {
  readonly weight: Buffer | null
  readonly posWeight: Buffer | null
  readonly #options: BceWithLogitsOptions

  constructor({ weight, posWeight, ...options }: BceWithLogitsOptions = {}) {
    super()
    this.weight = weightBuffer(weight)
    this.posWeight = weightBuffer(posWeight)
    this.#options = options
  }

  /** @param input - logits; `target` holds probabilities, shaped as `input` */
  forward(input: Tensor, target: Tensor): Tensor {
    return bceWithLogits(input, target, { ...this.#options, weight: this.weight, posWeight: this.posWeight })
  }
}
