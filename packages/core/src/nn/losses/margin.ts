import type { Buffer } from '../../tensor/parameter.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import type { LossOptions } from '../functional/losses/loss-options.ts'
import {
  hingeEmbedding,
  type MarginOptions,
  type MultiMarginOptions,
  marginRanking,
  multiMargin,
  softMargin,
} from '../functional/losses/margin.ts'
import { Module } from '../module.ts'
import { weightBuffer } from './weight-buffer.ts'

/** `hingeEmbedding` as a module. */
export class HingeEmbeddingLoss extends Module {
  readonly #options: MarginOptions

  constructor(options: MarginOptions = {}) {
    super()
    this.#options = options
  }

  /** @param target - 1 or −1, shaped as `input` */
  forward(input: Tensor, target: Tensor): Tensor {
    return hingeEmbedding(input, target, this.#options)
  }
}

/** `marginRanking` as a module. */
export class MarginRankingLoss extends Module {
  readonly #options: MarginOptions

  constructor(options: MarginOptions = {}) {
    super()
    this.#options = options
  }

  /** @param target - 1 or −1; all have one shape */
  forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return marginRanking(input1, input2, target, this.#options)
  }
}

/** `softMargin` as a module. */
export class SoftMarginLoss extends Module {
  readonly #options: LossOptions

  constructor(options: LossOptions = {}) {
    super()
    this.#options = options
  }

  /** @param target - 1 or −1, shaped as `input` */
  forward(input: Tensor, target: Tensor): Tensor {
    return softMargin(input, target, this.#options)
  }
}

/** `multiMargin` as a module. */
export class MultiMarginLoss extends Module {
  /** `[classes]` */
  readonly weight: Buffer | null
  readonly #options: MultiMarginOptions

  constructor({ weight, ...options }: MultiMarginOptions = {}) {
    super()
    this.weight = weightBuffer(weight)
    this.#options = options
  }

  /** @param input - scores `[batch, classes]`; `target` holds labels `[batch]` */
  forward(input: Tensor, target: Tensor): Tensor {
    return multiMargin(input, target, { ...this.#options, weight: this.weight })
  }
}
