import { abs, add, div, literalLike, mul } from '../build.ts'
import { defineComposite } from '../composite.ts'
import type { Composite } from '../op.ts'
import type { None } from '../primitives.ts'
import { recordOne } from '../record.ts'
import type { Value } from '../value.ts'

/** 1 + |x| */
function denominator(x: Value): Value {
  return add(abs(x), literalLike(x, 1))
}

/** x / (1 + |x|). The gradient of the quotient would be a difference of nearly equal numbers where x is large. */
export const softsignOp: Composite<None> = defineComposite({
  name: 'softsign',
  infer: (inputs) => [inputs[0]!],
  decompose: ([x]) => [div(x!, denominator(x!))],
  vjp: ({ inputs, cotangents }) => {
    const d = denominator(inputs[0]!)
    return [div(cotangents[0]!, mul(d, d))]
  },
})

export function softsign(x: Value): Value {
  return recordOne(softsignOp, [x], {})
}
