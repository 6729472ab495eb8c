import { DTypeError, OutOfRangeError } from '../../errors/errors.ts'
import * as build from '../../graph/build.ts'
import { clamp } from '../../graph/composites/clamp.ts'
import { hypot } from '../../graph/composites/hypot.ts'
import { integerPower, wholePower } from '../../graph/composites/integer-power.ts'
import { logAddExp } from '../../graph/composites/log-add-exp.ts'
import { wide } from '../../graph/composites/statistics.ts'
import { divideFloor, divideTrunc, fmod } from '../../graph/composites/whole-division.ts'
import { bytesPerElement, isFloat } from '../../graph/dtype.ts'
import { broadcast, checkClass } from '../../graph/infer/checks.ts'
import { numberValue } from '../../graph/record.ts'
import { specOf } from '../../graph/spec.ts'
import type { Value } from '../../graph/value.ts'
import { preciseIn } from '../autocast.ts'
import { meetAll, toFloat } from '../operand.ts'
import type { Tensor } from '../tensor.ts'
import { type Operand, valueOf } from './handle.ts'
import { Movement } from './movement.ts'
import { checkInRange, exactOperandsOf, floatOperandsOf, operandOf, operandsOf } from './operands.ts'

export interface AlphaOptions {
  /** What the other operand is multiplied by; whole for integers. Default 1. */
  readonly alpha?: number
}

export interface DivOptions {
  /** Towards 0 or towards −∞, in the dtype of the operands. Default: true division, of integers as float32. */
  readonly roundingMode?: 'trunc' | 'floor'
}

export interface AddProductOptions {
  /** What the product or quotient is multiplied by; whole for integers. Default 1. */
  readonly value?: number
}

/** Bounds are numbers, or tensors that broadcast; either may be left out, not both. */
export interface ClampOptions {
  readonly min?: Operand
  readonly max?: Operand
}

/**
 * Several operands: they broadcast and are promoted; a number takes the tensor's dtype, unless it is a fraction and the
 * tensor of integers, which gives float32.
 */
export abstract class Arithmetic extends Movement {
  /** x + alpha·y; of bool: or. */
  add(other: Operand, { alpha = 1 }: AlphaOptions = {}): Tensor {
    const [x, y] = operandsOf('add', this.value, other)
    if (alpha !== 1) return this.#widely((a, b) => build.add(a, scaled('add', b, alpha)), [x, y])
    if (isHalfBeside(x, other)) return this.#besideNumber(build.add, other)
    return this.make(x.spec.dtype === 'bool' ? build.or(x, y) : build.add(x, y))
  }

  /** x − alpha·y */
  sub(other: Operand, { alpha = 1 }: AlphaOptions = {}): Tensor {
    const [x, y] = operandsOf('sub', this.value, other)
    if (alpha !== 1) return this.#widely((a, b) => build.sub(a, scaled('sub', b, alpha)), [x, y])
    if (isHalfBeside(x, other)) return this.#besideNumber(build.sub, other)
    return this.make(build.sub(x, y))
  }

  /** x·y; of bool: and. */
  mul(other: Operand): Tensor {
    const [x, y] = operandsOf('mul', this.value, other)
    if (isHalfBeside(x, other)) return this.#besideNumber(build.mul, other)
    return this.make(x.spec.dtype === 'bool' ? build.and(x, y) : build.mul(x, y))
  }

  /** x / y; rounded, an integer by 0 is 0. The gradient of a rounded quotient is 0. */
  div(other: Operand, { roundingMode }: DivOptions = {}): Tensor {
    if (roundingMode === undefined) {
      if (isHalfBeside(this.value, other)) return this.#besideNumber(build.div, other)
      return this.make(build.div(...floatOperandsOf('div', this.value, other)))
    }
    const [x, y] = exactOperandsOf('div', this.value, other)
    const divide = roundings[roundingMode]
    if (divide === undefined) {
      throw new OutOfRangeError(`div: roundingMode is 'trunc' or 'floor', got ${JSON.stringify(roundingMode)}`)
    }
    checkClass('div', x.spec, 'number')
    return this.make(divide(x, y))
  }

  /** ⌊x / y⌋: `div` with the rounding mode 'floor'. */
  floorDivide(other: Operand): Tensor {
    const [x, y] = exactOperandsOf('floorDivide', this.value, other)
    checkClass('floorDivide', x.spec, 'number')
    return this.make(divideFloor(x, y))
  }

