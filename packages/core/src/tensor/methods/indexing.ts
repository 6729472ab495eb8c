import { ShapeError } from '../../errors/errors.ts'
import * as build from '../../graph/build.ts'
import { resolveAxis } from '../../graph/shape.ts'
import { formatSpec } from '../../graph/spec.ts'
import type { Tensor } from '../tensor.ts'
import { valueOf } from './handle.ts'
import { Reductions } from './reductions.ts'

/** Matrix products, and elements by their indices. */
export abstract class Indexing extends Reductions {
  /**
   * Matrix product of `[…batch, M, K]` and `[…batch, K, N]`; batch dimensions broadcast; a vector counts as a row on the left
   * and a column on the right.
   *
   * @throws ShapeError when inner dimensions or batches do not match, or for a scalar
   * @throws DTypeError when dtypes differ: as in PyTorch, nothing is promoted
   */
  matmul(other: Tensor): Tensor {
    const [a, b] = [this.value, valueOf('matmul', other)]
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

  /** Rows along `dim` at `indices` (int32, any shape). */
  indexSelect(dim: number, indices: Tensor): Tensor {
    const axis = resolveAxis('indexSelect', dim, this.ndim)
    return this.make(build.indexSelect(this.value, valueOf('indexSelect', indices), axis))
  }

  /** `out[i][j] = x[indices[i][j]][j]` for `dim` 0; indices are int32. */
  gather(dim: number, indices: Tensor): Tensor {
    return this.make(build.gather(this.value, valueOf('gather', indices), resolveAxis('gather', dim, this.ndim)))
  }

  /** This tensor with `source[i][j]` added at `[indices[i][j]][j]` for `dim` 0; indices are int32. */
  scatterAdd(dim: number, indices: Tensor, source: Tensor): Tensor {
    const axis = resolveAxis('scatterAdd', dim, this.ndim)
    const [at, added] = [valueOf('scatterAdd', indices), valueOf('scatterAdd', source)]
    return this.make(build.scatterAdd(this.value, at, added, axis))
  }
}
