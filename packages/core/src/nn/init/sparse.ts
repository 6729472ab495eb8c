import { OutOfRangeError, ShapeError } from '../../errors/errors.ts'
import { less, literal, literalLike, sort, where } from '../../graph/build.ts'
import { formatShape, type Shape } from '../../graph/spec.ts'
import { normal, type RandomOptions, rand } from '../../tensor/random.ts'
import { Tensor } from '../../tensor/tensor.ts'

export interface SparseOptions extends RandomOptions {
  /** Of the elements that are not 0. Default 0.01. */
  readonly std?: number
}

/**
 * N(0, std²), but for ⌈sparsity·rows⌉ elements of each column, drawn at random, which are 0 (Martens 2010).
 *
 * @param shape - `[rows, columns]`
 * @param sparsity - between 0 and 1
 * @throws ShapeError when the shape has other dimensions
 * @throws OutOfRangeError when `sparsity` is no share
 */
export function sparse(shape: Shape, sparsity: number, { std = 0.01, ...random }: SparseOptions = {}): Tensor {
  if (shape.length !== 2) throw new ShapeError(`sparse: makes matrices, got ${formatShape(shape)}`)
  if (!(sparsity >= 0 && sparsity <= 1)) {
    throw new OutOfRangeError(`sparse: the share of zeros is between 0 and 1, got ${sparsity}`)
  }
  const { value } = normal(shape, 0, std, random)
  const zeros = Math.ceil(sparsity * shape[0]!)
  if (zeros === 0 || value.spec.size === 0) return new Tensor(value)
  const [, order] = sort(rand(shape, { ...random, dtype: 'float32' }).value, 0, false)
  // Where a row comes in a random order of its column.
  const [, rank] = sort(order, 0, false)
  return new Tensor(where(less(rank, literal(zeros, 'int32')), literalLike(value, 0), value))
}
