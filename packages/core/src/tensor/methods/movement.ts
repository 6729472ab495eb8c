import { OutOfRangeError, ShapeError } from '../../errors/errors.ts'
import * as build from '../../graph/build.ts'
import type { DType } from '../../graph/dtype.ts'
import {
  broadcastShapes,
  checkShape,
  resolveAxes,
  resolveAxis,
  resolveReshape,
  sameShape,
  sizeOf,
} from '../../graph/shape.ts'
import { formatShape, type Shape } from '../../graph/spec.ts'
import type { Value } from '../../graph/value.ts'
import type { Tensor } from '../tensor.ts'
import { Handle, valueOf } from './handle.ts'

/** The same elements in another shape, order or dtype, or several times. */
export abstract class Movement extends Handle {
  /** Cast to `dtype`: floats round to nearest even, fractions become integers towards zero. */
  to(dtype: DType): Tensor {
    return this.makeOwn(build.cast(this.value, dtype))
  }

  /** The elements in another shape; one dimension may be −1. */
  reshape(shape: Shape): Tensor {
    checkShape('reshape', shape)
    return this.makeOwn(build.reshape(this.value, resolveReshape(this.numel, this.shape, shape)))
  }

  /** `reshape`: tensors are immutable, so no tensor can tell whether it shares its memory with another. */
  view(shape: Shape): Tensor {
    return this.reshape(shape)
  }

  /** The elements in the shape of `other`. */
  reshapeAs(other: Tensor): Tensor {
    return this.reshape(valueOf('reshapeAs', other).spec.shape)
  }

  /** `reshapeAs` */
  viewAs(other: Tensor): Tensor {
    return this.reshape(valueOf('viewAs', other).spec.shape)
  }

  /** Dimensions `startDim` to `endDim` as one. */
  flatten(startDim = 0, endDim = -1): Tensor {
    if (this.ndim === 0) return this.reshape([1])
    const [start, end] = [resolveAxis('flatten', startDim, this.ndim), resolveAxis('flatten', endDim, this.ndim)]
    if (start > end) throw new ShapeError(`flatten: startDim is after endDim, got ${startDim} and ${endDim}`)
    const { shape } = this
    return this.reshape([...shape.slice(0, start), sizeOf(shape.slice(start, end + 1)), ...shape.slice(end + 1)])
  }

  /** All elements in one dimension. */
  ravel(): Tensor {
    return this.reshape([this.numel])
  }

  /**
   * Dimension `dim` as several of `sizes`, one of which may be −1.
   *
   * @throws ShapeError when their product is not its length
   */
  unflatten(dim: number, sizes: Shape): Tensor {
    checkShape('unflatten', sizes)
    const axis = resolveAxis('unflatten', dim, this.ndim)
    const { shape } = this
    const parts = resolveReshape(shape[axis]!, [shape[axis]!], sizes)
    return this.reshape([...shape.slice(0, axis), ...parts, ...shape.slice(axis + 1)])
  }

  /** With a dimension of length 1 before `dim`; −1 adds the last one. */
  unsqueeze(dim: number): Tensor {
    const at = resolveAxis('unsqueeze', dim, this.ndim + 1)
    return this.reshape([...this.shape.slice(0, at), 1, ...this.shape.slice(at)])
  }

  /** Without those dimensions among `dims` (default: all) whose length is 1. */
  squeeze(dims?: number | readonly number[]): Tensor {
    const axes = resolveAxes('squeeze', dims, Math.max(this.ndim, 1))
    return this.reshape(this.shape.filter((n, i) => n !== 1 || !axes.includes(i)))
  }

  /** Dimension `dims[i]` becomes the i-th. @throws ShapeError unless each dimension is named once */
  permute(dims: readonly number[]): Tensor {
    checkShape('permute', dims)
    const axes = dims.map((dim) => resolveAxis('permute', dim, this.ndim))
    return this.makeOwn(build.permute(this.value, axes))
  }

  /** Dimensions `dim0` and `dim1` exchanged. */
  transpose(dim0: number, dim1: number): Tensor {
    const axes = this.shape.map((_, i) => i)
    const [a, b] = [resolveAxis('transpose', dim0, this.ndim), resolveAxis('transpose', dim1, this.ndim)]
    axes[a] = b
    axes[b] = a
    return this.makeOwn(build.permute(this.value, axes))
  }

