import { div, equal, literalLike, log, mul, pow, round, where } from '../build.ts'
import { defineComposite } from '../composite.ts'
import type { Composite } from '../op.ts'
import { recordOne } from '../record.ts'
import type { Value } from '../value.ts'

export interface LogBaseAttributes {
  readonly base: 2 | 10
}

/**
 * Logarithm to base 2 or 10, exact for their whole powers: ln x / ln 10 of 1000 alone is less than 3. Needs float32 at
 * least.
 */
export const logBaseOp: Composite<LogBaseAttributes> = defineComposite({
  name: 'logBase',
  infer: (inputs) => [inputs[0]!],
  decompose: ([x], { base }) => {
    const y = div(log(x!), literalLike(x!, Math.log(base)))
    const whole = round(y)
    return [where(equal(pow(literalLike(x!, base), whole), x!), whole, y)]
  },
  vjp: ({ inputs, cotangents, attributes: { base } }) => {
    const [x, g] = [inputs[0]!, cotangents[0]!]
    return [div(g, mul(x, literalLike(x, Math.log(base))))]
  },
})

export function logBase(x: Value, base: LogBaseAttributes['base']): Value {
  return recordOne(logBaseOp, [x], { base })
}