  /** Remainder with the sign of the divisor, as Python's %; by 0, NaN of floats and 0 of integers. */
  remainder(other: Operand): Tensor {
    return this.make(build.remainder(...exactOperandsOf('remainder', this.value, other)))
  }

  /** Remainder with the sign of the dividend, as JavaScript's %; by 0, NaN of floats and 0 of integers. */
  fmod(other: Operand): Tensor {
    const [x, y] = exactOperandsOf('fmod', this.value, other)
    checkClass('fmod', x.spec, 'number')
    return this.make(fmod(x, y))
  }

  /**
   * x^y. Integers to whole powers stay integers and wrap; among tensors of integers a negative power of anything but ±1 is 0.
   *
   * @throws OutOfRangeError for integers and a negative whole number
   */
  pow(exponent: Operand): Tensor {
    const [x, y] = operandsOf('pow', preciseIn(this.value), exponent)
    if (isFloat(x.spec.dtype)) return this.make(build.pow(x, y))
    if (typeof exponent !== 'number') return this.make(integerPower(x, y))
    if (exponent < 0) {
      throw new OutOfRangeError(
        `pow: integers have no negative powers, got ${exponent}; cast the tensor first, to('float32')`,
      )
    }
    return this.makeOwn(wholePower(x, exponent))
  }

  /** The smaller of two elements; NaN if either is. Equal ones share the gradient. */
  minimum(other: Operand): Tensor {
    return this.make(build.minimum(...exactOperandsOf('minimum', this.value, other)))
  }

  /** The larger of two elements; NaN if either is. Equal ones share the gradient. */
  maximum(other: Operand): Tensor {
    return this.make(build.maximum(...exactOperandsOf('maximum', this.value, other)))
  }

  /** The smaller of two elements, or the one that is not NaN. Of equal ones this tensor's gets the gradient. */
  fmin(other: Operand): Tensor {
    const [x, y] = exactOperandsOf('fmin', this.value, other)
    return this.make(build.where(build.or(build.lessEqual(x, y), build.isNan(y)), x, y))
  }

  /** The larger of two elements, or the one that is not NaN. Of equal ones this tensor's gets the gradient. */
  fmax(other: Operand): Tensor {
    const [x, y] = exactOperandsOf('fmax', this.value, other)
    return this.make(build.where(build.or(build.lessEqual(y, x), build.isNan(y)), x, y))
  }

  /** The angle of the point (other, this) in (−π, π]. */
  atan2(other: Operand): Tensor {
    return this.make(build.atan2(...floatOperandsOf('atan2', this.value, other)))
  }

  /** √(x² + y²), without overflow on the way. */
  hypot(other: Operand): Tensor {
    return this.#widely(hypot, floatOperandsOf('hypot', this.value, other))
  }

  /** log(e^x + e^y), without overflow on the way. */
  logaddexp(other: Operand): Tensor {
    return this.#widely(logAddExp, floatOperandsOf('logaddexp', this.value, other))
  }

  /** The size of x with the sign of y, of −0 and −∞ too. */
  copysign(other: Operand): Tensor {
    const [x, y] = floatOperandsOf('copysign', this.value, other)
    const [zero, one] = [build.literalLike(y, 0), build.literalLike(y, 1)]
    const negative = build.or(build.less(y, zero), build.less(build.div(one, y), zero))
    const size = build.abs(x)
    return this.make(build.where(negative, build.neg(size), size))
  }

