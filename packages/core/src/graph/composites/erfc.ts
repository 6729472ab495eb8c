import { add, div, erf, exp, less, literalLike, maximum, minimum, mul, neg, sub, trunc, where } from '../build.ts'
import { defineComposite } from '../composite.ts'
import type { Composite } from '../op.ts'
import type { None } from '../primitives.ts'
import { recordOne } from '../record.ts'
import type { Value } from '../value.ts'
import { rational } from './rational.ts'

/*
 * Minimax rational approximations of W. J. Cody, "Rational Chebyshev approximations for the error function",
 * Mathematics of Computation 23 (1969), with the coefficients of his program CALERF (SPECFUN). Each list begins with
 * the highest power.
 */
const middleNumerator = [
  2.1531153547440383e-8, 0.5641884969886701, 8.883149794388377, 66.11919063714163, 298.6351381974001, 881.952221241769,
  1712.0476126340707, 2051.0783778260716, 1230.3393547979972,
]
const middleDenominator = [
  1, 15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903, 3290.7992357334597,
  4362.619090143247, 3439.3676741437216, 1230.3393548037495,
]
const farNumerator = [
  0.016315387137302097, 0.30532663496123236, 0.36034489994980445, 0.12578172611122926, 0.016083785148742275,
  0.0006587491615298378,
]
const farDenominator = [
  1, 2.568520192289822, 1.8729528499234604, 0.5279051029514285, 0.06051834131244132, 0.0023352049762686918,
]

/** Below it erfc is so large that 1 − erf loses nothing. */
const near = 0.46875
const far = 4
/** Beyond it erfc is 0 in float64. */
const vanishing = 30

/**
 * 1 − erf(x), with all its digits also where that is nearly 0. Needs float32 at least.
 */
export const erfcOp: Composite<None> = defineComposite({
  name: 'erfc',
  infer: (inputs) => [inputs[0]!],
  decompose: ([x]) => {
    const number = (value: number) => literalLike(x!, value)
    const y = minimum(maximum(x!, number(near)), number(vanishing))
    const squared = div(number(1), mul(y, y))
    const correction = mul(squared, rational(squared, farNumerator, farDenominator))
    const beyond = div(sub(number(1 / Math.sqrt(Math.PI)), correction), y)
    const tail = mul(gaussian(y), where(less(number(far), y), beyond, rational(y, middleNumerator, middleDenominator)))
    return [where(less(x!, number(near)), sub(number(1), erf(x!)), tail)]
  },
  // −2/√π · e^(−x²)
  vjp: ({ inputs, cotangents }) => {
    const [x, g] = [inputs[0]!, cotangents[0]!]
    return [mul(g, mul(literalLike(x, -2 / Math.sqrt(Math.PI)), exp(neg(mul(x, x)))))]
  },
})

/** e^(−y²): the head of y has so few digits that its square is exact, which the exponential needs of a large number. */
function gaussian(y: Value): Value {
  const head = mul(trunc(mul(y, literalLike(y, 16))), literalLike(y, 1 / 16))
  const rest = mul(sub(y, head), add(y, head))
  return mul(exp(neg(mul(head, head))), exp(neg(rest)))
}

export function erfc(x: Value): Value {
  return recordOne(erfcOp, [x], {})
}
