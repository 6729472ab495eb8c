import { DTypeError, ShapeError } from '../../errors/errors.ts'
import * as build from '../../graph/build.ts'
import { hostTensor } from '../../graph/host-tensor.ts'
import { broadcastShapes, resolveAxis, sizeOf, stridesOf } from '../../graph/shape.ts'
import { formatShape, formatSpec, type Shape } from '../../graph/spec.ts'
import type { Value } from '../../graph/value.ts'
import { fillValue } from '../fill.ts'
import { read } from '../flush.ts'
import { decodeNumber } from '../host.ts'
import { hostValue } from '../host-data.ts'
import { indicesAlong, int32Indices, wrappedIndices } from '../indices.ts'
import type { Tensor } from '../tensor.ts'
import { type Operand, valueOf } from './handle.ts'
import { Products } from './products.ts'

/** Elements by their indices. Indices are int32; uint8 and uint32 are cast. Negative ones are refused but where said. */
export abstract class Indexing extends Products {
  /** Rows along `dim` at `indices` of any shape, whose dimensions take the place of `dim`. */
  indexSelect(dim: number, indices: Tensor): Tensor {
    const axis = resolveAxis('indexSelect', dim, this.ndim)
    return this.make(build.indexSelect(this.value, this.#along('indexSelect', axis, indices), axis))
  }

  /** `out[i][j] = x[indices[i][j]][j]` for `dim` 0. */
  gather(dim: number, indices: Tensor): Tensor {
    const axis = resolveAxis('gather', dim, this.ndim)
    return this.make(build.gather(this.value, this.#along('gather', axis, indices), axis))
  }

  /** `gather` at indices that broadcast in all dimensions but `dim`. Without `dim`, of the flat tensor. */
  takeAlongDim(indices: Tensor, dim?: number): Tensor {
    valueOf('takeAlongDim', indices)
    if (dim === undefined) return this.ravel().takeAlongDim(indices.ravel(), 0)
    const axis = resolveAxis('takeAlongDim', dim, this.ndim)
    const at = this.#along('takeAlongDim', axis, indices)
    const others = (shape: Shape) => shape.map((n, i) => (i === axis ? 1 : n))
    const met = broadcastShapes(others(this.shape), others(at.spec.shape))
    if (at.spec.rank !== this.ndim || met === undefined) {
      throw new ShapeError(
        `takeAlongDim: indices broadcast with the tensor in all but dimension ${axis}, got ${formatShape(at.spec.shape)} for ${formatShape(this.shape)}`,
      )
    }
    const withLength = (length: number) => met.map((n, i) => (i === axis ? length : n))
    const x = build.broadcastTo(this.value, withLength(this.shape[axis]!))
    return this.make(build.gather(x, build.broadcastTo(at, withLength(at.spec.shape[axis]!)), axis))
  }

  /** The elements of the flat tensor at `indices`, in the shape of these; negative ones count from the end. */
  take(indices: Tensor): Tensor {
    const words = { who: 'take', one: 'index', many: 'indices', choices: 'elements' }
    const at = wrappedIndices(valueOf('take', indices), this.numel, words)
    return this.make(build.indexSelect(build.reshape(this.value, [this.numel]), at, 0))
  }

  /**
   * This tensor with `source[i][j]` in the place of `[indices[i][j]][j]` for `dim` 0; where several go to one place, the
   * last one stays.
   *
   * @param source - a number, or a tensor at least as large as the indices in every dimension
   */
  scatter(dim: number, indices: Tensor, source: Operand): Tensor {
    const axis = resolveAxis('scatter', dim, this.ndim)
    const at = this.#along('scatter', axis, indices)
    return this.make(build.scatter(this.value, at, this.#updates('scatter', at, source), axis))
  }

  /** This tensor with `source[i][j]` added at `[indices[i][j]][j]` for `dim` 0. */
  scatterAdd(dim: number, indices: Tensor, source: Tensor): Tensor {
    const axis = resolveAxis('scatterAdd', dim, this.ndim)
    const at = this.#along('scatterAdd', axis, indices)
    return this.make(build.scatterAdd(this.value, at, this.#updates('scatterAdd', at, source), axis))
  }

  /** This tensor with `alpha` (default 1) times row i of `source` added to row `indices[i]` along `dim`. */
  indexAdd(dim: number, indices: Tensor, source: Tensor, { alpha = 1 }: { readonly alpha?: number } = {}): Tensor {
    const axis = resolveAxis('indexAdd', dim, this.ndim)
    const at = this.#rows('indexAdd', axis, indices)
    const rows = valueOf('indexAdd', source)
    const scaled = alpha === 1 ? rows : build.mul(rows, fillValue('indexAdd', alpha, rows.spec.dtype))
    return this.make(build.indexAdd(this.value, at, scaled, axis))
  }

  /** This tensor with row i of `source` in the place of row `indices[i]` along `dim`; the last one stays. */
  indexCopy(dim: number, indices: Tensor, source: Tensor): Tensor {
    const axis = resolveAxis('indexCopy', dim, this.ndim)
    const rows = valueOf('indexCopy', source)
    return this.#replaceRows('indexCopy', axis, this.#rows('indexCopy', axis, indices), rows)
  }

  /** This tensor with `value` in all of the rows `indices` along `dim`. */
  indexFill(dim: number, indices: Tensor, value: Operand): Tensor {
    const axis = resolveAxis('indexFill', dim, this.ndim)
    const at = this.#rows('indexFill', axis, indices)
    const shape = this.shape.map((n, i) => (i === axis ? at.spec.size : n))
    const rows = build.broadcastTo(this.#fill('indexFill', value), shape)
    return this.#replaceRows('indexFill', axis, at, rows)
  }

  /**
   * `value` where `mask` (bool) holds, this tensor elsewhere; both broadcast. The dtype stays.
   *
   * @param value - a number, or a tensor of no dimensions
   */
  maskedFill(mask: Tensor, value: Operand): Tensor {
    const at = maskOf('maskedFill', mask)
    meetingShape('maskedFill', at, this.value)
    return this.make(build.where(at, this.#fill('maskedFill', value), this.value))
  }

  /**
   * The elements where `mask` (bool) holds, in one dimension; both broadcast. How many they are depends on data: the mask
   * is read, and the tensor is not.
   */
  async maskedSelect(mask: Tensor): Promise<Tensor> {
    const at = maskOf('maskedSelect', mask)
    const shape = meetingShape('maskedSelect', at, this.value)
    const x = build.reshape(build.broadcastTo(this.value, shape), [sizeOf(shape)])
    const [bits] = await read([build.broadcastTo(at, shape)])
    const chosen: number[] = []
    for (let i = 0; i < bits!.length; i++) if (bits![i] !== 0) chosen.push(i)
    return this.make(build.indexSelect(x, hostValue(hostTensor(Int32Array.from(chosen))), 0))
  }

  /** The positions of what is not 0, in order: int32 `[count, ndim]`. Reads the tensor, as its shape depends on data. */
  async nonzero(): Promise<Tensor> {
    const { shape, dtype, rank } = this.value.spec
    const [data] = await read([this.value])
    const strides = stridesOf(shape)
    const positions: number[] = []
    let count = 0
    for (let i = 0; i < data!.length; i++) {
      if (decodeNumber(data![i]!, dtype) === 0) continue
      for (let axis = 0; axis < rank; axis++) positions.push(Math.floor(i / strides[axis]!) % shape[axis]!)
      count++
    }
    return this.make(hostValue(hostTensor(Int32Array.from(positions), [count, rank])))
  }

  #along(who: string, axis: number, indices: Tensor): Value {
    return int32Indices(valueOf(who, indices), this.shape[axis]!, indicesAlong(who, axis))
  }

  #rows(who: string, axis: number, indices: Tensor): Value {
    const at = this.#along(who, axis, indices)
    if (at.spec.rank > 1) {
      throw new ShapeError(`${who}: indices have one dimension, got ${formatShape(at.spec.shape)}`)
    }
    return build.reshape(at, [at.spec.size])
  }

  /** What goes to the places `at`: as much of `source` as there are indices. */
  #updates(who: string, at: Value, source: Operand): Value {
    const { shape } = at.spec
    if (typeof source === 'number') return build.broadcastTo(fillValue(who, source, this.dtype), shape)
    const updates = valueOf(who, source, 'a tensor or a number')
    if (updates.spec.rank !== shape.length || updates.spec.shape.some((n, i) => n < shape[i]!)) {
      throw new ShapeError(
        `${who}: the source is at least as large as the indices, got ${formatShape(updates.spec.shape)} and ${formatShape(shape)}`,
      )
    }
    return build.slice(
      updates,
      shape.map(() => 0),
      shape,
    )
  }

  #replaceRows(who: string, axis: number, at: Value, rows: Value): Tensor {
    const shape = this.shape.map((n, i) => (i === axis ? at.spec.size : n))
    if (rows.spec.rank !== this.ndim || rows.spec.shape.some((n, i) => n !== shape[i])) {
      throw new ShapeError(
        `${who}: the source has the shape ${formatShape(shape)}, got ${formatShape(rows.spec.shape)}`,
      )
    }
    const column = build.reshape(
      at,
      shape.map((n, i) => (i === axis ? n : 1)),
    )
    return this.make(build.scatter(this.value, build.broadcastTo(column, shape), rows, axis))
  }

  /** A number, or a tensor of no dimensions, in this tensor's dtype. */
  #fill(who: string, value: Operand): Value {
    if (typeof value === 'number') return fillValue(who, value, this.dtype)
    const fill = valueOf(who, value, 'a tensor or a number')
    if (fill.spec.rank !== 0) {
      throw new ShapeError(`${who}: fills with a number or a tensor of no dimensions, got ${formatSpec(fill.spec)}`)
    }
    return build.cast(fill, this.dtype)
  }
}

function maskOf(who: string, mask: Tensor): Value {
  const value = valueOf(who, mask)
  if (value.spec.dtype !== 'bool') {
    throw new DTypeError(`${who}: a mask is bool, got ${formatSpec(value.spec)}; compare it, or cast it, to('bool')`)
  }
  return value
}

function meetingShape(who: string, mask: Value, x: Value): Shape {
  const shape = broadcastShapes(mask.spec.shape, x.spec.shape)
  if (shape !== undefined) return shape
  throw new ShapeError(
    `${who}: the mask does not broadcast with the tensor, got ${formatShape(mask.spec.shape)} and ${formatShape(x.spec.shape)}`,
  )
}
