import { less, literalLike, mul, where } from '../build.ts'
import { defineComposite } from '../composite.ts'
import type { Composite } from '../op.ts'
import { recordOne } from '../record.ts'
import type { Value } from '../value.ts'

export interface LeakyReluAttributes {
  readonly negativeSlope: number
}

const isPositive = (x: Value): Value => less(literalLike(x, 0), x)

/** x where it is positive, x·negativeSlope elsewhere; at 0 the gradient is the slope, as in PyTorch. */
export const leakyReluOp: Composite<LeakyReluAttributes> = defineComposite({
  name: 'leakyRelu',
  infer: (inputs) => [inputs[0]!],
  decompose: ([x], { negativeSlope }) => [where(isPositive(x!), x!, mul(x!, literalLike(x!, negativeSlope)))],
  vjp: ({ inputs, cotangents, attributes: { negativeSlope } }) => {
    const [x, g] = [inputs[0]!, cotangents[0]!]
    return [where(isPositive(x), g, mul(g, literalLike(g, negativeSlope)))]
  },
})

export function leakyRelu(x: Value, negativeSlope: number): Value {
  return recordOne(leakyReluOp, [x], { negativeSlope })
}
