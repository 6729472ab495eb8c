import * as build from '../../graph/build.ts'
import { logSoftmax, softmax } from '../../graph/composites/softmax.ts'
import { bytesPerElement } from '../../graph/dtype.ts'
import { resolveAxes, resolveAxis } from '../../graph/shape.ts'
import { requireFloat, toFloat } from '../operand.ts'
import type { Tensor } from '../tensor.ts'
import { Elementwise } from './elementwise.ts'

/** How the result of a reduction is shaped. */
export interface ReduceOptions {
  /** Whether the reduced dimensions stay, with length 1. Default false. */
  readonly keepDim?: boolean
}

/** Along one dimension, several, or all, which is the default. */
export type Dims = number | readonly number[]

/** Many elements to one, and what runs along a dimension. */
export abstract class Reductions extends Elementwise {
  /** Sum; bool counts as int32. */
  sum(dim?: Dims, { keepDim = false }: ReduceOptions = {}): Tensor {
    const x = this.dtype === 'bool' ? build.cast(this.value, 'int32') : this.value
    return this.view(build.sum(x, resolveAxes('sum', dim, this.ndim), keepDim))
  }

  /** Mean of floats; of nothing NaN. */
  mean(dim?: Dims, { keepDim = false }: ReduceOptions = {}): Tensor {
    requireFloat('mean', this.value)
    const axes = resolveAxes('mean', dim, this.ndim)
    const count = axes.reduce((product, axis) => product * this.shape[axis]!, 1)
    // The sum of many half-precision numbers is beyond their range, where their mean is not.
    const x = bytesPerElement(this.dtype) < 4 ? build.cast(this.value, 'float32') : this.value
    const total = build.sum(x, axes, keepDim)
    return this.make(build.cast(build.mul(total, build.literalLike(total, 1 / count)), this.dtype))
  }

  prod(dim?: Dims, { keepDim = false }: ReduceOptions = {}): Tensor {
    const x = this.dtype === 'bool' ? build.cast(this.value, 'int32') : this.value
    return this.view(build.prod(x, resolveAxes('prod', dim, this.ndim), keepDim))
  }

  /** Largest element; NaN if any is. @throws ShapeError over no elements */
  amax(dim?: Dims, { keepDim = false }: ReduceOptions = {}): Tensor {
    return this.view(build.max(this.value, resolveAxes('amax', dim, this.ndim), keepDim))
  }

  /** Smallest element; NaN if any is. @throws ShapeError over no elements */
  amin(dim?: Dims, { keepDim = false }: ReduceOptions = {}): Tensor {
    return this.view(build.min(this.value, resolveAxes('amin', dim, this.ndim), keepDim))
  }

  /** int32 index of the first largest element along `dim`, or of the flat tensor. */
  argmax(dim?: number): Tensor {
    return this.#choose('argmax', dim)
  }

  /** int32 index of the first smallest element along `dim`, or of the flat tensor. */
  argmin(dim?: number): Tensor {
    return this.#choose('argmin', dim)
  }

  /** Whether any element is not 0. */
  any(dim?: Dims, { keepDim = false }: ReduceOptions = {}): Tensor {
    return this.view(build.max(build.cast(this.value, 'bool'), resolveAxes('any', dim, this.ndim), keepDim))
  }

  /** Whether no element is 0. */
  all(dim?: Dims, { keepDim = false }: ReduceOptions = {}): Tensor {
    return this.view(build.min(build.cast(this.value, 'bool'), resolveAxes('all', dim, this.ndim), keepDim))
  }

  cumsum(dim: number): Tensor {
    return this.make(build.cumsum(this.value, resolveAxis('cumsum', dim, this.ndim)))
  }

  softmax(dim: number): Tensor {
    return this.make(softmax(toFloat(this.value), resolveAxis('softmax', dim, this.ndim)))
  }

  logSoftmax(dim: number): Tensor {
    return this.make(logSoftmax(toFloat(this.value), resolveAxis('logSoftmax', dim, this.ndim)))
  }

  #choose(who: keyof typeof choices, dim: number | undefined): Tensor {
    const choose = choices[who]
    if (dim === undefined) return this.make(choose(build.reshape(this.value, [this.numel]), 0))
    return this.make(choose(this.value, resolveAxis(who, dim, this.ndim)))
  }
}

const choices = { argmax: build.argmax, argmin: build.argmin } as const
