import { DTypeError, OutOfRangeError, ShapeError } from '../../errors/errors.ts'
import * as build from '../../graph/build.ts'
import { split } from '../../graph/composites/split.ts'
import { broadcastShapes, resolveAxis, sizeOf } from '../../graph/shape.ts'
import { formatShape, formatSpec, type Shape } from '../../graph/spec.ts'
import type { Value } from '../../graph/value.ts'
import { indicesAlong, wrappedIndices } from '../indices.ts'
import type { Tensor } from '../tensor.ts'
import { Handle } from './handle.ts'
import { Scans } from './scans.ts'

/**
 * What `at()` takes of a dimension:
 * - a number: that element, without the dimension; negative ones count from the end;
 * - `[start, end, step]`: a range as `slice` has it; null, or nothing, for a bound that is not given;
 * - `':'`: all of it;
 * - a tensor of integers: the elements at these indices;
 * - `'...'`: as many dimensions as the others leave, at most once;
 * - `null`: no dimension, but a new one of length 1.
 */
export type TensorIndex =
  | number
  | readonly [start?: number | null, end?: number | null, step?: number]
  | ':'
  | '...'
  | null
  | Tensor

/** Parts of a tensor, by their places. */
export abstract class Slicing extends Scans {
  /**
   * `x[start:end:step]` along `dim`; negative bounds count from the end, and the range is cut to what there is.
   *
   * A negative step goes backwards, as in NumPy: from `start` (default: the last element) down to `end`, which is left
   * out (default: to the first one).
   *
   * @throws OutOfRangeError when a bound or the step is no whole number, or the step is 0
   */
  slice(dim: number, start?: number, end?: number, step = 1): Tensor {
    const axis = resolveAxis('slice', dim, this.ndim)
    return this.makeOwn(sliced('slice', this.value, axis, start, end, step))
  }

  /** `length` elements from `start` along `dim`. @throws OutOfRangeError when there are not as many */
  narrow(dim: number, start: number, length: number): Tensor {
    const axis = resolveAxis('narrow', dim, this.ndim)
    const size = this.shape[axis]!
    const from = start < 0 ? start + size : start
    if (!(Number.isInteger(start) && Number.isInteger(length) && from >= 0 && length >= 0 && from + length <= size)) {
      throw new OutOfRangeError(
        `narrow: no such range in ${size} elements along dimension ${axis}, got ${length} from ${start}`,
      )
    }
    return this.makeOwn(build.sliceAxis(this.value, axis, from, from + length))
  }

  /** The element at `index` along `dim`, without that dimension. @throws OutOfRangeError when there is none */
  select(dim: number, index: number): Tensor {
    const axis = resolveAxis('select', dim, this.ndim)
    return this.make(selected('select', this.value, axis, index, axis))
  }

  /**
   * Several dimensions at once, from the first on: Python's `x[0, 1:-1, ..., ::2]` is `x.at(0, [1, -1], '...', [null, null, 2])`.
   * Dimensions that are not named stay whole.
   *
   * Tensors of indices broadcast. Their dimensions stand in the place of those they index, or, where these are not
   * neighbours, in front, as in PyTorch.
   *
   * @throws OutOfRangeError when an index is out of range; of tensors, only host data is checked
   * @throws ShapeError when there are more indices than dimensions
   */
  at(...indices: readonly TensorIndex[]): Tensor {
    let x = this.value
    // The dimension of `x`, and the one of this tensor that it was.
    let dim = 0
    let named = 0
    const chosen: Chosen[] = []
    for (const index of withoutEllipsis(indices, this.shape)) {
      if (index === null) {
        x = build.reshape(x, [...x.spec.shape.slice(0, dim), 1, ...x.spec.shape.slice(dim)])
        dim++
        continue
      }
      if (index === ':') dim++
      else if (typeof index === 'number') x = selected('at', x, dim, index, named)
      else if (index instanceof Handle) chosen.push({ dim: dim++, named, indices: index.value })
      else if (Array.isArray(index)) {
        const [start, end, step] = index as readonly (number | null | undefined)[]
        x = sliced('at', x, dim++, start ?? undefined, end ?? undefined, step ?? 1)
      } else {
        throw new TypeError(
          `at: takes a number, [start, end, step], ':', '...', null or a tensor, got ${typeof index === 'string' ? `'${index}'` : typeof index}`,
        )
      }
      named++
    }
    return this.makeOwn(chosen.length === 0 ? x : pick(x, chosen))
  }

