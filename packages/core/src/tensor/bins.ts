import { DTypeError, OutOfRangeError, ShapeError } from '../errors/errors.ts'
import * as build from '../graph/build.ts'
import { promote } from '../graph/dtype.ts'
import { sameShape } from '../graph/shape.ts'
import { formatShape, formatSpec } from '../graph/spec.ts'
import type { Value } from '../graph/value.ts'
import { int32Indices } from './indices.ts'
import { valueOf } from './methods/handle.ts'
import { requireFloat } from './operand.ts'
import { Tensor } from './tensor.ts'

export interface SearchOptions {
  /** Among equal elements, after the last and not before the first. Default false. */
  readonly right?: boolean
}

/**
 * int32 places where `values` would have to be inserted to keep `sorted` in order: how many elements are smaller, or, with
 * `right`, not larger. NaN goes to the end.
 *
 * @param sorted - ascending along the last dimension: `[n]`, or `[…lead, n]` for values `[…lead, m]`
 * @returns in the shape of `values`
 * @throws ShapeError when the leading dimensions differ
 */
export function searchsorted(sorted: Tensor, values: Tensor, options: SearchOptions = {}): Tensor {
  return new Tensor(places('searchsorted', valueOf('searchsorted', sorted), valueOf('searchsorted', values), options))
}

/** `searchsorted` with the arguments exchanged: the bucket of each element between `boundaries`, which are a vector. */
export function bucketize(x: Tensor, boundaries: Tensor, options: SearchOptions = {}): Tensor {
  const { spec } = valueOf('bucketize', boundaries)
  if (spec.rank !== 1) {
    throw new ShapeError(`bucketize: boundaries are a vector, got ${formatSpec(spec)}; use searchsorted()`)
  }
  return new Tensor(places('bucketize', boundaries.value, valueOf('bucketize', x), options))
}

function places(who: string, sorted: Value, values: Value, options: SearchOptions): Value {
  const dtype = promote(sorted.spec.dtype, values.spec.dtype)
  const [a, v] = [build.cast(sorted, dtype), build.cast(values, dtype)]
  const { shape, rank } = sorted.spec
  if (rank === 1) return build.reshape(search(a, build.reshape(v, [v.spec.size]), options), v.spec.shape)
  if (rank === 0 || v.spec.rank !== rank || !sameShape(shape.slice(0, -1), v.spec.shape.slice(0, -1))) {
    throw new ShapeError(
      `${who}: takes a sorted vector, or rows with the leading dimensions of the values, got ${formatShape(shape)} and ${formatShape(v.spec.shape)}`,
    )
  }
  return search(a, v, options)
}

/** Binary search along the last dimension, all values in step: halves are tried from the largest power of 2 down. */
function search(sorted: Value, values: Value, { right = false }: SearchOptions): Value {
  const axis = sorted.spec.rank - 1
  const length = sorted.spec.shape[axis]!
  const int = (x: number) => build.literal(x, 'int32')
  let found = build.broadcastTo(int(0), values.spec.shape)
  if (length === 0 || values.spec.size === 0) return found
  for (let step = 2 ** Math.floor(Math.log2(length)); step >= 1; step /= 2) {
    const tried = build.add(found, int(step))
    const last = build.minimum(build.sub(tried, int(1)), int(length - 1))
    const element = build.gather(sorted, last, axis)
    // Not "element < value": NaN is to pass every element.
    const isPassed = build.not(right ? build.less(values, element) : build.lessEqual(values, element))
    found = build.where(build.and(isPassed, build.lessEqual(tried, int(length))), tried, found)
  }
  return found
}

export interface BincountOptions {
  /** Added up in the place of ones, one an element of the indices. */
  readonly weights?: Tensor
}

/**
 * How often each of 0, …, length − 1 occurs: int32 `[length]`, or the dtype of the weights. PyTorch's length is one more
 * than the largest element; tensors are lazy, and it must be said.
 *
 * @param x - a vector of integers
 * @throws OutOfRangeError when an element is not below `length`; only host data is checked
 */
