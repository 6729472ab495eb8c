import { equal, iota, literal, literalLike, where } from '../graph/build.ts'
import type { CreationOptions } from '../tensor/creation.ts'
import { defaultDType } from '../tensor/default-dtype.ts'
import { Parameter } from '../tensor/parameter.ts'
import { randn } from '../tensor/random.ts'
import { Tensor } from '../tensor/tensor.ts'
import { checkCount, checkShapeOf } from './functional/check-option.ts'
import { checkTable, embedding, paddingRow } from './functional/embedding.ts'
import { checkMaxNorm, type MaxNormOptions, renormalize } from './functional/renormalize.ts'
import { Module } from './module.ts'

/** What tables of vectors are made with. */
export interface TableOptions extends CreationOptions, MaxNormOptions {
  /** A row that begins as zeros and gets no gradient; negative ones count from the end. Default null: none. */
  readonly paddingIdx?: number | null
  /** Whether a row's gradient is divided by how often the row was taken. Default false. */
  readonly scaleGradByFreq?: boolean
  /** The first table, as it is, in place of a random one. */
  readonly weight?: Tensor
}

export interface EmbeddingOptions extends TableOptions {}

/** Options of a table that exists. */
export type Pretrained<Options extends TableOptions> = Omit<Options, 'dtype' | 'weight'> & {
  /** Whether the table does not learn. Default true. */
  readonly freeze?: boolean
}

/** A table with a learned vector for each index. Begins as N(0, 1). */
export class Embedding extends Module {
  /** `[numEmbeddings, embeddingDim]`; another layer's may take its place, to be shared. */
  weight: Parameter
  readonly #options: EmbeddingOptions

  /**
   * @param dtype - of the table; default float32
   * @throws OutOfRangeError when sizes are no whole numbers, or `paddingIdx` is none of a row
   */
  constructor(numEmbeddings: number, embeddingDim: number, options: EmbeddingOptions = {}) {
    super()
    this.weight = new Parameter(firstTable('Embedding', [numEmbeddings, embeddingDim], options))
    this.#options = options
  }

  /**
   * A layer with the table `embeddings`, `[numEmbeddings, embeddingDim]`.
   *
   * @throws ShapeError when it is no table
   */
  static fromPretrained(embeddings: Tensor, options: Pretrained<EmbeddingOptions> = {}): Embedding {
    checkTable('fromPretrained', embeddings)
    const { freeze = true, ...rest } = options
    const layer = new Embedding(embeddings.shape[0]!, embeddings.shape[1]!, { ...rest, weight: embeddings })
    return freeze ? layer.freeze() : layer
  }

  /**
   * @param indices - integers of any shape
   * @returns `[…indices, embeddingDim]`
   * @throws OutOfRangeError when an index of host data is none of a row
   */
  forward(indices: Tensor): Tensor {
    renormalize('embedding', this.weight, indices, this.#options)
    return embedding(indices, this.weight, this.#options)
  }
}

/** Checks the options of a table, and gives its first values. @throws OutOfRangeError, ShapeError */
export function firstTable(who: string, shape: readonly [number, number], options: TableOptions): Tensor {
  const [numEmbeddings, embeddingDim] = shape
  checkCount(who, 'numEmbeddings', numEmbeddings)
  checkCount(who, 'embeddingDim', embeddingDim)
  checkMaxNorm(who, options)
  const { paddingIdx = null, dtype = defaultDType(), weight } = options
  const padding = paddingRow(who, paddingIdx, numEmbeddings)
  if (weight !== undefined) {
    checkShapeOf(who, 'weight', weight, shape)
    return weight
  }
  const table = randn(shape, { dtype })
  if (padding === -1) return table
  const isPadding = equal(iota([numEmbeddings, 1], 0, 'int32'), literal(padding, 'int32'))
  return new Tensor(where(isPadding, literalLike(table.value, 0), table.value))
}
