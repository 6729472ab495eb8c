import { ShapeError } from '../../errors/errors.ts'
import { indexSelect } from '../../graph/build.ts'
import { formatShape } from '../../graph/spec.ts'
import { Tensor } from '../../tensor/tensor.ts'
import { int32Indices } from './indices.ts'

const words = { who: 'embedding', one: 'index', many: 'indices', choices: 'embeddings' }

/**
 * The rows of `weight` at `indices`.
 *
 * @param indices - integers of any shape
 * @param weight - `[numEmbeddings, embeddingDim]`
 * @returns `[…indices, embeddingDim]`
 * @throws DTypeError when the indices are no integers
 * @throws OutOfRangeError when an index is none of a row; only host data, such as that of a batch, is checked
 */
export function embedding(indices: Tensor, weight: Tensor): Tensor {
  if (weight.ndim !== 2) {
    throw new ShapeError(`embedding: the weight is [numEmbeddings, embeddingDim], got ${formatShape(weight.shape)}`)
  }
  return new Tensor(indexSelect(weight.value, int32Indices(indices.value, weight.shape[0]!, words), 0))
}
