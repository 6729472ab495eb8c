import { abs, exp, less, lessEqual, literalLike, log, mul, neg, sign, sqrt, sub, where } from '../build.ts'
import { defineComposite } from '../composite.ts'
import type { Composite } from '../op.ts'
import type { None } from '../primitives.ts'
import { recordOne } from '../record.ts'
import type { Value } from '../value.ts'
import { rational } from './rational.ts'

/*
 * The quantiles of the normal distribution by M. J. Wichura, "Algorithm AS 241: The percentage points of the normal
 * distribution", Applied Statistics 37 (1988), PPND16. Each list begins with the highest power.
 */
const centralNumerator = [
  2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946, 1971.5909503065513,
  133.14166789178438, 3.3871328727963665,
]
const centralDenominator = [
  5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751, 687.1870074920579,
  42.31333070160091, 1,
]
const nearNumerator = [
  0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
  5.769497221460691, 4.630337846156546, 1.4234371107496835,
]
const nearDenominator = [
  1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851,
  1.6763848301838038, 2.053191626637759, 1,
]
const farNumerator = [
  2.0103343992922881e-7, 2.7115555687434876e-5, 0.0012426609473880784, 0.026532189526576124, 0.29656057182850487,
  1.7848265399172913, 5.463784911164114, 6.657904643501103,
]
const farDenominator = [
  2.0442631033899397e-15, 1.421511758316446e-7, 1.8463183175100548e-5, 0.0007868691311456133, 0.014875361290850615,
  0.1369298809227358, 0.599832206555888, 1,
]

/** The x with erf(x) = y; ±Infinity for ±1, NaN beyond. Needs float32 at least. */
export const erfinvOp: Composite<None> = defineComposite({
  name: 'erfinv',
  infer: (inputs) => [inputs[0]!],
  decompose: ([y]) => {
    const number = (value: number) => literalLike(y!, value)
    const half = mul(y!, number(0.5))
    const central = mul(half, rational(sub(number(0.180625), mul(half, half)), centralNumerator, centralDenominator))
    // √−ln p of the probability p of the tail: of ±1 infinite, beyond them NaN.
    const size = abs(y!)
    const r = sqrt(neg(log(mul(sub(number(1), size), number(0.5)))))
    const near = rational(sub(r, number(1.6)), nearNumerator, nearDenominator)
    const far = rational(sub(r, number(5)), farNumerator, farDenominator)
    const tail = where(lessEqual(r, number(5)), near, where(less(size, number(1)), far, r))
    const quantile = where(lessEqual(size, number(0.85)), central, mul(sign(y!), tail))
    return [mul(quantile, number(Math.SQRT1_2))]
  },
  // √π/2 · e^(x²)
  vjp: ({ outputs, cotangents }) => {
    const [x, g] = [outputs[0]!, cotangents[0]!]
    return [mul(g, mul(literalLike(x, Math.sqrt(Math.PI) / 2), exp(mul(x, x))))]
  },
})

export function erfinv(y: Value): Value {
  return recordOne(erfinvOp, [y], {})
}
