import { div, lessEqual, literalLike, log, mul, sqrt, sub, where } from '../build.ts'
import { defineComposite } from '../composite.ts'
import type { Composite } from '../op.ts'
import type { None } from '../primitives.ts'
import { recordOne } from '../record.ts'
import type { Value } from '../value.ts'

/** log(x / (1 − x)): ±Infinity at 1 and 0, NaN outside of [0, 1]. Needs float32 at least. */
export const logitOp: Composite<None> = defineComposite({
  name: 'logit',
  infer: (inputs) => [inputs[0]!],
  decompose: ([x]) => [log(div(x!, sub(literalLike(x!, 1), x!)))],
  // 1 / (x·(1 − x)), and NaN outside of [0, 1] as the function is.
  vjp: ({ inputs, cotangents }) => {
    const [x, g] = [inputs[0]!, cotangents[0]!]
    const product = mul(x, sub(literalLike(x, 1), x))
    return [div(g, where(lessEqual(literalLike(x, 0), product), product, sqrt(product)))]
  },
})

export function logit(x: Value): Value {
  return recordOne(logitOp, [x], {})
}
