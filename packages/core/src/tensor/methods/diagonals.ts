import { OutOfRangeError, ShapeError } from '../../errors/errors.ts'
import * as build from '../../graph/build.ts'
import { resolveAxis } from '../../graph/shape.ts'
import { formatShape } from '../../graph/spec.ts'
import type { Value } from '../../graph/value.ts'
import type { Tensor } from '../tensor.ts'
import { Slicing } from './slicing.ts'

/** Which diagonal, of which matrices. */
export interface DiagonalOptions {
  /** 0 for the main diagonal (default), positive above it, negative below. */
  readonly offset?: number
  /** The dimension of the rows. */
  readonly dim1?: number
  /** The dimension of the columns. */
  readonly dim2?: number
}

/** Diagonals of matrices, and what is above and below them. */
export abstract class Diagonals extends Slicing {
  /** The elements on and above diagonal `k` of each matrix, 0 below. @throws ShapeError with less than two dimensions */
  triu(k = 0): Tensor {
    return this.make(masked('triu', this.value, k, (row, column) => build.lessEqual(row, column)))
  }

  /** The elements on and below diagonal `k` of each matrix, 0 above. @throws ShapeError with less than two dimensions */
  tril(k = 0): Tensor {
    return this.make(masked('tril', this.value, k, (row, column) => build.lessEqual(column, row)))
  }

  /** A diagonal of the matrices in dimensions `dim1` (default 0) and `dim2` (default 1), as the last dimension. */
  diagonal({ offset = 0, dim1 = 0, dim2 = 1 }: DiagonalOptions = {}): Tensor {
    checkOffset('diagonal', offset)
    const [rows, columns] = pairOf('diagonal', dim1, dim2, this.ndim)
    return this.make(diagonalOf(this.value, rows, columns, offset))
  }

  /**
   * Matrices with the last dimension on a diagonal and 0 elsewhere; their rows are dimension `dim1` of the result (default
   * −2), their columns `dim2` (default −1).
   */
  diagEmbed({ offset = 0, dim1 = -2, dim2 = -1 }: DiagonalOptions = {}): Tensor {
    checkOffset('diagEmbed', offset)
    if (this.ndim === 0) throw new ShapeError('diagEmbed: takes one dimension or more, got []; use reshape([1])')
    const [rows, columns] = pairOf('diagEmbed', dim1, dim2, this.ndim + 1)
    const matrices = embedded(this.value, offset)
    const others = [...Array(this.ndim - 1).keys()]
    const axes = Array.from({ length: this.ndim + 1 }, (_, axis) => {
      if (axis === rows) return this.ndim - 1
      return axis === columns ? this.ndim : others.shift()!
    })
    return this.make(build.permute(matrices, axes))
  }

  /** Diagonal `k` of a matrix; of a vector, the matrix that has it there. @throws ShapeError for anything else */
  diag(k = 0): Tensor {
    checkOffset('diag', k)
    if (this.ndim === 1) return this.make(embedded(this.value, k))
    if (this.ndim === 2) return this.make(diagonalOf(this.value, 0, 1, k))
    throw new ShapeError(
      `diag: takes a vector or a matrix, got ${formatShape(this.shape)}; use diagonal() or diagEmbed()`,
    )
  }

  /** The matrix with all elements on diagonal `offset`, 0 elsewhere. */
  diagflat(offset = 0): Tensor {
    checkOffset('diagflat', offset)
    return this.make(embedded(build.reshape(this.value, [this.numel]), offset))
  }

  /** The sum of a matrix's diagonal. @throws ShapeError unless it is one */
  trace(): Tensor {
    if (this.ndim !== 2) throw new ShapeError(`trace: takes a matrix, got ${formatShape(this.shape)}`)
    return this.diagonal().sum()
  }
}

function checkOffset(who: string, offset: number): void {
  if (!Number.isSafeInteger(offset)) throw new OutOfRangeError(`${who}: a diagonal is a whole number, got ${offset}`)
}

function pairOf(who: string, dim1: number, dim2: number, rank: number): [number, number] {
  const [rows, columns] = [resolveAxis(who, dim1, rank), resolveAxis(who, dim2, rank)]
  if (rows === columns)
    throw new OutOfRangeError(`${who}: rows and columns are two dimensions, got ${dim1} and ${dim2}`)
  return [rows, columns]
}

/** Row numbers plus `offset`, and column numbers, of matrices of so many of each. */
function places(rows: number, columns: number, offset: number): [Value, Value] {
  // Beyond the matrix every offset is like the first one there, and int32 holds that.
  const k = Math.min(Math.max(offset, -rows), columns)
  const row = build.iota([rows, 1], 0, 'int32')
  return [build.add(row, build.literal(k, 'int32')), build.iota([1, columns], 1, 'int32')]
}

function masked(who: string, x: Value, k: number, keeps: (row: Value, column: Value) => Value): Value {
  checkOffset(who, k)
  const { shape, rank } = x.spec
  if (rank < 2) throw new ShapeError(`${who}: takes matrices, got ${formatShape(shape)}`)
  const [row, column] = places(shape[rank - 2]!, shape[rank - 1]!, k)
  return build.where(keeps(row, column), x, build.literalLike(x, 0))
}

/**
 * In a flat matrix of w columns, neighbours on a diagonal are w + 1 elements apart: a diagonal is a slice with a step.
 */
function diagonalOf(x: Value, rows: number, columns: number, offset: number): Value {
  const { shape } = x.spec
  const others = shape.flatMap((_, axis) => (axis === rows || axis === columns ? [] : [axis]))
  const [height, width] = [shape[rows]!, shape[columns]!]
  const length = Math.max(0, offset >= 0 ? Math.min(height, width - offset) : Math.min(height + offset, width))
  const lead = others.map((axis) => shape[axis]!)
  const flat = build.reshape(build.permute(x, [...others, rows, columns]), [...lead, height * width])
  if (length === 0) return build.sliceAxis(flat, lead.length, 0, 0)
  const start = offset >= 0 ? offset : -offset * width
  return build.sliceAxis(flat, lead.length, start, start + (length - 1) * (width + 1) + 1, width + 1)
}

/** `[…, n]` as matrices `[…, n + |offset|, n + |offset|]`. */
function embedded(x: Value, offset: number): Value {
  const { shape, rank } = x.spec
  const [lead, n] = [shape.slice(0, -1), shape[rank - 1]!]
  const extra = Math.abs(offset)
  // Above the diagonal each row has an element, below it each column has one.
  const vectors = build.reshape(x, offset >= 0 ? [...lead, n, 1] : [...lead, 1, n])
  const grown = offset >= 0 ? rank - 1 : rank
  const padded = build.pad(
    vectors,
    vectors.spec.shape.map((_, axis) => [0, axis === grown ? extra : 0] as const),
  )
  const [row, column] = places(n + extra, n + extra, offset)
  return build.where(build.equal(row, column), padded, build.literalLike(x, 0))
}
