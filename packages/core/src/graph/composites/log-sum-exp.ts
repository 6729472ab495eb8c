import { stopGradient } from '../alias.ts'
import {
  add,
  div,
  equal,
  exp,
  expandReduced,
  fullLike,
  isFinite,
  literalLike,
  log,
  max,
  mul,
  reshape,
  sub,
  sum,
  where,
} from '../build.ts'
import { defineComposite } from '../composite.ts'
import type { Composite } from '../op.ts'
import type { ReduceAttributes } from '../primitives.ts'
import { recordOne } from '../record.ts'
import { reducedShape } from '../shape.ts'
import { specOf } from '../spec.ts'
import type { Value } from '../value.ts'

/** e^(x − c), and c: the largest element over `axes`, or 0 where that is infinite and others would be NaN around it. */
function centred(x: Value, axes: readonly number[]): readonly [Value, Value] {
  const largest = stopGradient(max(x, axes, true))
  const centre = where(isFinite(largest), largest, fullLike(largest, 0))
  return [exp(sub(x, centre)), centre]
}

/**
 * log Σ e^x over `axes`, computed around the largest element, so that nothing overflows; of nothing −Infinity. Needs
 * float32 at least.
 */
export const logSumExpOp: Composite<ReduceAttributes> = defineComposite({
  name: 'logSumExp',
  infer: ([x], { axes, keepDims }) => [specOf(x!.dtype, reducedShape(x!.shape, axes, keepDims))],
  decompose: ([x], { axes, keepDims }) => {
    if (x!.spec.size === 0) return [log(sum(x!, axes, keepDims))]
    const [e, centre] = centred(x!, axes)
    const logarithm = log(sum(e, axes, keepDims))
    return [add(logarithm, reshape(centre, logarithm.spec.shape))]
  },
  // softmax(x), which e^(x − y) would be but for the digits that a large y has lost; 0 where all is −Infinity.
  vjp: ({ inputs, cotangents, attributes: { axes } }) => {
    const x = inputs[0]!
    if (x.spec.size === 0) return [fullLike(x, 0)]
    const [e] = centred(x, axes)
    const total = sum(e, axes, true)
    const safe = where(equal(total, literalLike(total, 0)), fullLike(total, 1), total)
    return [mul(expandReduced(cotangents[0]!, x.spec.shape, axes), div(e, safe))]
  },
})

export function logSumExp(x: Value, attributes: ReduceAttributes): Value {
  const { axes, keepDims } = attributes
  return recordOne(logSumExpOp, [x], { axes, keepDims })
}