  /** The transpose of a matrix; a vector or a scalar as it is. @throws ShapeError with more than two dimensions */
  t(): Tensor {
    if (this.ndim > 2) {
      throw new ShapeError(
        `t: takes a matrix, a vector or a scalar, got ${formatShape(this.shape)}; use mT or permute()`,
      )
    }
    return this.ndim === 2 ? this.transpose(0, 1) : this.reshape(this.shape)
  }

  /** `t()` */
  get T(): Tensor {
    return this.t()
  }

  /** Each matrix of a batch transposed: the last two dimensions exchanged. @throws ShapeError with less than two */
  get mT(): Tensor {
    if (this.ndim < 2) throw new ShapeError(`mT: takes matrices, got ${formatShape(this.shape)}`)
    return this.transpose(-2, -1)
  }

  /** Dimensions `source` moved to the places `destination`, in pairs; the others keep their order. */
  movedim(source: number | readonly number[], destination: number | readonly number[]): Tensor {
    const [from, to] = [listOf(source), listOf(destination)]
    if (from.length !== to.length) {
      throw new ShapeError(`movedim: one destination a source, got ${formatShape(from)} to ${formatShape(to)}`)
    }
    const sources = from.map((dim) => resolveAxis('movedim', dim, this.ndim))
    const places = to.map((dim) => resolveAxis('movedim', dim, this.ndim))
    for (const axes of [sources, places]) resolveAxes('movedim', axes, this.ndim)
    const others = this.shape.flatMap((_, axis) => (sources.includes(axis) ? [] : [axis]))
    const order = this.shape.map((_, place) =>
      places.includes(place) ? sources[places.indexOf(place)]! : others.shift()!,
    )
    return this.makeOwn(build.permute(this.value, order))
  }

  /** Broadcast to `shape`; −1 keeps a dimension. @throws ShapeError when only a copy of other elements would fit */
  expand(shape: Shape): Tensor {
    return this.makeOwn(expanded('expand', this.value, shape))
  }

  /** Broadcast to the shape of `other`. */
  expandAs(other: Tensor): Tensor {
    return this.makeOwn(expanded('expandAs', this.value, valueOf('expandAs', other).spec.shape))
  }

  /** `expand` */
  broadcastTo(shape: Shape): Tensor {
    return this.makeOwn(expanded('broadcastTo', this.value, shape))
  }

  /** The elements along `dims` in reverse. */
  flip(dims: number | readonly number[]): Tensor {
    return this.makeOwn(build.flip(this.value, resolveAxes('flip', dims, this.ndim)))
  }

  /** The second dimension in reverse: columns from right to left. */
  fliplr(): Tensor {
    return this.makeOwn(build.flip(this.value, [resolveAxis('fliplr', 1, this.ndim)]))
  }

  /** The first dimension in reverse: rows from bottom to top. */
  flipud(): Tensor {
    return this.makeOwn(build.flip(this.value, [resolveAxis('flipud', 0, this.ndim)]))
  }

  /**
   * Elements moved on by `shifts` along `dims`; what leaves at one end comes back at the other. Without `dims` along the
   * flat tensor, whose shape is kept.
   */
  roll(shifts: number | readonly number[], dims?: number | readonly number[]): Tensor {
    const counts = listOf(shifts)
    const axes = dims === undefined ? [0] : listOf(dims)
    if (counts.length !== axes.length || counts.some((n) => !Number.isInteger(n))) {
      throw new ShapeError(
        `roll: takes a whole number a dimension, got shifts ${formatShape(counts)} along ${dims === undefined ? 'the flat tensor' : formatShape(axes)}`,
      )
    }
    let rolled = dims === undefined ? build.reshape(this.value, [this.numel]) : this.value
    for (const [i, dim] of axes.entries()) {
      rolled = rolledAlong(rolled, resolveAxis('roll', dim, rolled.spec.rank), counts[i]!)
    }
    return this.makeOwn(build.reshape(rolled, this.shape))
  }

