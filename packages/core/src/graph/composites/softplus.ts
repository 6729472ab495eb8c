import {
  abs,
  add,
  div,
  exp,
  less,
  literalLike,
  log1p,
  maximum,
  minimum,
  mul,
  neg,
  sigmoid,
  sub,
  where,
} from '../build.ts'
import { defineComposite } from '../composite.ts'
import type { Composite } from '../op.ts'
import type { None } from '../primitives.ts'
import { recordOne } from '../record.ts'
import type { Value } from '../value.ts'

export interface SoftplusAttributes {
  /** > 0 */
  readonly beta: number
  /** Above it β·x counts as log(1 + e^(β·x)). */
  readonly threshold: number
}

/** log(1 + e^−|x|) */
function tail(x: Value): Value {
  return log1p(exp(neg(abs(x))))
}

/** log(1 + e^(β·x)) / β, computed as (max(β·x, 0) + log(1 + e^−|β·x|)) / β, which does not overflow. */
export const softplusOp: Composite<SoftplusAttributes> = defineComposite({
  name: 'softplus',
  infer: (inputs) => [inputs[0]!],
  decompose: ([x], { beta, threshold }) => {
    const b = literalLike(x!, beta)
    const z = mul(x!, b)
    const soft = div(add(maximum(z, literalLike(z, 0)), tail(z)), b)
    return [where(less(literalLike(z, threshold), z), x!, soft)]
  },
  vjp: ({ inputs, cotangents, attributes: { beta, threshold } }) => {
    const [x, g] = [inputs[0]!, cotangents[0]!]
    const z = mul(x, literalLike(x, beta))
    return [where(less(literalLike(z, threshold), z), g, mul(g, sigmoid(z)))]
  },
})

export function softplus(x: Value, { beta, threshold }: SoftplusAttributes): Value {
  return recordOne(softplusOp, [x], { beta, threshold })
}

/** log σ(x), computed as min(x, 0) − log(1 + e^−|x|), which does not overflow. */
export const logSigmoidOp: Composite<None> = defineComposite({
  name: 'logSigmoid',
  infer: (inputs) => [inputs[0]!],
  decompose: ([x]) => [sub(minimum(x!, literalLike(x!, 0)), tail(x!))],
  vjp: ({ inputs, cotangents }) => [mul(cotangents[0]!, sigmoid(neg(inputs[0]!)))],
})

export function logSigmoid(x: Value): Value {
  return recordOne(logSigmoidOp, [x], {})
}
