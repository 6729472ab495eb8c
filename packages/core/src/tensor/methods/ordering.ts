import { OutOfRangeError } from '../../errors/errors.ts'
import * as build from '../../graph/build.ts'
import { type DType, type HostArray, hostArray } from '../../graph/dtype.ts'
import { hostTensor } from '../../graph/host-tensor.ts'
import { reducedShape, resolveAxis } from '../../graph/shape.ts'
import type { Shape } from '../../graph/spec.ts'
import type { Value } from '../../graph/value.ts'
import { read } from '../flush.ts'
import { decodeNumber } from '../host.ts'
import { hostValue } from '../host-data.ts'
import type { Tensor } from '../tensor.ts'
import { Indexing } from './indexing.ts'
import type { ReduceOptions, ValuesAndIndices } from './reductions.ts'

export interface SortOptions {
  /** From the largest to the smallest. Default false. */
  readonly descending?: boolean
  /** Sorting is stable whatever is said here: equal elements keep their order. */
  readonly stable?: boolean
}

export interface TopkOptions {
  /** The largest (default) or the smallest. */
  readonly largest?: boolean
  /** The elements come in order whatever is said here. */
  readonly sorted?: boolean
}

/** What `unique()` finds. */
export interface Unique {
  /** The different elements, from the smallest to the largest. */
  readonly values: Tensor
  /** int32, in the shape of the tensor: which of `values` each element is. */
  readonly inverse: Tensor
  /** int32: how often each of `values` occurs. */
  readonly counts: Tensor
}

/** Elements by their size. NaN counts as larger than every number, and a scalar as having a dimension 0. */
export abstract class Ordering extends Indexing {
  /** The elements along `dim` (default: the last) from the smallest to the largest. */
  sort(dim = -1, { descending = false }: SortOptions = {}): ValuesAndIndices {
    return this.#both(this.#sorted('sort', dim, descending), this.shape)
  }

  /** The `indices` of `sort()`. */
  argsort(dim = -1, { descending = false }: SortOptions = {}): Tensor {
    return this.make(build.reshape(this.#sorted('argsort', dim, descending)[1], this.shape))
  }

  /**
   * The `k` largest elements along `dim` (default: the last), from the largest down.
   *
   * @throws OutOfRangeError when there are not as many
   */
  topk(k: number, dim = -1, { largest = true }: TopkOptions = {}): ValuesAndIndices {
    const { x, axis } = this.#along('topk', dim)
    checkCount('topk', k, 0, x, axis)
    const chosen = build.topK(x, k, axis, largest)
    return this.#both(chosen, this.ndim === 0 && k === 1 ? [] : chosen[0].spec.shape)
  }

  /**
   * The `k`-th smallest element, counted from 1, along `dim` (default: the last), and its index.
   *
   * @throws OutOfRangeError when there are not as many
   */
  kthvalue(k: number, dim = -1, { keepDim = false }: ReduceOptions = {}): ValuesAndIndices {
    const { x, axis } = this.#along('kthvalue', dim)
    checkCount('kthvalue', k, 1, x, axis)
    const [values, indices] = build.topK(x, k, axis, false)
    const last = (chosen: Value) => build.sliceAxis(chosen, axis, k - 1, k)
    return this.#both([last(values), last(indices)], reducedShape(this.shape, [axis], keepDim))
  }

  /**
   * The different elements of the flat tensor, sorted; every NaN is one of its own. Reads the tensor, as the shape of the
   * result depends on data; no gradient flows through it.
   */
  async unique(): Promise<Unique> {
    const { dtype, shape } = this.value.spec
    const [data] = await read([this.value])
    const { firsts, inverse, counts } = groupsOf(Array.from(data!, (element) => decodeNumber(element, dtype)))
    const values = elementsAt(data!, firsts, dtype)
    return {
      values: this.make(hostValue(hostTensor(values, [values.length], dtype))),
      inverse: this.make(hostValue(hostTensor(inverse, shape))),
      counts: this.make(hostValue(hostTensor(Int32Array.from(counts)))),
    }
  }

  /** Dimension `dim` of the tensor, or of the vector of a scalar. */
  #along(who: string, dim: number): { readonly x: Value; readonly axis: number } {
    const x = this.ndim === 0 ? build.reshape(this.value, [1]) : this.value
    return { x, axis: resolveAxis(who, dim, x.spec.rank) }
  }

  #sorted(who: string, dim: number, descending: boolean): readonly [Value, Value] {
    const { x, axis } = this.#along(who, dim)
    return build.sort(x, axis, descending)
  }

  #both([values, indices]: readonly [Value, Value], shape: Shape): ValuesAndIndices {
    return { values: this.make(build.reshape(values, shape)), indices: this.make(build.reshape(indices, shape)) }
  }
}

function checkCount(who: string, k: number, low: number, { spec }: Value, axis: number): void {
  const length = spec.shape[axis]!
  if (Number.isInteger(k) && k >= low && k <= length) return
  throw new OutOfRangeError(
    `${who}: k is a whole number from ${low} up to the ${length} elements along dimension ${axis}, got ${k}`,
  )
}

interface Groups {
  /** Where each of the different numbers occurs first. */
  readonly firsts: readonly number[]
  readonly inverse: Int32Array<ArrayBuffer>
  readonly counts: readonly number[]
}

function groupsOf(numbers: readonly number[]): Groups {
  const order = numbers.map((_, i) => i).sort((i, j) => compare(numbers[i]!, numbers[j]!))
  const inverse = new Int32Array(numbers.length)
  const firsts: number[] = []
  const counts: number[] = []
  for (const [place, i] of order.entries()) {
    if (place === 0 || numbers[i] !== numbers[order[place - 1]!]) {
      firsts.push(i)
      counts.push(0)
    }
    inverse[i] = firsts.length - 1
    counts[firsts.length - 1]!++
  }
  return { firsts, inverse, counts }
}

/** NaN counts as largest. */
function compare(x: number, y: number): number {
  if (x < y) return -1
  if (x > y) return 1
  return Number(Number.isNaN(x)) - Number(Number.isNaN(y))
}

function elementsAt(data: HostArray, places: readonly number[], dtype: DType): HostArray {
  const elements = hostArray(dtype, places.length)
  for (const [i, place] of places.entries()) elements[i] = data[place]!
  return elements
}
