import type { Tensor } from '../../tensor/tensor.ts'
import { cosineEmbedding, type TripletMarginOptions, tripletMargin } from '../functional/losses/distance.ts'
import type { MarginOptions } from '../functional/losses/margin.ts'
import { Module } from '../module.ts'

/** `cosineEmbedding` as a module. */
export class CosineEmbeddingLoss extends Module {
  readonly #options: MarginOptions

  constructor(options: MarginOptions = {}) {
    super()
    this.#options = options
  }

  /** @param target - 1 or −1, `[batch]` for inputs `[batch, features]` */
  forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    return cosineEmbedding(input1, input2, target, this.#options)
  }
}

/** `tripletMargin` as a module. */
export class TripletMarginLoss extends Module {
  readonly #options: TripletMarginOptions

  constructor(options: TripletMarginOptions = {}) {
    super()
    this.#options = options
  }

  /** @param anchor - `[batch, features]`; all have one shape */
  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    return tripletMargin(anchor, positive, negative, this.#options)
  }
}
