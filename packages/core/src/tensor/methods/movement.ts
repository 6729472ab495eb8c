import { ShapeError } from '../../errors/errors.ts'
import * as build from '../../graph/build.ts'
import type { DType } from '../../graph/dtype.ts'
import { resolveAxes, resolveAxis, resolveReshape } from '../../graph/shape.ts'
import type { Shape } from '../../graph/spec.ts'
import type { Tensor } from '../tensor.ts'
import { Handle } from './handle.ts'

/** The same elements in another shape, order or dtype, or some of them. */
export abstract class Movement extends Handle {
  /** Cast to `dtype`: floats round to nearest even, fractions become integers towards zero. */
  to(dtype: DType): Tensor {
    return this.view(build.cast(this.value, dtype))
  }

  /** The elements in another shape; one dimension may be −1. */
  reshape(shape: Shape): Tensor {
    return this.view(build.reshape(this.value, resolveReshape(this.numel, this.shape, shape)))
  }

  /** Dimensions `startDim` to `endDim` as one. */
  flatten(startDim = 0, endDim = -1): Tensor {
    if (this.ndim === 0) return this.reshape([1])
    const [start, end] = [resolveAxis('flatten', startDim, this.ndim), resolveAxis('flatten', endDim, this.ndim)]
    if (start > end) throw new ShapeError(`flatten: startDim is after endDim, got ${startDim} and ${endDim}`)
    const { shape } = this
    const joined = shape.slice(start, end + 1).reduce((product, n) => product * n, 1)
    return this.reshape([...shape.slice(0, start), joined, ...shape.slice(end + 1)])
  }

  permute(dims: readonly number[]): Tensor {
    const axes = dims.map((dim) => resolveAxis('permute', dim, this.ndim))
    return this.view(build.permute(this.value, axes))
  }

  transpose(dim0: number, dim1: number): Tensor {
    const axes = this.shape.map((_, i) => i)
    const [a, b] = [resolveAxis('transpose', dim0, this.ndim), resolveAxis('transpose', dim1, this.ndim)]
    axes[a] = b
    axes[b] = a
    return this.view(build.permute(this.value, axes))
  }

  unsqueeze(dim: number): Tensor {
    const at = resolveAxis('unsqueeze', dim, this.ndim + 1)
    return this.reshape([...this.shape.slice(0, at), 1, ...this.shape.slice(at)])
  }

  /** Without dimension `dim` if its length is 1, or without every such dimension. */
  squeeze(dim?: number): Tensor {
    const axes = resolveAxes('squeeze', dim, this.ndim)
    return this.reshape(this.shape.filter((n, i) => n !== 1 || !axes.includes(i)))
  }

  /** Broadcast to `shape`; −1 keeps a dimension. */
  expand(shape: Shape): Tensor {
    const offset = shape.length - this.ndim
    const target = shape.map((n, i) => (n === -1 ? (this.shape[i - offset] ?? -1) : n))
    return this.view(build.broadcastTo(this.value, target))
  }

  /** `x[start:end:step]` along `dim`; negative indices count from the end, and the range is cut to what there is. */
  slice(dim: number, start = 0, end: number = Number.POSITIVE_INFINITY, step = 1): Tensor {
    const axis = resolveAxis('slice', dim, this.ndim)
    const length = this.shape[axis]!
    const cut = (i: number) => Math.min(Math.max(i < 0 ? i + length : i, 0), length)
    const from = cut(start)
    return this.view(build.sliceAxis(this.value, axis, from, Math.max(from, cut(end)), step))
  }

  flip(dims: number | readonly number[]): Tensor {
    return this.view(build.flip(this.value, resolveAxes('flip', dims, this.ndim)))
  }
}
