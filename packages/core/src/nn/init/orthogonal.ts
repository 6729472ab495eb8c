import { DTypeError, MisconfigurationError } from '../../errors/errors.ts'
import { isFloat } from '../../graph/dtype.ts'
import { sizeOf } from '../../graph/shape.ts'
import { formatShape, type Shape } from '../../graph/spec.ts'
import { tensor } from '../../tensor/creation.ts'
import { defaultDType } from '../../tensor/default-dtype.ts'
import { defaultGenerator } from '../../tensor/generator.ts'
import type { RandomOptions } from '../../tensor/random.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { checkNumber } from '../functional/check-option.ts'
import { hostNormal } from './host-normal.ts'

export interface OrthogonalOptions extends RandomOptions {
  /** Factor of the matrix. Default 1. */
  readonly gain?: number
}

/**
 * A matrix `[shape[0], all else]` with orthonormal rows, or columns where there are fewer of these, times `gain`; drawn evenly
 * from all such matrices (Saxe, McClelland, Ganguli 2014).
 *
 * Computed at once, on the host in float64: about 4·longer·shorter² operations, half a second for 512 × 512.
 *
 * @throws MisconfigurationError when the shape has fewer than two dimensions
 */
export function orthogonal(shape: Shape, options: OrthogonalOptions = {}): Tensor {
  const { gain = 1, dtype = defaultDType(), generator = defaultGenerator } = options
  const [rows, ...rest] = shape
  if (rows === undefined || rest.length === 0) {
    throw new MisconfigurationError(`orthogonal: needs two dimensions or more, got ${formatShape(shape)}`)
  }
  if (!isFloat(dtype)) throw new DTypeError(`orthogonal: makes floats, got ${dtype}`)
  checkNumber('orthogonal', 'gain', gain)
  const columns = sizeOf(rest)
  const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)]
  const draws = hostNormal(count * length, generator)
  const vectors = Array.from({ length: count }, (_, i) => draws.subarray(i * length, (i + 1) * length))
  orthonormalize(vectors)
  const data = new Float64Array(rows * columns)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      data[i * columns + j] = gain * (rows < columns ? vectors[i]![j]! : vectors[j]![i]!)
    }
  }
  return tensor(data, { shape, dtype })
}

/**
 * Gram and Schmidt's process in place. Normal vectors become what their QR decomposition with a positive diagonal of R has as
 * Q: evenly distributed (F. Mezzadri, "How to generate random matrices from the classical compact groups", 2007).
 */
function orthonormalize(vectors: readonly Float64Array[]): void {
  for (const [i, vector] of vectors.entries()) {
    const before = norm(vector)
    project(vector, vectors, i)
    // Where much was cancelled, what is left is done again (Daniel, Gragg, Kaufman, Stewart 1976).
    if (norm(vector) < Math.SQRT1_2 * before) project(vector, vectors, i)
    const length = norm(vector)
    for (let k = 0; k < vector.length; k++) vector[k]! /= length
  }
}

/** Takes the share of the first `count` vectors out of `vector`. */
function project(vector: Float64Array, vectors: readonly Float64Array[], count: number): void {
  for (let j = 0; j < count; j++) {
    const other = vectors[j]!
    const share = dot(vector, other)
    for (let k = 0; k < vector.length; k++) vector[k]! -= share * other[k]!
  }
}

function norm(x: Float64Array): number {
  return Math.sqrt(dot(x, x))
}

function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0
  for (let k = 0; k < x.length; k++) sum += x[k]! * y[k]!
  return sum
}
