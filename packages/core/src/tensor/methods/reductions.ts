import { OutOfRangeError, ShapeError } from '../../errors/errors.ts'
import * as build from '../../graph/build.ts'
import { logSumExp } from '../../graph/composites/log-sum-exp.ts'
import { wide } from '../../graph/composites/statistics.ts'
import { variance } from '../../graph/composites/variance.ts'
import { vectorNorm } from '../../graph/composites/vector-norm.ts'
import type { DType } from '../../graph/dtype.ts'
import { reducedShape, resolveAxes, resolveAxis, sizeOf } from '../../graph/shape.ts'
import { formatShape } from '../../graph/spec.ts'
import type { Value } from '../../graph/value.ts'
import { preciseIn } from '../autocast.ts'
import { requireFloat, toFloat } from '../operand.ts'
import type { Tensor } from '../tensor.ts'
import { Handle } from './handle.ts'
import { Trigonometry } from './trigonometry.ts'

/** How the result of a reduction is shaped. */
export interface ReduceOptions {
  /** Whether the reduced dimensions stay, with length 1. Default false. */
  readonly keepDim?: boolean
}

export interface VarianceOptions extends ReduceOptions {
  /** Taken off the number of elements in the denominator; 0 for the variance of a whole population. Default 1. */
  readonly correction?: number
}

/** Along one dimension, several, or all: the default, and what an empty list stands for. */
export type Dims = number | readonly number[]

/** Elements chosen along a dimension, and where they were. */
export interface ValuesAndIndices {
  readonly values: Tensor
  /** int32, along that dimension. */
  readonly indices: Tensor
}

/**
 * Many elements to one. A scalar counts as having a dimension 0. There is no int64: what PyTorch adds up or counts in it is
 * int32 here and wraps around.
 */
