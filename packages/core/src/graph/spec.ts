import { ShapeError } from '../errors/errors.ts'
import { bytesPerElement, type DType, dtypes, unknownDType } from './dtype.ts'

/** Dimensions, outermost first; `[]` is a scalar (0-d). */
export type Shape = readonly number[]

/**
 * Dtype and shape of a tensor. Interned: two specs are equal exactly when they are the same object, and `id` stands for
 * the spec in structural keys.
 */
export interface TensorSpec {
  readonly id: number
  readonly dtype: DType
  readonly shape: Shape
  readonly rank: number
  /** Number of elements; 1 for a scalar. */
  readonly size: number
  readonly bytes: number
}

interface TrieNode {
  readonly next: Map<number, TrieNode>
  spec: TensorSpec | undefined
}

const roots = new Map<DType, TrieNode>(dtypes.map((dtype) => [dtype, { next: new Map(), spec: undefined }]))
let count = 0

/**
 * The spec of `dtype` and `shape`.
 *
 * @throws ShapeError when a dimension is not a whole number ≥ 0
 * @throws DTypeError when there is no such dtype
 */
export function specOf(dtype: DType, shape: Shape): TensorSpec {
  let node = roots.get(dtype) ?? unknownDType(dtype)
  for (const dimension of shape) {
    let next = node.next.get(dimension)
    if (next === undefined) {
      next = { next: new Map(), spec: undefined }
      node.next.set(dimension, next)
    }
    node = next
  }
  node.spec ??= makeSpec(dtype, shape)
  return node.spec
}

function makeSpec(dtype: DType, shape: Shape): TensorSpec {
  for (const dimension of shape) {
    if (!Number.isSafeInteger(dimension) || dimension < 0) {
      throw new ShapeError(`shape: dimensions are whole numbers ≥ 0, got ${formatShape(shape)}`)
    }
  }
  const frozen = Object.freeze([...shape])
  const size = frozen.reduce((product, dimension) => product * dimension, 1)
  return Object.freeze({
    id: count++,
    dtype,
    shape: frozen,
    rank: frozen.length,
    size,
    bytes: size * bytesPerElement(dtype),
  })
}

/** `[32, 10]` */
export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`
}

/** `float32[32, 10]` */
export function formatSpec(spec: TensorSpec): string {
  return `${spec.dtype}${formatShape(spec.shape)}`
}
