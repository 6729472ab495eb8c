import {
  abs,
  and,
  div,
  equal,
  expandReduced,
  fullLike,
  isFinite,
  less,
  literalLike,
  max,
  min,
  mul,
  pow,
  reshape,
  sign,
  sqrt,
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

export interface VectorNormAttributes extends ReduceAttributes {
  /** Any finite number but 0. */
  readonly p: number
}

/**
 * (Σ|x|^p)^(1/p) over `axes`, of nothing 0. Elements are divided by the one that dominates the sum, so that no power
 * overflows. Needs float32 at least.
 */
export const vectorNormOp: Composite<VectorNormAttributes> = defineComposite({
  name: 'vectorNorm',
  infer: ([x], { axes, keepDims }) => [specOf(x!.dtype, reducedShape(x!.shape, axes, keepDims))],
  decompose: ([x], { axes, keepDims, p }) => {
    if (x!.spec.size === 0) return [sum(x!, axes, keepDims)]
    const sizes = abs(x!)
    const dominant = p > 0 ? max(sizes, axes, true) : min(sizes, axes, true)
    const usable = and(isFinite(dominant), less(literalLike(dominant, 0), dominant))
    const scale = where(usable, dominant, fullLike(dominant, 1))
    const scaled = div(sizes, scale)
    const total = sum(p === 2 ? mul(scaled, scaled) : pow(scaled, literalLike(scaled, p)), axes, keepDims)
    const root = p === 2 ? sqrt(total) : pow(total, literalLike(total, 1 / p))
    return [mul(root, reshape(scale, root.spec.shape))]
  },
  // sign(x)·(|x|/y)^(p − 1), and 0 where x or y is.
  vjp: ({ inputs, outputs, cotangents, attributes: { axes, p } }) => {
    const [x, y] = [inputs[0]!, outputs[0]!]
    const spread = (v: Value) => expandReduced(v, x.spec.shape, axes)
    const isZero = equal(y, literalLike(y, 0))
    const safe = spread(where(isZero, fullLike(y, 1), y))
    const g = spread(where(isZero, fullLike(y, 0), cotangents[0]!))
    if (p === 2) return [mul(g, div(x, safe))]
    const ratio = where(equal(x, literalLike(x, 0)), fullLike(x, 1), div(abs(x), safe))
    return [mul(g, mul(sign(x), pow(ratio, literalLike(x, p - 1))))]
  },
})

export function vectorNorm(x: Value, attributes: VectorNormAttributes): Value {
  const { axes, keepDims, p } = attributes
  return recordOne(vectorNormOp, [x], { axes, keepDims, p })
}