  /**
   * Parts along `dim` of `size` elements each, the last one of what is left; or, of a list, parts of these sizes.
   *
   * @throws OutOfRangeError when the sizes do not add up to the dimension
   */
  split(size: number | readonly number[], dim = 0): Tensor[] {
    const axis = resolveAxis('split', dim, this.ndim)
    const length = this.shape[axis]!
    const sizes = typeof size === 'number' ? sizesOf(size, length) : size
    if (sizes.some((n) => !(Number.isInteger(n) && n >= 0)) || sumOf(sizes) !== length) {
      throw new OutOfRangeError(
        `split: sizes are whole numbers ≥ 0 that add up to the ${length} elements along dimension ${axis}, got ${formatShape(sizes)}`,
      )
    }
    return this.#parts(axis, sizes)
  }

  /** At most `chunks` parts of one size along `dim`, the last one smaller where it does not go evenly. */
  chunk(chunks: number, dim = 0): Tensor[] {
    const axis = resolveAxis('chunk', dim, this.ndim)
    if (!(Number.isInteger(chunks) && chunks >= 1)) {
      throw new OutOfRangeError(`chunk: takes a number of parts ≥ 1, got ${chunks}`)
    }
    const length = this.shape[axis]!
    if (length === 0) return this.#parts(axis, new Array<number>(chunks).fill(0))
    return this.#parts(axis, sizesOf(Math.ceil(length / chunks), length))
  }

  /**
   * Exactly so many parts along `dim`, the first ones larger by one where it does not go evenly; or, of a list, cut before
   * each of these indices as `slice` would.
   */
  tensorSplit(sections: number | readonly number[], dim = 0): Tensor[] {
    const axis = resolveAxis('tensorSplit', dim, this.ndim)
    const length = this.shape[axis]!
    if (typeof sections !== 'number') {
      const cuts = [0, ...sections, length]
      return cuts.slice(1).map((end, i) => this.slice(axis, cuts[i], end))
    }
    if (!(Number.isInteger(sections) && sections >= 1)) {
      throw new OutOfRangeError(`tensorSplit: takes a number of parts ≥ 1, got ${sections}`)
    }
    const [size, larger] = [Math.floor(length / sections), length % sections]
    return this.#parts(
      axis,
      Array.from({ length: sections }, (_, i) => size + Number(i < larger)),
    )
  }

  /** The elements along `dim`, each without that dimension. */
  unbind(dim = 0): Tensor[] {
    const axis = resolveAxis('unbind', dim, this.ndim)
    const rest = this.shape.filter((_, i) => i !== axis)
    return this.#parts(axis, new Array<number>(this.shape[axis]!).fill(1)).map((part) => part.reshape(rest))
  }

  #parts(axis: number, sizes: readonly number[]): Tensor[] {
    if (sizes.length === 0) return []
    return split(this.value, axis, sizes).map((part) => this.makeOwn(part))
  }
}

/** Sizes of parts of `size` elements. */
function sizesOf(size: number, length: number): number[] {
  if (!(Number.isInteger(size) && size >= 1) && !(size === 0 && length === 0)) {
    throw new OutOfRangeError(`split: a size is a whole number ≥ 1, got ${size}`)
  }
  if (length === 0) return [0]
  return Array.from({ length: Math.ceil(length / size) }, (_, i) => Math.min(size, length - i * size))
}

function sumOf(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + size, 0)
}

function isBound(x: number): boolean {
  return Number.isInteger(x) || Math.abs(x) === Number.POSITIVE_INFINITY
}

