import * as build from '../../graph/build.ts'
import { cumprod } from '../../graph/composites/cumprod.ts'
import { runningExtreme } from '../../graph/composites/running-extreme.ts'
import { logSoftmax, softmax } from '../../graph/composites/softmax.ts'
import { wide } from '../../graph/composites/statistics.ts'
import { isFloat } from '../../graph/dtype.ts'
import { resolveAxis } from '../../graph/shape.ts'
import type { Value } from '../../graph/value.ts'
import { preciseIn } from '../autocast.ts'
import { toFloat } from '../operand.ts'
import type { Tensor } from '../tensor.ts'
import { counted, Reductions, type ValuesAndIndices } from './reductions.ts'

/** As many elements as before, each from others along a dimension. A scalar counts as having a dimension 0. */
export abstract class Scans extends Reductions {
  /** Running sum; bool and uint8 are added up as int32. */
  cumsum(dim: number): Tensor {
    return this.make(this.#along('cumsum', dim, build.cumsum, counted(preciseIn(this.value))))
  }

  /** Running product; of bool and uint8 as int32. */
  cumprod(dim: number): Tensor {
    const x = counted(preciseIn(this.value))
    const products = this.#along('cumprod', dim, cumprod, isFloat(x.spec.dtype) ? wide(x) : x)
    return this.makeOwn(build.cast(products, x.spec.dtype))
  }

  /** Largest elements so far, and where they were: of equal ones the last. NaN is largest. */
  cummax(dim: number): ValuesAndIndices {
    return this.#running('cummax', dim, true)
  }

  /** Smallest elements so far, and where they were: of equal ones the last. NaN is smallest. */
  cummin(dim: number): ValuesAndIndices {
    return this.#running('cummin', dim, false)
  }

  /** eˣ / Σ eˣ */
  softmax(dim: number): Tensor {
    return this.make(this.#along('softmax', dim, softmax, preciseIn(toFloat(this.value))))
  }

  /** x − log Σ eˣ */
  logSoftmax(dim: number): Tensor {
    return this.make(this.#along('logSoftmax', dim, logSoftmax, preciseIn(toFloat(this.value))))
  }

  #running(who: string, dim: number, largest: boolean): ValuesAndIndices {
    const index = (x: Value, axis: number) => runningExtreme(x, { axis, largest })
    const indices = this.#along(who, dim, index, this.value)
    const values = this.#along(
      who,
      dim,
      (x, axis) => build.gather(x, build.reshape(indices, x.spec.shape), axis),
      this.value,
    )
    return { values: this.make(values), indices: this.make(indices) }
  }

  /** `f` along `dim`, for a scalar of a vector of it. */
  #along(who: string, dim: number, f: (x: Value, axis: number) => Value, x: Value): Value {
    const { rank, shape } = x.spec
    const axis = resolveAxis(who, dim, Math.max(rank, 1))
    return rank > 0 ? f(x, axis) : build.reshape(f(build.reshape(x, [1]), 0), shape)
  }
}
