import { ShapeError } from '../../errors/errors.ts'
import { add, broadcastTo, div, literalLike, mul, neg, reshape, sqrt, sub, sum } from '../build.ts'
import { defineComposite } from '../composite.ts'
import type { Composite } from '../op.ts'
import { recordOne } from '../record.ts'
import { sameShape, sizeOf } from '../shape.ts'
import { formatShape, specOf } from '../spec.ts'
import type { Value } from '../value.ts'
import { leading, meanOver, trailing } from './statistics.ts'

export interface LayerNormAttributes {
  /** How many trailing dimensions are normalised together. */
  readonly axes: number
  readonly eps: number
}

/**
 * y = (x − E[x]) / √(Var[x] + ε) · w + b over the trailing dimensions (Ba, Kiros, Hinton 2016); the variance is the biased
 * one. Outputs y, the means and 1/√(Var + ε), both with the reduced dimensions kept as 1.
 */
export const layerNormOp: Composite<LayerNormAttributes> = defineComposite({
  name: 'layerNorm',
  infer: ([x, w, b], { axes }) => {
    const normalised = x!.shape.slice(x!.rank - axes)
    if (!sameShape(w!.shape, normalised) || !sameShape(b!.shape, normalised)) {
      throw new ShapeError(
        `layerNorm: weight and bias have the normalised shape, got ${formatShape(w!.shape)} and ${formatShape(b!.shape)} for ${formatShape(x!.shape)}`,
      )
    }
    const statistics = specOf(
      x!.dtype,
      x!.shape.map((n, i) => (i < x!.rank - axes ? n : 1)),
    )
    return [x!, statistics, statistics]
  },
  decompose: ([x, w, b], { axes, eps }) => {
    const over = trailing(x!.spec.rank, axes)
    const mu = meanOver(x!, over)
    const centred = sub(x!, mu)
    const variance = meanOver(mul(centred, centred), over)
    const rstd = div(literalLike(x!, 1), sqrt(add(variance, literalLike(x!, eps))))
    return [add(mul(mul(centred, rstd), w!), b!), mu, rstd]
  },
  // With x̂ = (x − μ)·r and h = g·w: dx = r·(h − mean h − x̂·mean(h·x̂)).
  vjp: ({ inputs, outputs, cotangents, attributes, needs }) => {
    const [x, w] = [inputs[0]!, inputs[1]!]
    const [, mu, rstd] = outputs
    const [g, toMu, toRstd] = cotangents
    const over = trailing(x.spec.rank, attributes.axes)
    const rest = leading(x.spec.rank, attributes.axes)
    const xHat = mul(sub(x, mu!), rstd!)
    const throughY = (g: Value) => {
      const h = mul(g, w)
      return mul(rstd!, sub(sub(h, meanOver(h, over)), mul(xHat, meanOver(mul(h, xHat), over))))
    }
    // Only a second differentiation reaches the statistics: dμ/dx = 1/n and dr/dx = −r²·x̂/n.
    const share = literalLike(x, 1 / sizeOf(w.spec.shape))
    const throughMu = (d: Value) => broadcastTo(mul(d, share), x.spec.shape)
    const throughRstd = (d: Value) => mul(xHat, neg(mul(mul(d, share), mul(rstd!, rstd!))))
    const toX = [g && throughY(g), toMu && throughMu(toMu), toRstd && throughRstd(toRstd)].filter((d) => d != null)
    return [
      needs(0) ? toX.reduce(add) : null,
      needs(1) && g ? reshape(sum(mul(g, xHat), rest), w.spec.shape) : null,
      needs(2) && g ? reshape(sum(g, rest), w.spec.shape) : null,
    ]
  },
})

export function layerNorm(x: Value, weight: Value, bias: Value, attributes: LayerNormAttributes): Value {
  const { axes, eps } = attributes
  return recordOne(layerNormOp, [x, weight, bias], { axes, eps })
}
