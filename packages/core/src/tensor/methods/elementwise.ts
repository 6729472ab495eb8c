import * as build from '../../graph/build.ts'
import { relu } from '../../graph/composites/relu.ts'
import { isFloat } from '../../graph/dtype.ts'
import { toFloat } from '../operand.ts'
import type { Tensor } from '../tensor.ts'
import { Arithmetic } from './arithmetic.ts'

/** Functions of each element. Those of floats take integers as float32. */
export abstract class Elementwise extends Arithmetic {
  neg(): Tensor {
    return this.#unary(build.neg)
  }

  abs(): Tensor {
    return this.#unary(build.abs)
  }

  sign(): Tensor {
    return this.#unary(build.sign)
  }

  exp(): Tensor {
    return this.#ofFloats(build.exp)
  }

  expm1(): Tensor {
    return this.#ofFloats(build.expm1)
  }

  log(): Tensor {
    return this.#ofFloats(build.log)
  }

  log1p(): Tensor {
    return this.#ofFloats(build.log1p)
  }

  sqrt(): Tensor {
    return this.#ofFloats(build.sqrt)
  }

  square(): Tensor {
    return this.mul(this as unknown as Tensor)
  }

  reciprocal(): Tensor {
    const x = toFloat(this.value)
    return this.make(build.div(build.literalLike(x, 1), x))
  }

  sin(): Tensor {
    return this.#ofFloats(build.sin)
  }

  cos(): Tensor {
    return this.#ofFloats(build.cos)
  }

  tan(): Tensor {
    return this.#ofFloats(build.tan)
  }

  tanh(): Tensor {
    return this.#ofFloats(build.tanh)
  }

  sigmoid(): Tensor {
    return this.#ofFloats(build.sigmoid)
  }

  erf(): Tensor {
    return this.#ofFloats(build.erf)
  }

  relu(): Tensor {
    return this.make(relu(this.value))
  }

  floor(): Tensor {
    return this.#ofFloats(build.floor)
  }

  ceil(): Tensor {
    return this.#ofFloats(build.ceil)
  }

  /** To the nearest whole number, ties to even. */
  round(): Tensor {
    return this.#ofFloats(build.round)
  }

  isNan(): Tensor {
    return this.#unary(build.isNan)
  }

  isFinite(): Tensor {
    return this.#unary(build.isFinite)
  }

  #unary(op: build.Unary): Tensor {
    return this.make(op(this.value))
  }

  #ofFloats(op: build.Unary): Tensor {
    return this.make(op(isFloat(this.dtype) ? this.value : build.cast(this.value, 'float32')))
  }
}
