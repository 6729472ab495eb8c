import { OutOfRangeError } from '../../errors/errors.ts'
import * as build from '../../graph/build.ts'
import { wide } from '../../graph/composites/statistics.ts'
import { bytesPerElement } from '../../graph/dtype.ts'
import { checkClass } from '../../graph/infer/checks.ts'
import { numberValue } from '../../graph/record.ts'
import { sameShape } from '../../graph/shape.ts'
import type { Value } from '../../graph/value.ts'
import { meet } from '../operand.ts'
import type { Tensor } from '../tensor.ts'
import { Arithmetic } from './arithmetic.ts'
import { type Operand, valueOf } from './handle.ts'
import { exactOperandsOf, floatOperandsOf, operandsOf } from './operands.ts'

/** How near is close: |x − y| ≤ atol + rtol·|y|. */
export interface CloseOptions {
  /** Relative to the other tensor. Default 1e-5. */
  readonly rtol?: number
  /** Default 1e-8. */
  readonly atol?: number
  /** Whether NaN is close to NaN. Default false. */
  readonly equalNan?: boolean
}

/** Comparisons, which give bool; logic, for which all but 0 is true; and bits of integers. */
export abstract class Logic extends Arithmetic {
  eq(other: Operand): Tensor {
    return this.make(build.equal(...exactOperandsOf('eq', this.value, other)))
  }

  ne(other: Operand): Tensor {
    return this.make(build.not(build.equal(...exactOperandsOf('ne', this.value, other))))
  }

  lt(other: Operand): Tensor {
    return this.make(build.less(...exactOperandsOf('lt', this.value, other)))
  }

  le(other: Operand): Tensor {
    return this.make(build.lessEqual(...exactOperandsOf('le', this.value, other)))
  }

  gt(other: Operand): Tensor {
    const [x, y] = exactOperandsOf('gt', this.value, other)
    return this.make(build.less(y, x))
  }

  ge(other: Operand): Tensor {
    const [x, y] = exactOperandsOf('ge', this.value, other)
    return this.make(build.lessEqual(y, x))
  }

  /** Whether |x − y| ≤ atol + rtol·|y|; an infinity is close to itself. */
  isClose(other: Operand, options: CloseOptions = {}): Tensor {
    return this.make(this.#closeness('isClose', other, options))
  }

  /** Whether all elements are close, as `isClose` has it. Reads the tensor. */
  async allClose(other: Operand, options: CloseOptions = {}): Promise<boolean> {
    return this.#holds(this.#closeness('allClose', other, options))
  }

  /** Whether `other` has the same shape and the same numbers, whatever the dtypes. Reads the tensor. */
  async equal(other: Tensor): Promise<boolean> {
    const [x, y] = meet(this.value, valueOf('equal', other)) as [Value, Value]
    return sameShape(x.spec.shape, y.spec.shape) && this.#holds(build.equal(x, y))
  }

  logicalNot(): Tensor {
    return this.make(build.not(build.cast(this.value, 'bool')))
  }

  logicalAnd(other: Tensor): Tensor {
    return this.#logical('logicalAnd', build.and, other)
  }

  logicalOr(other: Tensor): Tensor {
    return this.#logical('logicalOr', build.or, other)
  }

  logicalXor(other: Tensor): Tensor {
    return this.#logical('logicalXor', build.xor, other)
  }

  bitwiseNot(): Tensor {
    checkClass('bitwiseNot', this.value.spec, 'bits')
    return this.make(build.not(this.value))
  }

  bitwiseAnd(other: Operand): Tensor {
    return this.#bitwise('bitwiseAnd', build.and, other)
  }

  bitwiseOr(other: Operand): Tensor {
    return this.#bitwise('bitwiseOr', build.or, other)
  }

  bitwiseXor(other: Operand): Tensor {
    return this.#bitwise('bitwiseXor', build.xor, other)
  }

  /** x·2ⁿ without the bits that leave at the top; 0 for a count that is negative or not less than the number of bits. */
  bitwiseLeftShift(counts: Operand): Tensor {
    const [x, n] = exactOperandsOf('bitwiseLeftShift', this.value, counts)
    checkClass('bitwiseLeftShift', x.spec, 'integer')
    return this.make(build.where(isCount(n), build.shiftLeft(x, n), build.literalLike(x, 0)))
  }

  /** ⌊x / 2ⁿ⌋; for a count that is negative or not less than the number of bits −1 of what is negative, else 0. */
  bitwiseRightShift(counts: Operand): Tensor {
    const [x, n] = exactOperandsOf('bitwiseRightShift', this.value, counts)
    checkClass('bitwiseRightShift', x.spec, 'integer')
    const sign = build.neg(build.cast(build.less(x, build.literalLike(x, 0)), x.spec.dtype))
    return this.make(build.where(isCount(n), build.shiftRight(x, n), sign))
  }

  #closeness(who: string, other: Operand, { rtol = 1e-5, atol = 1e-8, equalNan = false }: CloseOptions): Value {
    for (const [name, bound] of Object.entries({ rtol, atol })) {
      if (!(bound >= 0)) throw new OutOfRangeError(`${who}: ${name} is a number ≥ 0, got ${bound}`)
    }
    const [x, y] = floatOperandsOf(who, this.value, other).map(wide) as [Value, Value]
    const error = build.abs(build.sub(x, y))
    const number = (value: number) => numberValue(value, y.spec.dtype)
    const allowed = build.add(build.abs(build.mul(number(rtol), y)), number(atol))
    const near = build.and(build.isFinite(error), build.lessEqual(error, allowed))
    const close = build.or(build.equal(x, y), near)
    return equalNan ? build.or(close, build.and(build.isNan(x), build.isNan(y))) : close
  }

  /** Whether a bool tensor is true everywhere. */
  async #holds(bits: Value): Promise<boolean> {
    if (bits.spec.size === 0) return true
    const axes = bits.spec.shape.map((_, i) => i)
    return (await this.make(build.min(bits, axes)).item()) === 1
  }

  #logical(who: string, op: build.Binary, other: Tensor): Tensor {
    const y = this.make(build.cast(valueOf(who, other), 'bool'))
    return this.make(op(...operandsOf(who, build.cast(this.value, 'bool'), y)))
  }

  #bitwise(who: string, op: build.Binary, other: Operand): Tensor {
    const [x, y] = operandsOf(who, this.value, other)
    checkClass(who, x.spec, 'bits')
    return this.make(op(x, y))
  }
}

/** Whether a shift count is one: shifts take it modulo 32. */
function isCount(n: Value): Value {
  const bits = 8 * bytesPerElement(n.spec.dtype)
  return build.and(build.lessEqual(build.literalLike(n, 0), n), build.less(n, build.literalLike(n, bits)))
}
