import {
  abs,
  add,
  and,
  equal,
  exp,
  fullLike,
  isNan,
  log1p,
  maximum,
  mul,
  neg,
  sigmoid,
  sub,
  sumTo,
  where,
} from '../build.ts'
import { defineComposite } from '../composite.ts'
import type { Composite } from '../op.ts'
import type { None } from '../primitives.ts'
import { recordOne } from '../record.ts'
import type { Value } from '../value.ts'

/** a − b, which is 0 also where both are the same infinity. */
function difference(a: Value, b: Value): Value {
  const d = sub(a, b)
  return where(and(equal(a, b), isNan(d)), fullLike(d, 0), d)
}

/** log(e^a + e^b) as max(a, b) + log(1 + e^−|a − b|), which does not overflow. Broadcasts. Needs float32 at least. */
export const logAddExpOp: Composite<None> = defineComposite({
  name: 'logAddExp',
  decompose: ([a, b]) => [add(maximum(a!, b!), log1p(exp(neg(abs(difference(a!, b!))))))],
  // σ(a − b) and σ(b − a)
  vjp: ({ inputs, cotangents, needs }) => {
    const [a, b, g] = [inputs[0]!, inputs[1]!, cotangents[0]!]
    const d = difference(a, b)
    return [
      needs(0) ? sumTo(mul(g, sigmoid(d)), a.spec.shape) : null,
      needs(1) ? sumTo(mul(g, sigmoid(neg(d))), b.spec.shape) : null,
    ]
  },
})

export function logAddExp(a: Value, b: Value): Value {
  return recordOne(logAddExpOp, [a, b], {})
}
