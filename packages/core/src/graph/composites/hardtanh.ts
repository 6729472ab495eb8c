import { fullLike, lessEqual, literalLike, maximum, minimum, or, where } from '../build.ts'
import { defineComposite } from '../composite.ts'
import type { Composite } from '../op.ts'
import { recordOne } from '../record.ts'
import type { Value } from '../value.ts'

export interface HardtanhAttributes {
  readonly min: number
  readonly max: number
}

/** min(max(x, min), max). Unlike that of a clamp, the gradient at the bounds is 0, as in PyTorch. */
export const hardtanhOp: Composite<HardtanhAttributes> = defineComposite({
  name: 'hardtanh',
  infer: (inputs) => [inputs[0]!],
  decompose: ([x], { min, max }) => [minimum(maximum(x!, literalLike(x!, min)), literalLike(x!, max))],
  vjp: ({ inputs, cotangents, attributes: { min, max } }) => {
    const [x, g] = [inputs[0]!, cotangents[0]!]
    const isBound = or(lessEqual(x, literalLike(x, min)), lessEqual(literalLike(x, max), x))
    return [where(isBound, fullLike(g, 0), g)]
  },
})

export function hardtanh(x: Value, min: number, max: number): Value {
  return recordOne(hardtanhOp, [x], { min, max })
}
