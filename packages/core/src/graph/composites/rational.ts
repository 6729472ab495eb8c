import { add, div, literalLike, mul } from '../build.ts'
import type { Value } from '../value.ts'

/** The polynomial with these coefficients, the highest power first, by Horner's rule. */
function polynomial(x: Value, coefficients: readonly number[]): Value {
  const [highest, ...rest] = coefficients.map((coefficient) => literalLike(x, coefficient))
  return rest.reduce((sum, coefficient) => add(mul(sum, x), coefficient), highest!)
}

/** One polynomial over another, coefficients with the highest power first. */
export function rational(x: Value, numerator: readonly number[], denominator: readonly number[]): Value {
  return div(polynomial(x, numerator), polynomial(x, denominator))
}
