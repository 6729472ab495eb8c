import { add, div, literalLike, log, maximum, mul, neg, sub, sumTo } from '../build.ts'
import { defineComposite } from '../composite.ts'
import type { Composite } from '../op.ts'
import type { None } from '../primitives.ts'
import { recordOne } from '../record.ts'
import type { Value } from '../value.ts'

/**
 * ½·(log v + (x − y)²/v) with v = max(var, eps); inputs `[x, y, var, eps]`, of which `var` broadcasts to the others. As in
 * PyTorch, the variance has its gradient also where it is below `eps`: it can come back.
 */
export const gaussianNllOp: Composite<None> = defineComposite({
  name: 'gaussianNll',
  infer: (inputs) => [inputs[0]!],
  decompose: ([x, y, variance, eps]) => {
    const v = maximum(variance!, eps!)
    const difference = sub(x!, y!)
    return [mul(literalLike(v, 0.5), add(div(mul(difference, difference), v), log(v)))]
  },
  vjp: ({ inputs, cotangents, needs }) => {
    const [x, y, variance, eps] = inputs as [Value, Value, Value, Value]
    const v = maximum(variance, eps)
    const difference = sub(x, y)
    const slope = mul(cotangents[0]!, div(difference, v))
    const ofVariance = () => {
      const squared = mul(slope, div(difference, v))
      return mul(literalLike(v, 0.5), sub(div(cotangents[0]!, v), squared))
    }
    return [
      needs(0) ? slope : null,
      needs(1) ? neg(slope) : null,
      needs(2) ? sumTo(ofVariance(), variance.spec.shape) : null,
      null,
    ]
  },
})

/** @param eps - 0-d, of the dtype of all */
export function gaussianNllLoss(x: Value, y: Value, variance: Value, eps: Value): Value {
  return recordOne(gaussianNllOp, [x, y, variance, eps], {})
}
