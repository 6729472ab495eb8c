import {
  cast,
  cumsum,
  div,
  equal,
  expandReduced,
  fullLike,
  literalLike,
  mul,
  prod,
  reshape,
  scatterAdd,
  sub,
  sum,
  where,
} from '../../graph/build.ts'
import type { Rules, Vjp } from '../../graph/op.ts'
import type { AxisAttributes, ReduceAttributes, ReductionAttributes } from '../../graph/primitives.ts'
import { reducedShape } from '../../graph/shape.ts'
import type { Value } from '../../graph/value.ts'

const none: Vjp<object> = ({ inputs }) => inputs.map(() => null)

/** Equal extremes share the gradient evenly, as PyTorch's `amax` and `amin` do. */
const extreme: Vjp<ReduceAttributes> = ({ inputs, outputs, cotangents, attributes: { axes } }) => {
  const x = inputs[0]!
  const keepDims = (v: Value): Value => reshape(v, reducedShape(x.spec.shape, axes, true))
  const chosen = equal(x, keepDims(outputs[0]!))
  const ties = sum(cast(chosen, x.spec.dtype), axes, true)
  const share = div(keepDims(cotangents[0]!), ties)
  return [where(chosen, expandReduced(share, x.spec.shape, axes), fullLike(x, 0))]
}

/**
 * Each factor's gradient is the product of the others. With N the product of the factors that are not 0 and Z of those
 * that are: N/x·Z for x ≠ 0, and for x = 0 the product of N and the other zeros. The zeros stay in the formula for the sake
 * of gradients of the gradient, up to two in a product.
 */
const product: Vjp<ReduceAttributes> = ({ inputs, cotangents, attributes: { axes } }) => {
  const x = inputs[0]!
  const zero = literalLike(x, 0)
  const one = fullLike(x, 1)
  const isZero = equal(x, zero)
  const nonZeros = where(isZero, one, x)
  const zeros = where(isZero, x, fullLike(x, 0))
  const count = sum(cast(isZero, x.spec.dtype), axes, true)
  const nonZeroProduct = prod(nonZeros, axes, true)
  const zeroProduct = prod(where(isZero, x, one), axes, true)
  const ofNonZero = mul(div(nonZeroProduct, nonZeros), zeroProduct)
  const otherZero = where(equal(count, literalLike(x, 2)), sub(sum(zeros, axes, true), zeros), fullLike(x, 0))
  const ofZero = mul(nonZeroProduct, where(equal(count, literalLike(x, 1)), one, otherZero))
  const g = expandReduced(cotangents[0]!, x.spec.shape, axes)
  return [mul(g, where(isZero, ofZero, ofNonZero))]
}

/** Gradients go back to where the elements came from. */
const scatterToIndices: Vjp<AxisAttributes> = ({ inputs, outputs, cotangents, attributes: { axis } }) => {
  const g = cotangents[0]
  return [g == null ? null : scatterAdd(fullLike(inputs[0]!, 0), outputs[1]!, g, axis)]
}

/** Gradient rules of reductions, scans and selections. */
export const reduce: Rules<ReductionAttributes> = {
  sum: ({ inputs, cotangents, attributes: { axes } }) => [expandReduced(cotangents[0]!, inputs[0]!.spec.shape, axes)],
  prod: product,
  max: extreme,
  min: extreme,
  argmax: none,
  argmin: none,
  cumsum: ({ cotangents, attributes: { axis, exclusive, reverse } }) => [
    cumsum(cotangents[0]!, axis, { exclusive, reverse: !reverse }),
  ],
  sort: scatterToIndices,
  topK: scatterToIndices,
}