export function bincount(x: Tensor, length: number, { weights }: BincountOptions = {}): Tensor {
  const indices = valueOf('bincount', x)
  if (indices.spec.rank !== 1) throw new ShapeError(`bincount: takes a vector, got ${formatSpec(indices.spec)}`)
  if (!(Number.isInteger(length) && length >= 0)) {
    throw new OutOfRangeError(`bincount: the length is a whole number ≥ 0, got ${length}`)
  }
  const words = { who: 'bincount', one: 'element', many: 'elements', choices: 'bins' }
  const at = int32Indices(indices, length, words)
  const counted = weights === undefined ? null : valueOf('bincount', weights)
  if (counted !== null && !sameShape(counted.spec.shape, indices.spec.shape)) {
    throw new ShapeError(
      `bincount: one weight an element, got ${formatSpec(counted.spec)} for ${formatSpec(indices.spec)}`,
    )
  }
  const updates = counted ?? build.broadcastTo(build.literal(1, 'int32'), indices.spec.shape)
  if (updates.spec.dtype === 'bool') throw new DTypeError('bincount: weights are numbers, got bool; cast them')
  const zeros = build.broadcastTo(build.literalLike(updates, 0), [length])
  return new Tensor(build.indexAdd(zeros, at, updates, 0))
}

export interface HistcOptions {
  /** Default 100. */
  readonly bins?: number
  /** Lower end of the first bin. With `max` equal to it, which is the default, both ends are those of the data. */
  readonly min?: number
  /** Upper end of the last bin, which belongs to it. */
  readonly max?: number
}

/**
 * How many elements fall into each of `bins` bins of one width from `min` to `max`; those outside, and NaN, count nowhere.
 * Where the ends are those of data that is not finite, all counts are NaN.
 *
 * @param x - floats of any shape
 * @returns `[bins]`, in the dtype of `x`
 * @throws OutOfRangeError when there is no bin, or `max` is below `min`
 */
export function histc(x: Tensor, { bins = 100, min = 0, max = 0 }: HistcOptions = {}): Tensor {
  const value = valueOf('histc', x)
  requireFloat('histc', value)
  if (!(Number.isInteger(bins) && bins >= 1)) throw new OutOfRangeError(`histc: takes one bin or more, got ${bins}`)
  if (!(Number.isFinite(min) && Number.isFinite(max) && min <= max)) {
    throw new OutOfRangeError(`histc: takes finite min ≤ max, got ${min} and ${max}`)
  }
  const { dtype, size } = value.spec
  // Half types do not hold the numbers of many bins.
  const wide = dtype === 'float64' ? dtype : 'float32'
  const flat = build.cast(build.reshape(value, [size]), wide)
  const literal = (n: number) => build.literal(n, wide)
  const [low, high] = rangeOf(flat, min, max)
  const place = build.floor(build.div(build.mul(build.sub(flat, low), literal(bins)), build.sub(high, low)))
  const isInside = build.and(build.lessEqual(low, flat), build.lessEqual(flat, high))
  // What is outside goes to a bin of its own, which is cut off.
  const bin = build.where(isInside, build.minimum(place, literal(bins - 1)), literal(bins))
  const ones = build.broadcastTo(literal(1), [size])
  const nothing = build.mul(build.sub(high, low), literal(0))
  const counts = build.indexAdd(build.broadcastTo(nothing, [bins + 1]), build.cast(bin, 'int32'), ones, 0)
  return new Tensor(build.cast(build.sliceAxis(counts, 0, 0, bins), dtype))
}

/** The ends of a histogram, 0-d: as given, or those of the data, one apart from a single number on each side. */
function rangeOf(x: Value, min: number, max: number): [Value, Value] {
  const literal = (n: number) => build.literal(n, x.spec.dtype)
  if (min !== max) return [literal(min), literal(max)]
  if (x.spec.size === 0) return [literal(min - 1), literal(max + 1)]
  const [low, high] = [build.min(x, [0]), build.max(x, [0])]
  const isOne = build.equal(low, high)
  const spread = build.where(isOne, literal(1), literal(0))
  return [build.sub(low, spread), build.add(high, spread)]
}
