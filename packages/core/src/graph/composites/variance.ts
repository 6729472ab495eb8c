import { add, div, expandReduced, literalLike, mul, reshape, sub, sum } from '../build.ts'
import { defineComposite } from '../composite.ts'
import type { Composite } from '../op.ts'
import type { ReduceAttributes } from '../primitives.ts'
import { record } from '../record.ts'
import { reducedShape } from '../shape.ts'
import { specOf } from '../spec.ts'
import type { Value } from '../value.ts'

export interface VarianceAttributes extends ReduceAttributes {
  /** What is taken off the number of elements in the denominator; 1 for the unbiased estimate (Bessel). */
  readonly correction: number
}

/** How many elements are reduced to one. */
function countOver({ shape }: Value['spec'], axes: readonly number[]): number {
  return axes.reduce((product, axis) => product * shape[axis]!, 1)
}

/**
 * Σ(x − E[x])² / max(0, n − correction) over `axes`, and the mean E[x]. Two passes: nothing cancels where the mean is
 * large. Needs float32 at least.
 */
export const varianceOp: Composite<VarianceAttributes> = defineComposite({
  name: 'variance',
  infer: ([x], { axes, keepDims }) => {
    const out = specOf(x!.dtype, reducedShape(x!.shape, axes, keepDims))
    return [out, out]
  },
  decompose: ([x], { axes, keepDims, correction }) => {
    const number = (value: number) => literalLike(x!, value)
    const count = countOver(x!.spec, axes)
    const mean = div(sum(x!, axes, true), number(count))
    const centred = sub(x!, mean)
    const squares = sum(mul(centred, centred), axes, keepDims)
    return [div(squares, number(Math.max(0, count - correction))), reshape(mean, squares.spec.shape)]
  },
  // d var/dx = 2·(x − E[x]) / (n − correction): the mean's own part is 0.
  vjp: ({ inputs, outputs, cotangents, attributes: { axes, correction } }) => {
    const x = inputs[0]!
    const count = countOver(x.spec, axes)
    const [g, toMean] = cotangents
    const spread = (v: Value) => expandReduced(v, x.spec.shape, axes)
    const throughVariance = (g: Value) => {
      const share = div(mul(g, literalLike(g, 2)), literalLike(g, Math.max(0, count - correction)))
      return mul(spread(share), sub(x, spread(outputs[1]!)))
    }
    const throughMean = (g: Value) => spread(div(g, literalLike(g, count)))
    const parts = [g && throughVariance(g), toMean && throughMean(toMean)].filter((part) => part != null)
    return [parts.reduce(add)]
  },
})

/** The variance and the mean of `x` over `axes`. */
export function variance(x: Value, attributes: VarianceAttributes): readonly [Value, Value] {
  const { axes, keepDims, correction } = attributes
  const [squares, mean] = record(varianceOp, [x], { axes, keepDims, correction })
  return [squares!, mean!]
}