  /** Turned `k` times by 90° from the first of `dims` towards the second. */
  rot90(k = 1, dims: readonly [number, number] = [0, 1]): Tensor {
    if (!Number.isInteger(k)) throw new OutOfRangeError(`rot90: turns a whole number of times, got ${k}`)
    const [from, to] = [resolveAxis('rot90', dims[0], this.ndim), resolveAxis('rot90', dims[1], this.ndim)]
    if (from === to) throw new OutOfRangeError(`rot90: turns between two dimensions, got ${formatShape(dims)}`)
    switch (((k % 4) + 4) % 4) {
      case 1:
        return this.transpose(from, to).flip(from)
      case 2:
        return this.flip([from, to])
      case 3:
        return this.transpose(from, to).flip(to)
      default:
        return this.reshape(this.shape)
    }
  }

  /**
   * The whole tensor `sizes[i]` times along dimension i; further ones in front are new.
   *
   * @throws ShapeError with less sizes than dimensions; `tile` takes them for the last ones
   */
  repeat(sizes: Shape): Tensor {
    checkShape('repeat', sizes)
    if (sizes.length < this.ndim) {
      throw new ShapeError(
        `repeat: one count a dimension, got ${formatShape(sizes)} for ${formatShape(this.shape)}; tile() takes less`,
      )
    }
    return this.makeOwn(tiled('repeat', this.value, sizes))
  }

  /** `repeat` with ones in front of `sizes` where they are fewer than the dimensions. */
  tile(sizes: Shape): Tensor {
    checkShape('tile', sizes)
    const missing = Math.max(this.ndim - sizes.length, 0)
    return this.makeOwn(tiled('tile', this.value, [...new Array<number>(missing).fill(1), ...sizes]))
  }

  /** Each element `repeats` times in a row along `dim`, or of the flat tensor. */
  repeatInterleave(repeats: number, dim?: number): Tensor {
    if (!(Number.isInteger(repeats) && repeats >= 0)) {
      throw new OutOfRangeError(`repeatInterleave: repeats a whole number of times, got ${repeats}`)
    }
    const x = dim === undefined ? build.reshape(this.value, [this.numel]) : this.value
    const { shape } = x.spec
    const axis = resolveAxis('repeatInterleave', dim ?? 0, shape.length)
    const [before, after] = [shape.slice(0, axis), shape.slice(axis + 1)]
    const spaced = build.reshape(x, [...before, shape[axis]!, 1, ...after])
    const copies = build.broadcastTo(spaced, [...before, shape[axis]!, repeats, ...after])
    return this.makeOwn(build.reshape(copies, [...before, shape[axis]! * repeats, ...after]))
  }
}

function listOf(dims: number | readonly number[]): readonly number[] {
  return typeof dims === 'number' ? [dims] : dims
}

function expanded(who: string, x: Value, shape: Shape): Value {
  checkShape(who, shape)
  const offset = shape.length - x.spec.rank
  const target = shape.map((n, i) => (n === -1 ? (x.spec.shape[i - offset] ?? -1) : n))
  const met = broadcastShapes(x.spec.shape, target)
  if (met === undefined || !sameShape(met, target) || target.includes(-1)) {
    throw new ShapeError(`${who}: cannot expand, got ${formatShape(x.spec.shape)} to ${formatShape(shape)}`)
  }
  return build.broadcastTo(x, target)
}

function rolledAlong(x: Value, axis: number, shift: number): Value {
  const length = x.spec.shape[axis]!
  const start = length === 0 ? 0 : ((-shift % length) + length) % length
  if (start === 0) return x
  return build.concat([build.sliceAxis(x, axis, start, length), build.sliceAxis(x, axis, 0, start)], axis)
}

/** @param counts - at least one a dimension */
function tiled(who: string, x: Value, counts: Shape): Value {
  if (counts.some((n) => !(Number.isInteger(n) && n >= 0))) {
    throw new OutOfRangeError(`${who}: counts are whole numbers ≥ 0, got ${formatShape(counts)}`)
  }
  const added = new Array<number>(counts.length - x.spec.rank).fill(1)
  const shape = [...added, ...x.spec.shape]
  const spaced = build.reshape(
    x,
    shape.flatMap((n) => [1, n]),
  )
  const copies = build.broadcastTo(
    spaced,
    shape.flatMap((n, i) => [counts[i]!, n]),
  )
  return build.reshape(
    copies,
    shape.map((n, i) => counts[i]! * n),
  )
}