  /** x + weight·(end − x), exact at both ends. */
  lerp(end: Tensor, weight: Operand): Tensor {
    const tensors = [this.value, valueOf('lerp', end), operandOf('lerp', weight)].filter((x) => typeof x !== 'number')
    const operands = meetAll(tensors).map(toFloat)
    checkBroadcast('lerp', operands)
    return this.#widely((x, y, w = numberValue(weight as number, x.spec.dtype)) => {
      const distance = build.sub(y!, x)
      const fromEnd = build.sub(y!, build.mul(distance, build.sub(build.literalLike(w, 1), w)))
      const isNear = build.less(build.abs(w), build.literalLike(w, 0.5))
      return build.where(isNear, build.add(x, build.mul(w, distance)), fromEnd)
    }, operands)
  }

  /** x + value·a·b */
  addcmul(a: Tensor, b: Tensor, { value = 1 }: AddProductOptions = {}): Tensor {
    const operands = meetAll([this.value, valueOf('addcmul', a), valueOf('addcmul', b)])
    checkBroadcast('addcmul', operands)
    checkClass('addcmul', operands[0]!.spec, 'number')
    return this.#widely((x, a, b) => build.add(x, build.mul(scaled('addcmul', a!, value, 'value'), b!)), operands)
  }

  /** x + value·a / b; integers are divided as float32. */
  addcdiv(a: Tensor, b: Tensor, { value = 1 }: AddProductOptions = {}): Tensor {
    const operands = meetAll([this.value, valueOf('addcdiv', a), valueOf('addcdiv', b)]).map(toFloat)
    checkBroadcast('addcdiv', operands)
    return this.#widely((x, a, b) => build.add(x, build.div(scaled('addcdiv', a!, value, 'value'), b!)), operands)
  }

  /**
   * Elements limited to `[min, max]`; where min > max, they are max. The gradient at a bound that is a number is 1, and a
   * bound that is a tensor gets that of what it replaced.
   *
   * @throws OutOfRangeError when neither is given
   */
  clamp({ min, max }: ClampOptions = {}): Tensor {
    return this.#clamp('clamp', min, max)
  }

  /** Elements below `min` raised to it. */
  clampMin(min: Operand): Tensor {
    return this.#clamp('clampMin', min, undefined)
  }

  /** Elements above `max` lowered to it. */
  clampMax(max: Operand): Tensor {
    return this.#clamp('clampMax', undefined, max)
  }

  #clamp(who: string, min: Operand | undefined, max: Operand | undefined): Tensor {
    if (min === undefined && max === undefined) {
      throw new OutOfRangeError(`${who}: needs a bound, got neither min nor max; write ${who}({ min: 0 })`)
    }
    const bounds = [min, max].flatMap((bound) => (bound === undefined ? [] : [operandOf(who, bound)]))
    const [x, ...met] = meetAll([this.value, ...bounds])
    const { dtype } = x!.spec
    for (const bound of bounds) if (typeof bound === 'number') checkInRange(who, bound, dtype)
    const [low, high] = [min === undefined ? undefined : met[0], max === undefined ? undefined : met.at(-1)]
    if (bounds.every((bound) => typeof bound === 'number')) return this.make(clamp(x!, low, high))
    checkBroadcast(who, [x!, ...met])
    const raised = low === undefined ? x! : replaced(x!, low, build.less(x!, low))
    return this.make(high === undefined ? raised : replaced(raised, high, build.less(high, raised)))
  }

  /** `f` of a half type and a number, which is not rounded to the half type first. */
  #besideNumber(f: (x: Value, y: Value) => Value, other: number): Tensor {
    return this.make(build.cast(f(wide(this.value), numberValue(other)), this.dtype))
  }

  /** `f` of operands of one dtype; half types are computed in float32 and rounded once. */
  #widely(f: (x: Value, ...others: Value[]) => Value, operands: readonly Value[]): Tensor {
    const { dtype } = operands[0]!.spec
    const [x, ...others] = isFloat(dtype) ? operands.map(wide) : operands
    return this.make(build.cast(f(x!, ...others), dtype))
  }
}

const roundings = { trunc: divideTrunc, floor: divideFloor } as const

function isHalfBeside(x: Value, other: Operand): other is number {
  return typeof other === 'number' && isFloat(x.spec.dtype) && bytesPerElement(x.spec.dtype) === 2
}

/** `y` times a factor of the user's. @throws DTypeError when integers would have to be multiplied by a fraction */
function scaled(who: string, y: Value, by: number, name = 'alpha'): Value {
  if (by === 1) return y
  if (typeof by !== 'number') throw new TypeError(`${who}: ${name} is a number, got ${typeof by}`)
  if (!isFloat(y.spec.dtype) && !Number.isInteger(by)) {
    throw new DTypeError(`${who}: of integers ${name} is whole, got ${by}; cast the tensor first, to('float32')`)
  }
  checkClass(who, y.spec, 'number')
  return build.mul(y, numberValue(by, y.spec.dtype))
}

/** `bound` where `beyond`, or where it is NaN. */
function replaced(x: Value, bound: Value, beyond: Value): Value {
  return build.where(build.or(beyond, build.isNan(bound)), bound, x)
}

/** @throws ShapeError when operands do not broadcast */
function checkBroadcast(who: string, operands: readonly Value[]): void {
  operands.map(({ spec }) => spec).reduce((met, spec) => specOf(spec.dtype, broadcast(who, met, spec)))
}
