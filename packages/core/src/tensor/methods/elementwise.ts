import { OutOfRangeError } from '../../errors/errors.ts'
import * as build from '../../graph/build.ts'
import { clamp } from '../../graph/composites/clamp.ts'
import { erfc } from '../../graph/composites/erfc.ts'
import { erfinv } from '../../graph/composites/erfinv.ts'
import { logBase } from '../../graph/composites/log-base.ts'
import { logit } from '../../graph/composites/logit.ts'
import { relu } from '../../graph/composites/relu.ts'
import { wide } from '../../graph/composites/statistics.ts'
import { isFloat, isInteger, lowestFinite } from '../../graph/dtype.ts'
import { checkClass } from '../../graph/infer/checks.ts'
import { numberValue } from '../../graph/record.ts'
import type { Value } from '../../graph/value.ts'
import { preciseIn } from '../autocast.ts'
import { requireFloat, toFloat } from '../operand.ts'
import type { Tensor } from '../tensor.ts'
import { Logic } from './logic.ts'

export interface RoundOptions {
  /** Places after the point that stay; negative ones count before it. Default 0. */
  readonly decimals?: number
}

/** What takes the place of what is no finite number. */
export interface NanToNumOptions {
  /** Default 0. */
  readonly nan?: number
  /** Default: the largest finite number of the dtype. */
  readonly posinf?: number
  /** Default: the lowest finite number of the dtype. */
  readonly neginf?: number
}

/** Functions of each element. Those whose results are fractions take integers as float32; rounding leaves integers alone. */
export abstract class Elementwise extends Logic {
  /** Of uint8 and uint32 it wraps around. */
  neg(): Tensor {
    return this.make(build.neg(this.value))
  }

  abs(): Tensor {
    return this.make(build.abs(this.value))
  }

  /** −1, 0 or 1; NaN for NaN. */
  sign(): Tensor {
    return this.dtype === 'bool' ? this.makeOwn(this.value) : this.make(build.sign(this.value))
  }

  square(): Tensor {
    const x = this.dtype === 'bool' ? build.cast(this.value, 'int32') : this.value
    return this.make(build.mul(x, x))
  }

  sqrt(): Tensor {
    return this.#ofFloats(build.sqrt)
  }

  /** 1 / √x */
  rsqrt(): Tensor {
    return this.#precisely((x) => build.div(build.literalLike(x, 1), build.sqrt(x)))
  }

  /** 1 / x */
  reciprocal(): Tensor {
    return this.#precisely((x) => build.div(build.literalLike(x, 1), x))
  }

  exp(): Tensor {
    return this.#precisely(build.exp)
  }

  /** 2^x */
  exp2(): Tensor {
    return this.#ofFloats((x) => build.pow(build.literalLike(x, 2), x))
  }

  /** e^x − 1, accurate near 0. */
  expm1(): Tensor {
    return this.#precisely(build.expm1)
  }

  log(): Tensor {
    return this.#precisely(build.log)
  }

  /** Exact for the whole powers of 2. */
  log2(): Tensor {
    return this.#precisely((x) => logBase(x, 2))
  }

  /** Exact for the whole powers of 10. */
  log10(): Tensor {
    return this.#precisely((x) => logBase(x, 10))
  }

  /** log(1 + x), accurate near 0. */
  log1p(): Tensor {
    return this.#precisely(build.log1p)
  }

  /** 2/√π · ∫₀ˣ e^(−t²) dt */
  erf(): Tensor {
    return this.#ofFloats(build.erf)
  }

  /** 1 − erf(x), accurate where that is nearly 0. */
  erfc(): Tensor {
    return this.#widely(erfc)
  }

  /** The y with erf(y) = x; ±Infinity for ±1, NaN beyond. */
  erfinv(): Tensor {
    return this.#precisely(erfinv)
  }

  /** 1 / (1 + e⁻ˣ) */
  sigmoid(): Tensor {
    return this.#ofFloats(build.sigmoid)
  }

  /**
   * log(x / (1 − x)), the inverse of `sigmoid`.
   *
   * @param eps - limits x to [eps, 1 − eps] first; from 0 to 0.5
   */
  logit(eps?: number): Tensor {
    if (eps !== undefined && !(eps >= 0 && eps <= 0.5)) {
      throw new OutOfRangeError(`logit: eps is from 0 to 0.5, got ${eps}`)
    }
    return this.#widely((x) => {
      const bound = (p: number) => numberValue(p, x.spec.dtype)
      return logit(eps === undefined ? x : clamp(x, bound(eps), bound(1 - eps)))
    })
  }

  /** max(x, 0) */
  relu(): Tensor {
    checkClass('relu', this.value.spec, 'number')
    return this.make(relu(this.value))
  }

  floor(): Tensor {
    return this.#rounded('floor', build.floor)
  }

  ceil(): Tensor {
    return this.#rounded('ceil', build.ceil)
  }

  /** Towards 0. */
  trunc(): Tensor {
    return this.#rounded('trunc', build.trunc)
  }

  /** x − trunc(x), of floats. */
  frac(): Tensor {
    requireFloat('frac', this.value)
    return this.make(build.sub(this.value, build.trunc(this.value)))
  }

  /**
   * To the nearest whole number, or to `decimals` places, ties to even.
   *
   * @throws DTypeError when places of integers are asked for
   */
  round({ decimals = 0 }: RoundOptions = {}): Tensor {
    if (!Number.isInteger(decimals)) throw new OutOfRangeError(`round: decimals are a whole number, got ${decimals}`)
    if (decimals === 0) return this.#rounded('round', build.round)
    requireFloat('round', this.value)
    return this.#widely((x) => {
      const unit = build.literalLike(x, 10 ** Math.abs(decimals))
      return decimals > 0
        ? build.div(build.round(build.mul(x, unit)), unit)
        : build.mul(build.round(build.div(x, unit)), unit)
    })
  }

  isNan(): Tensor {
    return this.make(build.isNan(this.value))
  }

  isFinite(): Tensor {
    return this.make(build.isFinite(this.value))
  }

  isInf(): Tensor {
    return this.make(build.not(build.or(build.isFinite(this.value), build.isNan(this.value))))
  }

  /** Finite numbers in the place of NaN and the infinities; integers as they are. */
  nanToNum({ nan = 0, posinf, neginf }: NanToNumOptions = {}): Tensor {
    const x = this.value
    if (!isFloat(this.dtype)) return this.makeOwn(x)
    const lowest = lowestFinite(this.dtype)
    const number = (value: number) => numberValue(value, this.dtype)
    const above = build.less(build.literalLike(x, -lowest), x)
    const below = build.less(x, build.literalLike(x, lowest))
    const bounded = build.where(above, number(posinf ?? -lowest), build.where(below, number(neginf ?? lowest), x))
    return this.make(build.where(build.isNan(x), number(nan), bounded))
  }

  #ofFloats(op: build.Unary): Tensor {
    return this.make(op(toFloat(this.value)))
  }

  /** `op` of floats that autocast computes in float32. */
  #precisely(op: build.Unary): Tensor {
    return this.#widely(op, preciseIn(toFloat(this.value)))
  }

  /** `op` of floats that takes several operations: half types are computed in float32. */
  #widely(op: build.Unary, x: Value = toFloat(this.value)): Tensor {
    return this.make(build.cast(op(wide(x)), x.spec.dtype))
  }

  #rounded(who: string, op: build.Unary): Tensor {
    if (isInteger(this.dtype)) return this.makeOwn(this.value)
    checkClass(who, this.value.spec, 'number')
    return this.make(op(this.value))
  }
}
