import * as build from '../../graph/build.ts'
import { preciseIn } from '../autocast.ts'
import { toFloat } from '../operand.ts'
import type { Tensor } from '../tensor.ts'
import { Elementwise } from './elementwise.ts'

/** Functions of angles in radians and of hyperbolas, and their inverses. Integers are taken as float32. */
export abstract class Trigonometry extends Elementwise {
  sin(): Tensor {
    return this.#of(build.sin)
  }

  cos(): Tensor {
    return this.#of(build.cos)
  }

  tan(): Tensor {
    return this.#precisely(build.tan)
  }

  asin(): Tensor {
    return this.#precisely(build.asin)
  }

  acos(): Tensor {
    return this.#precisely(build.acos)
  }

  atan(): Tensor {
    return this.#of(build.atan)
  }

  sinh(): Tensor {
    return this.#precisely(build.sinh)
  }

  cosh(): Tensor {
    return this.#precisely(build.cosh)
  }

  tanh(): Tensor {
    return this.#of(build.tanh)
  }

  asinh(): Tensor {
    return this.#of(build.asinh)
  }

  acosh(): Tensor {
    return this.#of(build.acosh)
  }

  atanh(): Tensor {
    return this.#of(build.atanh)
  }

  /** sin(πx) / (πx), and 1 at 0. */
  sinc(): Tensor {
    return this.#of((x) => {
      const isZero = build.equal(x, build.literalLike(x, 0))
      const one = build.fullLike(x, 1)
      const angle = build.mul(x, build.literalLike(x, Math.PI))
      const safe = build.where(isZero, one, angle)
      return build.where(isZero, one, build.div(build.sin(safe), safe))
    })
  }

  /** x·π/180 */
  deg2rad(): Tensor {
    return this.#of((x) => build.mul(x, build.literalLike(x, Math.PI / 180)))
  }

  /** x·180/π */
  rad2deg(): Tensor {
    return this.#of((x) => build.mul(x, build.literalLike(x, 180 / Math.PI)))
  }

  /** `op` that autocast computes in float32. */
  #precisely(op: build.Unary): Tensor {
    return this.make(op(preciseIn(toFloat(this.value))))
  }

  #of(op: build.Unary): Tensor {
    return this.make(op(toFloat(this.value)))
  }
}
