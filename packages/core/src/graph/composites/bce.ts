import { add, div, literalLike, log, log1p, maximum, mul, neg, sub } from '../build.ts'
import { defineComposite } from '../composite.ts'
import type { Composite } from '../op.ts'
import type { None } from '../primitives.ts'
import { recordOne } from '../record.ts'
import type { Value } from '../value.ts'

/** As PyTorch bounds logarithms: what is certain and wrong costs 100, not ∞. */
const leastLog = -100
/** Bounds the divisor p·(1 − p) of the gradient, likewise. */
const leastVariance = 1e-12

function bounded(logarithm: Value): Value {
  return maximum(logarithm, literalLike(logarithm, leastLog))
}

/** −y·log p − (1 − y)·log(1 − p) of each element, logarithms being −100 at least. `p` and `y` have one shape. */
export const bceOp: Composite<None> = defineComposite({
  name: 'bce',
  infer: (inputs) => [inputs[0]!],
  decompose: ([p, y]) => {
    const one = literalLike(y!, 1)
    return [neg(add(mul(y!, bounded(log(p!))), mul(sub(one, y!), bounded(log1p(neg(p!))))))]
  },
  vjp: ({ inputs, cotangents, needs }) => {
    const [p, y] = [inputs[0]!, inputs[1]!]
    const g = cotangents[0]!
    const ofInput = () => {
      const variance = mul(p, sub(literalLike(p, 1), p))
      return mul(g, div(sub(p, y), maximum(variance, literalLike(p, leastVariance))))
    }
    const ofTarget = () => mul(g, sub(bounded(log1p(neg(p))), bounded(log(p))))
    return [needs(0) ? ofInput() : null, needs(1) ? ofTarget() : null]
  },
})

export function bceLoss(p: Value, y: Value): Value {
  return recordOne(bceOp, [p, y], {})
}
