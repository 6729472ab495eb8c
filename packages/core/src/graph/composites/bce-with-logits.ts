import { abs, add, exp, literalLike, log1p, maximum, mul, neg, sigmoid, sub } from '../build.ts'
import { defineComposite } from '../composite.ts'
import type { Composite } from '../op.ts'
import type { None } from '../primitives.ts'
import { recordOne } from '../record.ts'
import type { Value } from '../value.ts'

/**
 * −y·log σ(x) − (1 − y)·log(1 − σ(x)) of each element, as max(x, 0) − x·y + log(1 + e^−|x|), which does not overflow.
 * `x` and `y` have one shape.
 */
export const bceWithLogitsOp: Composite<None> = defineComposite({
  name: 'bceWithLogits',
  infer: (inputs) => [inputs[0]!],
  decompose: ([x, y]) => {
    const hinge = sub(maximum(x!, literalLike(x!, 0)), mul(x!, y!))
    return [add(hinge, log1p(exp(neg(abs(x!)))))]
  },
  vjp: ({ inputs, cotangents, needs }) => {
    const [x, y] = [inputs[0]!, inputs[1]!]
    const g = cotangents[0]!
    return [needs(0) ? mul(g, sub(sigmoid(x), y)) : null, needs(1) ? neg(mul(g, x)) : null]
  },
})

export function bceWithLogitsLoss(x: Value, y: Value): Value {
  return recordOne(bceWithLogitsOp, [x, y], {})
}
