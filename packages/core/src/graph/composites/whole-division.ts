import {
  abs,
  add,
  and,
  cast,
  div,
  equal,
  floorDivide,
  less,
  literalLike,
  mul,
  neg,
  not,
  remainder,
  round,
  sign,
  sub,
  sumTo,
  trunc,
  where,
  xor,
} from '../build.ts'
import { defineComposite } from '../composite.ts'
import { isFloat } from '../dtype.ts'
import type { Composite } from '../op.ts'
import type { None } from '../primitives.ts'
import { recordOne } from '../record.ts'
import type { Value } from '../value.ts'

/** C's remainder of floats, a − b·trunc(a/b), with the sign of `a`; NaN where `b` is 0. Broadcasts. */
export const fmodOp: Composite<None> = defineComposite({
  name: 'fmod',
  decompose: ([a, b]) => [mul(sign(a!), remainder(abs(a!), abs(b!)))],
  vjp: ({ inputs, outputs, cotangents, needs }) => {
    const [a, b, g] = [inputs[0]!, inputs[1]!, cotangents[0]!]
    const quotient = () => div(sub(a, outputs[0]!), b)
    return [needs(0) ? sumTo(g, a.spec.shape) : null, needs(1) ? sumTo(neg(mul(g, quotient())), b.spec.shape) : null]
  },
})

/**
 * ⌊a/b⌋ of floats, from the exact remainder: 1 / 0.1 is 10 after rounding, but 0.1 as a float goes only 9 times into 1.
 * Where `b` is 0, a/b. Broadcasts; its gradient is 0.
 */
export const floorQuotientOp: Composite<None> = defineComposite({
  name: 'floorQuotient',
  decompose: ([a, b]) => {
    const zero = literalLike(a!, 0)
    const rest = fmod(a!, b!)
    const quotient = round(div(sub(a!, rest), b!))
    const down = and(not(equal(rest, zero)), xor(less(rest, zero), less(b!, zero)))
    return [where(equal(b!, zero), div(a!, b!), sub(quotient, cast(down, quotient.spec.dtype)))]
  },
  vjp: ({ inputs }) => inputs.map(() => null),
})

/** Whether a remainder with the sign of the divisor stands where one with the sign of `a` would be another. */
function hasOtherSign(rest: Value, a: Value): Value {
  const zero = literalLike(a, 0)
  return and(not(equal(rest, zero)), xor(less(rest, zero), less(a, zero)))
}

/** Remainder with the sign of `a`; where `b` is 0, NaN of floats and 0 of integers. */
export function fmod(a: Value, b: Value): Value {
  if (isFloat(a.spec.dtype)) return recordOne(fmodOp, [a, b], {})
  const rest = remainder(a, b)
  return where(hasOtherSign(rest, a), sub(rest, b), rest)
}

/** a/b rounded towards −∞; where `b` is 0, a/b of floats and 0 of integers. */
export function divideFloor(a: Value, b: Value): Value {
  return isFloat(a.spec.dtype) ? recordOne(floorQuotientOp, [a, b], {}) : floorDivide(a, b)
}

/** a/b rounded towards 0; where `b` is 0, a/b of floats and 0 of integers. */
export function divideTrunc(a: Value, b: Value): Value {
  if (isFloat(a.spec.dtype)) return trunc(div(a, b))
  const quotient = floorDivide(a, b)
  return add(quotient, cast(hasOtherSign(remainder(a, b), a), quotient.spec.dtype))
}
