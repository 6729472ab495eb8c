import { OutOfRangeError, ShapeError } from '../../errors/errors.ts'
import { embedding as embeddingValue } from '../../graph/composites/embedding.ts'
import { formatShape } from '../../graph/spec.ts'
import { Tensor } from '../../tensor/tensor.ts'
import { int32Indices } from './indices.ts'

const words = { who: 'embedding', one: 'index', many: 'indices', choices: 'embeddings' }

export interface EmbeddingInputs {
  /** A row that gets no gradient; negative ones count from the end. Default null: none. */
  readonly paddingIdx?: number | null
  /** Whether a row's gradient is divided by how often the row was taken. Default false. */
  readonly scaleGradByFreq?: boolean
}

/**
 * The rows of `weight` at `indices`.
 *
 * @param indices - integers of any shape
 * @param weight - `[numEmbeddings, embeddingDim]`
 * @returns `[…indices, embeddingDim]`
 * @throws DTypeError when the indices are no integers
 * @throws OutOfRangeError when an index is none of a row; only host data, such as that of a batch, is checked
 */
export function embedding(
  indices: Tensor,
  weight: Tensor,
  { paddingIdx = null, scaleGradByFreq = false }: EmbeddingInputs = {},
): Tensor {
  checkTable('embedding', weight)
  const padding = paddingRow('embedding', paddingIdx, weight.shape[0]!)
  const rows = int32Indices(indices.value, weight.shape[0]!, words)
  return new Tensor(embeddingValue(weight.value, rows, { paddingIdx: padding, scaleGradByFreq }))
}

/** @throws ShapeError when `weight` is no table of rows */
export function checkTable(who: string, weight: Tensor): void {
  if (weight.ndim !== 2) {
    throw new ShapeError(`${who}: the weight is [numEmbeddings, embeddingDim], got ${formatShape(weight.shape)}`)
  }
}

/** The row that `paddingIdx` stands for, counted from the front; −1 for none. @throws OutOfRangeError */
export function paddingRow(who: string, paddingIdx: number | null, numEmbeddings: number): number {
  if (paddingIdx === null) return -1
  if (!Number.isInteger(paddingIdx) || paddingIdx < -numEmbeddings || paddingIdx >= numEmbeddings) {
    throw new OutOfRangeError(`${who}: paddingIdx is one of ${numEmbeddings} rows, got ${paddingIdx}`)
  }
  return paddingIdx < 0 ? paddingIdx + numEmbeddings : paddingIdx
}
