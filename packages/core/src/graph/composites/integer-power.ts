import { abs, and, equal, fullLike, less, literalLike, mul, shiftRight, where } from '../build.ts'
import { defineComposite } from '../composite.ts'
import { bytesPerElement } from '../dtype.ts'
import { inferBinary } from '../infer/elementwise.ts'
import type { Composite } from '../op.ts'
import type { None } from '../primitives.ts'
import { recordOne } from '../record.ts'
import type { Value } from '../value.ts'

const inferIntegers = inferBinary('integer')

/**
 * x^n of integers by repeated squaring, which wraps as their product does; to a negative power 1 and −1 stay what they
 * are up to sign, and all else is 0. Broadcasts.
 */
export const integerPowerOp: Composite<None> = defineComposite({
  name: 'integerPower',
  infer: (inputs, attributes) => inferIntegers('pow', inputs, attributes),
  decompose: ([x, n]) => {
    const one = literalLike(x!, 1)
    const zero = literalLike(x!, 0)
    let power = one
    let square = x!
    let rest = n!
    for (let bit = 0; bit < 8 * bytesPerElement(x!.spec.dtype); bit++) {
      power = where(equal(and(rest, one), one), mul(power, square), power)
      square = mul(square, square)
      rest = shiftRight(rest, one)
    }
    // The bits of a negative exponent are those of one that is even or odd like it: ±1 comes out right.
    const hasReciprocal = equal(abs(x!), one)
    return [where(less(n!, zero), where(hasReciprocal, power, zero), power)]
  },
})

/** xⁿ for a whole n ≥ 0, by repeated squaring. */
export function wholePower(x: Value, n: number): Value {
  if (n === 0) return fullLike(x, 1)
  if (n === 1) return x
  const half = wholePower(x, Math.floor(n / 2))
  const square = mul(half, half)
  return n % 2 === 0 ? square : mul(square, x)
}

export function integerPower(x: Value, n: Value): Value {
  return recordOne(integerPowerOp, [x, n], {})
}
