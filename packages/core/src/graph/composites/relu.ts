import { fullLike, lessEqual, literalLike, maximum, where } from '../build.ts'
import { defineComposite } from '../composite.ts'
import type { Composite } from '../op.ts'
import type { None } from '../primitives.ts'
import { recordOne } from '../record.ts'
import type { Value } from '../value.ts'

/** max(x, 0), NaN for NaN. Unlike that of a maximum, which shares ties, the gradient at 0 is 0, as in PyTorch. */
export const reluOp: Composite<None> = defineComposite({
  name: 'relu',
  infer: (inputs) => [inputs[0]!],
  decompose: ([x]) => [maximum(x!, literalLike(x!, 0))],
  vjp: ({ outputs, cotangents }) => {
    const [y, g] = [outputs[0]!, cotangents[0]!]
    return [where(lessEqual(y, literalLike(y, 0)), fullLike(g, 0), g)]
  },
})

export function relu(x: Value): Value {
  return recordOne(reluOp, [x], {})
}
