import type { CreationOptions } from '../tensor/creation.ts'
import { Parameter } from '../tensor/parameter.ts'
import { randn } from '../tensor/random.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { embedding } from './functional/embedding.ts'
import { Module } from './module.ts'

/** A table with a learned vector for each index. Begins as N(0, 1). */
export class Embedding extends Module {
  /** `[numEmbeddings, embeddingDim]` */
  readonly weight: Parameter

  /** @param dtype - of the table; default float32 */
  constructor(numEmbeddings: number, embeddingDim: number, { dtype = 'float32' }: CreationOptions = {}) {
    super()
    this.weight = new Parameter(randn([numEmbeddings, embeddingDim], { dtype }))
  }

  /**
   * @param indices - integers of any shape
   * @returns `[…indices, embeddingDim]`
   * @throws OutOfRangeError when an index of host data is none of a row
   */
  forward(indices: Tensor): Tensor {
    return embedding(indices, this.weight)
  }
}
