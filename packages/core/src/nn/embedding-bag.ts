import { Parameter } from '../tensor/parameter.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { firstTable, type Pretrained, type TableOptions } from './embedding.ts'
import { checkTable } from './functional/embedding.ts'
import { type BagMode, checkMode, embeddingBag } from './functional/embedding-bag.ts'
import { renormalize } from './functional/renormalize.ts'
import { Module } from './module.ts'

export interface EmbeddingBagOptions extends TableOptions {
  /** What becomes of the rows of a bag. Default `mean`. */
  readonly mode?: BagMode
  /** Whether the offsets end with where the last bag ends. Default false. */
  readonly includeLastOffset?: boolean
}

/** Sums, means or largest of bags of learned vectors, without the vectors in between; see `embeddingBag`. Begins as N(0, 1). */
export class EmbeddingBag extends Module {
  /** `[numEmbeddings, embeddingDim]` */
  weight: Parameter
  readonly #options: EmbeddingBagOptions

  /**
   * @param dtype - of the table; default float32
   * @throws OutOfRangeError when sizes are no whole numbers, or `paddingIdx` is none of a row
   * @throws MisconfigurationError when options do not go together
   */
  constructor(numEmbeddings: number, embeddingDim: number, options: EmbeddingBagOptions = {}) {
    super()
    checkMode('EmbeddingBag', options)
    this.weight = new Parameter(firstTable('EmbeddingBag', [numEmbeddings, embeddingDim], options))
    this.#options = options
  }

  /** A layer with the table `embeddings`, `[numEmbeddings, embeddingDim]`. @throws ShapeError when it is no table */
  static fromPretrained(embeddings: Tensor, options: Pretrained<EmbeddingBagOptions> = {}): EmbeddingBag {
    checkTable('fromPretrained', embeddings)
    const { freeze = true, ...rest } = options
    const layer = new EmbeddingBag(embeddings.shape[0]!, embeddings.shape[1]!, { ...rest, weight: embeddings })
    return freeze ? layer.freeze() : layer
  }

  /**
   * @param indices - integers `[bags, n]`, or flat with `offsets`
   * @param offsets - where each bag begins: integers `[bags]`, ascending from 0
   * @param perSampleWeights - factors, shaped as the indices; for mode `sum`
   * @returns `[bags, embeddingDim]`
   * @throws OutOfRangeError when an index of host data is none of a row
   */
  forward(indices: Tensor, offsets: Tensor | null = null, perSampleWeights: Tensor | null = null): Tensor {
    renormalize('embeddingBag', this.weight, indices, this.#options)
    return embeddingBag(indices, this.weight, { ...this.#options, offsets, perSampleWeights })
  }
}