export abstract class Reductions extends Trigonometry {
  /** Sum; bool and uint8 are added up as int32. Of nothing 0. */
  sum(dim?: Dims, { keepDim = false }: ReduceOptions = {}): Tensor {
    return this.makeOwn(build.sum(counted(preciseIn(this.value)), this.#axes('sum', dim), keepDim))
  }

  /** Sum of what is not NaN. */
  nansum(dim?: Dims, { keepDim = false }: ReduceOptions = {}): Tensor {
    const x = counted(this.value)
    const numbers = build.where(build.isNan(x), build.fullLike(x, 0), x)
    return this.make(build.sum(numbers, this.#axes('nansum', dim), keepDim))
  }

  /** Product; of bool and uint8 as int32. Of nothing 1. */
  prod(dim?: Dims, { keepDim = false }: ReduceOptions = {}): Tensor {
    return this.makeOwn(build.prod(counted(preciseIn(this.value)), this.#axes('prod', dim), keepDim))
  }

  /** Mean of floats; of nothing NaN. */
  mean(dim?: Dims, { keepDim = false }: ReduceOptions = {}): Tensor {
    requireFloat('mean', this.value)
    const axes = this.#axes('mean', dim)
    // The sum of many half-precision numbers is beyond their range, where their mean is not.
    const total = build.sum(wide(this.value), axes, keepDim)
    const count = axes.reduce((product, axis) => product * this.shape[axis]!, 1)
    return this.#narrow(build.div(total, build.literalLike(total, count)))
  }

  /** Σ(x − mean)² / (n − correction) of floats; NaN of too few. */
  var(dim?: Dims, options?: VarianceOptions): Tensor {
    return this.#narrow(this.#variance('var', dim, options)[0])
  }

  /** √var. Where that is 0 its gradient is 0. */
  std(dim?: Dims, options?: VarianceOptions): Tensor {
    return this.#narrow(deviation(this.#variance('std', dim, options)[0]))
  }

  /** `var` and the mean. */
  varMean(dim?: Dims, options?: VarianceOptions): readonly [Tensor, Tensor] {
    const [squares, mean] = this.#variance('varMean', dim, options)
    return [this.#narrow(squares), this.#narrow(mean)]
  }

  /** `std` and the mean. */
  stdMean(dim?: Dims, options?: VarianceOptions): readonly [Tensor, Tensor] {
    const [squares, mean] = this.#variance('stdMean', dim, options)
    return [this.#narrow(deviation(squares)), this.#narrow(mean)]
  }

  /** Largest element, NaN if any is; equal ones share the gradient. @throws ShapeError over no elements */
  amax(dim?: Dims, { keepDim = false }: ReduceOptions = {}): Tensor {
    return this.makeOwn(build.max(this.value, this.#someAxes('amax', dim), keepDim))
  }

  /** Smallest element, NaN if any is; equal ones share the gradient. @throws ShapeError over no elements */
  amin(dim?: Dims, { keepDim = false }: ReduceOptions = {}): Tensor {
    return this.makeOwn(build.min(this.value, this.#someAxes('amin', dim), keepDim))
  }

  /** Largest element of all, as `amax`. */
  max(): Tensor
  /** Largest elements along `dim` and their indices: the first of equal ones, which gets the gradient. NaN is largest. */
  max(dim: number, options?: ReduceOptions): ValuesAndIndices
  max(dim?: number, options?: ReduceOptions): Tensor | ValuesAndIndices {
    if (dim === undefined) return this.makeOwn(build.max(this.value, this.#someAxes('max', dim)))
    return this.#chosen('max', dim, options)
  }

  /** Smallest element of all, as `amin`. */
  min(): Tensor
  /** Smallest elements along `dim` and their indices: the first of equal ones, which gets the gradient. NaN is smallest. */
  min(dim: number, options?: ReduceOptions): ValuesAndIndices
  min(dim?: number, options?: ReduceOptions): Tensor | ValuesAndIndices {
    if (dim === undefined) return this.makeOwn(build.min(this.value, this.#someAxes('min', dim)))
    return this.#chosen('min', dim, options)
  }

  /** int32 index of the first largest element along `dim`, or of the flat tensor. */
  argmax(dim?: number, options?: ReduceOptions): Tensor {
    return this.#index('argmax', dim, options)
  }

  /** int32 index of the first smallest element along `dim`, or of the flat tensor. */
  argmin(dim?: number, options?: ReduceOptions): Tensor {
    return this.#index('argmin', dim, options)
  }

  /**
   * (Σ|x|^p)^(1/p) of floats, without overflow on the way. 'fro' is 2; 0 counts what is not 0, ±Infinity gives the largest
   * and the smallest |x|. Of nothing 0; so is the gradient at 0.
   */
  norm(p: number | 'fro' = 'fro', dim?: Dims, { keepDim = false }: ReduceOptions = {}): Tensor {
    const power = p === 'fro' ? 2 : p
    if (typeof power !== 'number' || Number.isNaN(power)) {
      throw new OutOfRangeError(`norm: p is a number or 'fro', got ${JSON.stringify(p)}`)
    }
    requireFloat('norm', this.value)
    const x = preciseIn(this.value)
    return this.makeOwn(build.cast(normOf(wide(x), power, this.#axes('norm', dim), keepDim), x.spec.dtype))
  }

  /** log Σ e^x, without overflow on the way; of nothing −Infinity. */
  logsumexp(dim: Dims, { keepDim = false }: ReduceOptions = {}): Tensor {
    const x = toFloat(this.value)
    const axes = this.#axes('logsumexp', dim)
    return this.make(build.cast(logSumExp(wide(x), { axes, keepDims: keepDim }), x.spec.dtype))
  }

  /** Whether any element is not 0. */
  any(dim?: Dims, { keepDim = false }: ReduceOptions = {}): Tensor {
    return this.makeOwn(bitOf(build.max, this.value, this.#axes('any', dim), keepDim, 0))
  }

  /** Whether no element is 0. */
  all(dim?: Dims, { keepDim = false }: ReduceOptions = {}): Tensor {
    return this.makeOwn(bitOf(build.min, this.value, this.#axes('all', dim), keepDim, 1))
  }

  /** How many elements are not 0, as int32. */
  countNonzero(dim?: Dims): Tensor {
    const isNonzero = build.cast(this.value, 'bool')
    return this.make(build.sum(build.cast(isNonzero, 'int32'), this.#axes('countNonzero', dim)))
  }

  /** The axes that `dim` stands for. */
  #axes(who: string, dim: Dims | undefined): number[] {
    const dims = Array.isArray(dim) && dim.length === 0 ? undefined : dim
    if (dims === undefined || this.ndim > 0) return resolveAxes(who, dims, this.ndim)
    resolveAxes(who, dims, 1)
    return []
  }

  /** @throws ShapeError when nothing is reduced to something */
  #someAxes(who: string, dim: Dims | undefined): number[] {
    const axes = this.#axes(who, dim)
    if (this.numel === 0 && sizeOf(reducedShape(this.shape, axes, false)) > 0) {
      throw new ShapeError(`${who}: nothing to take the ${who} of, got ${formatShape(this.shape)}`)
    }
    return axes
  }

  /** The result of a reduction in float32 or float64, in the dtype of this tensor. */
  #narrow(x: Value): Tensor {
    return this.makeOwn(build.cast(x, this.dtype))
  }

  #variance(who: string, dim: Dims | undefined, { correction = 1, keepDim = false }: VarianceOptions = {}) {
    requireFloat(who, this.value)
    if (!Number.isFinite(correction)) {
      throw new OutOfRangeError(`${who}: the correction is a finite number, got ${correction}`)
    }
    return variance(wide(this.value), { axes: this.#axes(who, dim), keepDims: keepDim, correction })
  }

  #chosen(who: 'max' | 'min', dim: number, { keepDim = false }: ReduceOptions = {}): ValuesAndIndices {
    if (typeof dim !== 'number') {
      const instead = (dim as unknown) instanceof Handle ? `${who}imum()` : `a${who}()`
      throw new TypeError(`${who}: takes one dimension, got ${typeof dim}; use ${instead}`)
    }
    const [axis] = this.#someAxes(who, dim)
    if (axis === undefined) return { values: this.makeOwn(this.value), indices: this.make(build.literal(0, 'int32')) }
    const kept = reducedShape(this.shape, [axis], true)
    const indices = build.reshape(choices[`arg${who}`](this.value, axis), kept)
    const values = build.gather(this.value, indices, axis)
    const shape = keepDim ? kept : reducedShape(this.shape, [axis], false)
    return { values: this.make(build.reshape(values, shape)), indices: this.make(build.reshape(indices, shape)) }
  }

  #index(who: keyof typeof choices, dim: number | undefined, { keepDim = false }: ReduceOptions = {}): Tensor {
    const isFlat = dim === undefined || this.ndim === 0
    if (dim !== undefined) resolveAxis(who, dim, Math.max(this.ndim, 1))
    const x = isFlat ? build.reshape(this.value, [this.numel]) : this.value
    const axis = isFlat ? 0 : resolveAxis(who, dim, this.ndim)
    const all = this.shape.map((_, i) => i)
    return this.make(build.reshape(choices[who](x, axis), reducedShape(this.shape, isFlat ? all : [axis], keepDim)))
  }
}

const choices = { argmax: build.argmax, argmin: build.argmin } as const

const small: readonly DType[] = ['bool', 'uint8']

/** `x` in the dtype in which it is added up or multiplied: bool and uint8 as int32. */
export function counted(x: Value): Value {
  return small.includes(x.spec.dtype) ? build.cast(x, 'int32') : x
}

/** The root of a variance; flat where that is 0, where the root's own gradient is infinite. */
function deviation(squares: Value): Value {
  const isZero = build.equal(squares, build.literalLike(squares, 0))
  const root = build.sqrt(build.where(isZero, build.fullLike(squares, 1), squares))
  return build.where(isZero, build.fullLike(squares, 0), root)
}

function normOf(x: Value, p: number, axes: readonly number[], keepDims: boolean): Value {
  const sizes = () => build.abs(x)
  // By way of a sign, whose gradient is 0: a comparison would have none at all.
  if (p === 0) {
    const isZero = build.equal(x, build.literalLike(x, 0))
    return build.sum(build.sign(build.where(isZero, x, build.fullLike(x, 1))), axes, keepDims)
  }
  if (p === 1 || (Math.abs(p) === Number.POSITIVE_INFINITY && x.spec.size === 0))
    return build.sum(sizes(), axes, keepDims)
  if (p === Number.POSITIVE_INFINITY) return build.max(sizes(), axes, keepDims)
  if (p === Number.NEGATIVE_INFINITY) return build.min(sizes(), axes, keepDims)
  return vectorNorm(x, { axes, keepDims, p })
}

/** The largest or smallest bit over `axes`; over nothing `empty`. */
function bitOf(reduce: typeof build.max, x: Value, axes: readonly number[], keepDims: boolean, empty: 0 | 1): Value {
  if (x.spec.size > 0) return reduce(build.cast(x, 'bool'), axes, keepDims)
  return build.broadcastTo(build.literal(empty, 'bool'), reducedShape(x.spec.shape, axes, keepDims))
}
