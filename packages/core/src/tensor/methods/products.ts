import { ShapeError } from '../../errors/errors.ts'
import * as build from '../../graph/build.ts'
import { broadcastShapes, sameShape } from '../../graph/shape.ts'
import { formatShape, formatSpec } from '../../graph/spec.ts'
import type { Value } from '../../graph/value.ts'
import { lowered } from '../autocast.ts'
import type { Tensor } from '../tensor.ts'
import { Diagonals } from './diagonals.ts'
import { valueOf } from './handle.ts'

/** The factors of a sum of products. */
export interface AddmmOptions {
  /** Of the tensor; with 0 its elements do not count, not even NaN. Default 1. */
  readonly beta?: number
  /** Of the product. Default 1. */
  readonly alpha?: number
}

/** Products of vectors and matrices. Operands are of one dtype, but for `outer` and `kron`, which promote. */
export abstract class Products extends Diagonals {
  /**
   * Matrix product of `[…batch, M, K]` and `[…batch, K, N]`; batch dimensions broadcast; a vector counts as a row on the left
   * and a column on the right.
   *
   * @throws ShapeError when inner dimensions or batches do not match, or for a scalar
   * @throws DTypeError when dtypes differ: as in PyTorch, nothing is promoted
   */
  matmul(other: Tensor): Tensor {
    const [a, b] = [lowered(this.value), lowered(valueOf('matmul', other))]
    if (a.spec.rank === 0 || b.spec.rank === 0) {
      throw new ShapeError(`matmul: takes no scalars, got ${formatSpec(a.spec)} and ${formatSpec(b.spec)}; use mul()`)
    }
    const left = a.spec.rank === 1 ? build.reshape(a, [1, a.spec.size]) : a
    const right = b.spec.rank === 1 ? build.reshape(b, [b.spec.size, 1]) : b
    const product = build.matmul(left, right)
    const shape = [...product.spec.shape]
    if (b.spec.rank === 1) shape.pop()
    if (a.spec.rank === 1) shape.splice(b.spec.rank === 1 ? -1 : -2, 1)
    return this.make(build.reshape(product, shape))
  }

  /** Product of two matrices. @throws ShapeError unless they are */
  mm(other: Tensor): Tensor {
    return this.#product('mm', other, 2, 2)
  }

  /** Product of a matrix and a vector. @throws ShapeError unless they are */
  mv(vector: Tensor): Tensor {
    return this.#product('mv', vector, 2, 1)
  }

  /** Products of `[batch, M, K]` and `[batch, K, N]`, which do not broadcast. @throws ShapeError for other shapes */
  bmm(other: Tensor): Tensor {
    const [a, b] = [this.shape, valueOf('bmm', other).spec.shape]
    if (a.length === 3 && b.length === 3 && a[0] !== b[0]) {
      throw new ShapeError(`bmm: batches differ, got ${formatShape(a)} and ${formatShape(b)}; matmul() broadcasts`)
    }
    return this.#product('bmm', other, 3, 3)
  }

  /** Σ xᵢyᵢ of two vectors. @throws ShapeError unless they are, and of one length */
  dot(other: Tensor): Tensor {
    const { spec } = valueOf('dot', other)
    if (this.ndim === 1 && spec.rank === 1 && !sameShape(this.shape, spec.shape)) {
      throw new ShapeError(`dot: lengths differ, got ${formatShape(this.shape)} and ${formatShape(spec.shape)}`)
    }
    return this.#product('dot', other, 1, 1)
  }

  /** `out[i][j] = x[i]·y[j]` of two vectors. @throws ShapeError unless they are */
  outer(vector: Tensor): Tensor {
    checkRanks('outer', this.value, valueOf('outer', vector), 1, 1)
    return this.unsqueeze(1).mul(vector)
  }

  /** `beta·x + alpha·(a @ b)`; `x` broadcasts to the product of the matrices. */
  addmm(a: Tensor, b: Tensor, options: AddmmOptions = {}): Tensor {
    checkRanks('addmm', valueOf('addmm', a), valueOf('addmm', b), 2, 2)
    return this.#addProduct('addmm', a.mm(b), options)
  }

  /** `beta·x + alpha·(a @ b)` for batches of matrices; `x` broadcasts to the products. */
  baddbmm(a: Tensor, b: Tensor, options: AddmmOptions = {}): Tensor {
    checkRanks('baddbmm', valueOf('baddbmm', a), valueOf('baddbmm', b), 3, 3)
    return this.#addProduct('baddbmm', a.bmm(b), options)
  }

  /**
   * Kronecker product: each element of this tensor times all of `other`. Where one has more dimensions the other gets
   * leading ones of length 1.
   */
  kron(other: Tensor): Tensor {
    const b = valueOf('kron', other)
    const rank = Math.max(this.ndim, b.spec.rank)
    const padded = (shape: readonly number[]) => [...new Array<number>(rank - shape.length).fill(1), ...shape]
    const [outer, inner] = [padded(this.shape), padded(b.spec.shape)]
    const spread = this.reshape(outer.flatMap((n) => [n, 1]))
    return spread.mul(other.reshape(inner.flatMap((n) => [1, n]))).reshape(outer.map((n, i) => n * inner[i]!))
  }

  #product(who: string, other: Tensor, leftRank: number, rightRank: number): Tensor {
    checkRanks(who, this.value, valueOf(who, other), leftRank, rightRank)
    return this.matmul(other)
  }

  #addProduct(who: string, product: Tensor, { beta = 1, alpha = 1 }: AddmmOptions): Tensor {
    const met = broadcastShapes(this.shape, product.shape)
    if (met === undefined || !sameShape(met, product.shape)) {
      throw new ShapeError(
        `${who}: the tensor does not broadcast to the product, got ${formatShape(this.shape)} and ${formatShape(product.shape)}`,
      )
    }
    const scaled = alpha === 1 ? product : product.mul(alpha)
    if (beta === 0) return scaled
    return scaled.add(beta === 1 ? (this as unknown as Tensor) : this.mul(beta))
  }
}

const kinds = ['a scalar', 'a vector', 'a matrix', 'a batch of matrices']

function checkRanks(who: string, a: Value, b: Value, leftRank: number, rightRank: number): void {
  if (a.spec.rank === leftRank && b.spec.rank === rightRank) return
  throw new ShapeError(
    `${who}: takes ${kinds[leftRank]} and ${kinds[rightRank]}, got ${formatSpec(a.spec)} and ${formatSpec(b.spec)}; matmul() takes all kinds`,
  )
}
