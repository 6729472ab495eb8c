import * as build from '../../graph/build.ts'
import { clamp } from '../../graph/composites/clamp.ts'
import { numberValue } from '../../graph/record.ts'
import { meet, toFloat } from '../operand.ts'
import type { Tensor } from '../tensor.ts'
import { type Operand, valueOf } from './handle.ts'
import { Movement } from './movement.ts'

/** Two operands: they broadcast and are promoted; a number takes the tensor's dtype. Comparisons give bool. */
export abstract class Arithmetic extends Movement {
  add(other: Operand): Tensor {
    return this.#binary('add', build.add, other)
  }

  sub(other: Operand): Tensor {
    return this.#binary('sub', build.sub, other)
  }

  mul(other: Operand): Tensor {
    return this.#binary('mul', build.mul, other)
  }

  /** True division: integers are divided as float32. */
  div(other: Operand): Tensor {
    return this.#binary('div', (x, y) => build.div(toFloat(x), toFloat(y)), other)
  }

  pow(exponent: Operand): Tensor {
    return this.#binary('pow', (x, y) => build.pow(toFloat(x), toFloat(y)), exponent)
  }

  /** Remainder with the sign of the divisor. */
  remainder(other: Operand): Tensor {
    return this.#binary('remainder', build.remainder, other)
  }

  minimum(other: Operand): Tensor {
    return this.#binary('minimum', build.minimum, other)
  }

  maximum(other: Operand): Tensor {
    return this.#binary('maximum', build.maximum, other)
  }

  /** Elements limited to `[min, max]`; either may be left out. An integer tensor takes whole bounds. */
  clamp({ min, max }: { readonly min?: number; readonly max?: number }): Tensor {
    if (min === undefined && max === undefined) return this.view(this.value)
    const bound = (x: number | undefined) => (x === undefined ? undefined : numberValue(x, this.dtype))
    return this.make(clamp(this.value, bound(min), bound(max)))
  }

  eq(other: Operand): Tensor {
    return this.#binary('eq', build.equal, other)
  }

  ne(other: Operand): Tensor {
    return this.#binary('ne', (x, y) => build.not(build.equal(x, y)), other)
  }

  lt(other: Operand): Tensor {
    return this.#binary('lt', build.less, other)
  }

  le(other: Operand): Tensor {
    return this.#binary('le', build.lessEqual, other)
  }

  gt(other: Operand): Tensor {
    return this.#binary('gt', (x, y) => build.less(y, x), other)
  }

  ge(other: Operand): Tensor {
    return this.#binary('ge', (x, y) => build.lessEqual(y, x), other)
  }

  logicalNot(): Tensor {
    return this.make(build.not(build.cast(this.value, 'bool')))
  }

  logicalAnd(other: Tensor): Tensor {
    return this.make(build.and(build.cast(this.value, 'bool'), build.cast(valueOf('logicalAnd', other), 'bool')))
  }

  logicalOr(other: Tensor): Tensor {
    return this.make(build.or(build.cast(this.value, 'bool'), build.cast(valueOf('logicalOr', other), 'bool')))
  }

  #binary(who: string, op: build.Binary, other: Operand): Tensor {
    const operand = typeof other === 'number' ? other : valueOf(who, other, 'a tensor or a number')
    return this.make(op(...meet(this.value, operand)))
  }
}
