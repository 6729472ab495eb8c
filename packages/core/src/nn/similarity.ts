import type { Tensor } from '../tensor/tensor.ts'
import {
  type CosineSimilarityOptions,
  cosineSimilarity,
  type PairwiseDistanceOptions,
  pairwiseDistance,
} from './functional/similarity.ts'
import { Module } from './module.ts'

/** The cosine of the angle between vectors; see `cosineSimilarity`. */
export class CosineSimilarity extends Module {
  readonly #options: CosineSimilarityOptions

  constructor(options: CosineSimilarityOptions = {}) {
    super()
    this.#options = options
  }

  /** @throws as `cosineSimilarity` */
  forward(x1: Tensor, x2: Tensor): Tensor {
    return cosineSimilarity(x1, x2, this.#options)
  }
}

/** ‖x₁ − x₂ + ε‖ₚ along the last dimension; see `pairwiseDistance`. */
export class PairwiseDistance extends Module {
  readonly #options: PairwiseDistanceOptions

  constructor(options: PairwiseDistanceOptions = {}) {
    super()
    this.#options = options
  }

  /** @throws as `pairwiseDistance` */
  forward(x1: Tensor, x2: Tensor): Tensor {
    return pairwiseDistance(x1, x2, this.#options)
  }
}