function sliced(
  who: string,
  x: Value,
  axis: number,
  start: number | undefined,
  end: number | undefined,
  step: number,
): Value {
  if (!isBound(start ?? 0) || !isBound(end ?? 0) || !Number.isInteger(step) || step === 0) {
    throw new OutOfRangeError(
      `${who}: bounds are whole numbers and a step is one other than 0, got ${start ?? ''}:${end ?? ''}:${step}`,
    )
  }
  const length = x.spec.shape[axis]!
  const cut = (i: number, low: number, high: number) => Math.min(Math.max(i < 0 ? i + length : i, low), high)
  if (step > 0) {
    const from = cut(start ?? 0, 0, length)
    return build.sliceAxis(x, axis, from, Math.max(from, cut(end ?? length, 0, length)), step)
  }
  const from = cut(start ?? length - 1, -1, length - 1)
  const to = end === undefined ? -1 : cut(end, -1, length - 1)
  const count = Math.max(0, Math.ceil((to - from) / step))
  if (count === 0) return build.sliceAxis(x, axis, 0, 0)
  return build.flip(build.sliceAxis(x, axis, from + (count - 1) * step, from + 1, -step), [axis])
}

/** @param named - the dimension as the caller knows it */
function selected(who: string, x: Value, axis: number, index: number, named: number): Value {
  const { shape } = x.spec
  const length = shape[axis]!
  const at = index < 0 ? index + length : index
  if (!(Number.isInteger(at) && at >= 0 && at < length)) {
    throw new OutOfRangeError(`${who}: index ${index} is out of range, got ${length} elements along dimension ${named}`)
  }
  return build.reshape(build.sliceAxis(x, axis, at, at + 1), [...shape.slice(0, axis), ...shape.slice(axis + 1)])
}

/** The indices with `':'` in the place of `'...'`. */
function withoutEllipsis(indices: readonly TensorIndex[], shape: Shape): readonly TensorIndex[] {
  const named = indices.filter((index) => index !== '...' && index !== null).length
  const ellipses = indices.filter((index) => index === '...').length
  if (named > shape.length || ellipses > 1) {
    const wrong = ellipses > 1 ? `'...' stands once, got ${ellipses} times` : `too many indices, got ${named}`
    throw new ShapeError(`at: ${wrong} for ${formatShape(shape)}`)
  }
  const rest = new Array<TensorIndex>(shape.length - named).fill(':')
  return indices.flatMap((index) => (index === '...' ? rest : [index]))
}

/** A dimension, and the indices of what is taken along it. */
interface Chosen {
  readonly dim: number
  /** The same as the caller knows it. */
  readonly named: number
  readonly indices: Value
}

function pick(x: Value, chosen: readonly Chosen[]): Value {
  const { shape } = x.spec
  const dims = chosen.map(({ dim }) => dim)
  const areNeighbours = dims.every((dim, i) => dim === dims[0]! + i)
  const others = shape.flatMap((_, dim) => (dims.includes(dim) ? [] : [dim]))
  const front = areNeighbours ? others.filter((dim) => dim < dims[0]!) : []
  const back = others.slice(front.length)
  const lengths = (axes: readonly number[]) => axes.map((axis) => shape[axis]!)
  const flat = build.reshape(build.permute(x, [...front, ...dims, ...back]), [
    ...lengths(front),
    sizeOf(lengths(dims)),
    ...lengths(back),
  ])
  return build.indexSelect(flat, flatIndices(shape, chosen), front.length)
}

/** Indices along several dimensions as indices along their product. */
function flatIndices(shape: Shape, chosen: readonly Chosen[]): Value {
  let flat: Value | undefined
  for (const { dim, named, indices } of chosen) {
    if (indices.spec.dtype === 'bool') {
      throw new DTypeError(
        `at: how many elements a mask chooses depends on its data, got ${formatSpec(indices.spec)}; use maskedSelect() or where()`,
      )
    }
    const found = wrappedIndices(indices, shape[dim]!, indicesAlong('at', named))
    if (flat === undefined) {
      flat = found
      continue
    }
    if (broadcastShapes(flat.spec.shape, found.spec.shape) === undefined) {
      throw new ShapeError(
        `at: tensors of indices do not broadcast, got ${formatShape(flat.spec.shape)} and ${formatShape(found.spec.shape)}`,
      )
    }
    flat = build.add(build.mul(flat, build.literal(shape[dim]!, 'int32')), found)
  }
  return flat!
}
