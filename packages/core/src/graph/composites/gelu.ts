import { add, erf, exp, literalLike, mul, sub, tanh } from '../build.ts'
import { defineComposite } from '../composite.ts'
import type { Composite } from '../op.ts'
import { recordOne } from '../record.ts'
import type { Value } from '../value.ts'

export interface GeluAttributes {
  /** `tanh`: the approximation 0.5·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))). */
  readonly approximate: 'none' | 'tanh'
}

const scale = (x: Value, by: number): Value => mul(x, literalLike(x, by))
const onePlus = (x: Value): Value => add(x, literalLike(x, 1))

/** √(2/π)·(x + 0.044715·x³) */
function inner(x: Value): Value {
  return scale(mul(x, onePlus(scale(mul(x, x), 0.044715))), Math.sqrt(2 / Math.PI))
}

/** GELU(x) = x·Φ(x), with Φ the standard normal distribution function (Hendrycks and Gimpel 2016). */
export const geluOp: Composite<GeluAttributes> = defineComposite({
  name: 'gelu',
  infer: (inputs) => [inputs[0]!],
  decompose: ([x], { approximate }) => {
    const twoPhi = approximate === 'tanh' ? onePlus(tanh(inner(x!))) : onePlus(erf(scale(x!, Math.SQRT1_2)))
    return [mul(scale(x!, 0.5), twoPhi)]
  },
  vjp: ({ inputs, cotangents, attributes: { approximate } }) => {
    const [x, g] = [inputs[0]!, cotangents[0]!]
    return [mul(g, approximate === 'tanh' ? tanhDerivative(x) : exactDerivative(x))]
  },
})

/** Φ(x) + x·φ(x) */
function exactDerivative(x: Value): Value {
  const distribution = scale(onePlus(erf(scale(x, Math.SQRT1_2))), 0.5)
  const density = scale(exp(scale(mul(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI))
  return add(distribution, mul(x, density))
}

function tanhDerivative(x: Value): Value {
  const t = tanh(inner(x))
  const slope = scale(onePlus(scale(mul(x, x), 3 * 0.044715)), Math.sqrt(2 / Math.PI))
  const sech2 = sub(literalLike(x, 1), mul(t, t))
  return scale(add(onePlus(t), mul(x, mul(sech2, slope))), 0.5)
}

export function gelu(x: Value, approximate: GeluAttributes['approximate']): Value {
  return recordOne(geluOp, [x], { approximate })
}
