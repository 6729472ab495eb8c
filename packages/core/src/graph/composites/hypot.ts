import { abs, add, div, fullLike, less, literalLike, maximum, minimum, mul, sqrt, sumTo, where } from '../build.ts'
import { defineComposite } from '../composite.ts'
import { lowestFinite } from '../dtype.ts'
import type { Composite } from '../op.ts'
import type { None } from '../primitives.ts'
import { recordOne } from '../record.ts'
import type { Value } from '../value.ts'

/**
 * √(a² + b²), whose squares do not overflow; infinite where an operand is, even beside NaN. Broadcasts. Needs float32 at least.
 */
export const hypotOp: Composite<None> = defineComposite({
  name: 'hypot',
  decompose: ([a, b]) => {
    const [x, y] = [abs(a!), abs(b!)]
    const larger = maximum(x, y)
    const ratio = div(minimum(x, y), where(less(literalLike(larger, 0), larger), larger, fullLike(larger, 1)))
    const length = mul(larger, sqrt(add(mul(ratio, ratio), literalLike(ratio, 1))))
    const infinite = (v: Value) => less(literalLike(v, -lowestFinite(v.spec.dtype)), v)
    return [where(infinite(x), x, where(infinite(y), y, length))]
  },
  // a/y and b/y: as in PyTorch NaN where y is 0.
  vjp: ({ inputs, outputs, cotangents, needs }) => {
    const [y, g] = [outputs[0]!, cotangents[0]!]
    return inputs.map((x, i) => (needs(i) ? sumTo(mul(g, div(x, y)), x.spec.shape) : null))
  },
})

export function hypot(a: Value, b: Value): Value {
  return recordOne(hypotOp, [a, b], {})
}
