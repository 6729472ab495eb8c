import { ShapeError } from '../../errors/errors.ts'
import { add, broadcastTo, cast, div, literalLike, mul, reshape, sqrt, sub, sum } from '../build.ts'
import { defineComposite } from '../composite.ts'
import { bytesPerElement } from '../dtype.ts'
import type { Composite } from '../op.ts'
import { record } from '../record.ts'
import { sameShape } from '../shape.ts'
import { formatShape, specOf } from '../spec.ts'
import type { Value } from '../value.ts'
import { meanOver, wide } from './statistics.ts'

export interface BatchNormAttributes {
  readonly eps: number
}

const channelAxis = 1

/** All axes but the channels'. */
function reducedAxes(x: Value): number[] {
  return x.spec.shape.map((_, i) => i).filter((i) => i !== channelAxis)
}

/** `[channels]` so that it broadcasts against `x`. */
export function alongChannels(perChannel: Value, x: Value): Value {
  return reshape(
    perChannel,
    x.spec.shape.map((n, i) => (i === channelAxis ? n : 1)),
  )
}

function reciprocalDeviation(variance: Value, eps: number): Value {
  return div(literalLike(variance, 1), sqrt(add(variance, literalLike(variance, eps))))
}

/**
 * y = (x − E[x]) / √(Var[x] + ε) · w + b in each channel (axis 1), mean and biased variance over the batch and all else
 * (Ioffe and Szegedy 2015). Outputs y, the means and the variances, `[channels]` each; they and what is computed on the way
 * are float32 for half types.
 */
export const batchNormOp: Composite<BatchNormAttributes> = defineComposite({
  name: 'batchNorm',
  infer: ([x, w, b]) => {
    const channels = [x!.shape[channelAxis]!]
    if (x!.rank < 2 || !sameShape(w!.shape, channels) || !sameShape(b!.shape, channels)) {
      throw new ShapeError(
        `batchNorm: weight and bias have one element for each channel of [batch, channels, …], got ${formatShape(w!.shape)} and ${formatShape(b!.shape)} for ${formatShape(x!.shape)}`,
      )
    }
    const statistics = specOf(bytesPerElement(x!.dtype) < 4 ? 'float32' : x!.dtype, channels)
    return [x!, statistics, statistics]
  },
  decompose: ([x, w, b], { eps }) => {
    const over = reducedAxes(x!)
    const z = wide(x!)
    const mu = meanOver(z, over)
    const centred = sub(z, mu)
    const variance = meanOver(mul(centred, centred), over)
    const scale = mul(reciprocalDeviation(variance, eps), alongChannels(wide(w!), z))
    const y = add(mul(centred, scale), alongChannels(wide(b!), z))
    const { shape } = w!.spec
    return [cast(y, x!.spec.dtype), reshape(mu, shape), reshape(variance, shape)]
  },
  // With x̂ = (x − μ)·r: dx = w·r·(g − mean g − x̂·mean(g·x̂)).
  vjp: ({ inputs, outputs, cotangents, attributes: { eps }, needs }) => {
    const [x, w, b] = [inputs[0]!, inputs[1]!, inputs[2]!]
    const [g, toMu, toVariance] = cotangents
    const over = reducedAxes(x)
    const z = wide(x)
    const centred = sub(z, alongChannels(outputs[1]!, z))
    const rstd = alongChannels(reciprocalDeviation(outputs[2]!, eps), z)
    const xHat = mul(centred, rstd)
    const throughY = (g: Value) => {
      const h = sub(sub(g, meanOver(g, over)), mul(xHat, meanOver(mul(g, xHat), over)))
      return mul(mul(rstd, alongChannels(wide(w), z)), h)
    }
    // Only a second differentiation reaches the statistics: dμ/dx = 1/n and dVar/dx = 2·(x − μ)/n.
    const share = w.spec.size / z.spec.size
    const throughMu = (d: Value) => broadcastTo(alongChannels(mul(d, literalLike(d, share)), z), z.spec.shape)
    const throughVariance = (d: Value) => mul(centred, alongChannels(mul(d, literalLike(d, 2 * share)), z))
    const h = g && wide(g)
    const toX = [h && throughY(h), toMu && throughMu(toMu), toVariance && throughVariance(toVariance)]
    const asParameter = (x: Value, parameter: Value) => cast(sum(x, over), parameter.spec.dtype)
    return [
      needs(0) ? cast(toX.filter((d) => d != null).reduce(add), x.spec.dtype) : null,
      needs(1) && h ? asParameter(mul(h, xHat), w) : null,
      needs(2) && h ? asParameter(h, b) : null,
    ]
  },
})

/** y, means and biased variances of the channels. */
export function batchNorm(x: Value, weight: Value, bias: Value, eps: number): readonly [Value, Value, Value] {
  const [y, mean, variance] = record(batchNormOp, [x, weight, bias], { eps })
  return [y!, mean!, variance!]
}

/** (x − μ) / √(σ² + ε) · w + b with given statistics `[channels]`: batch norm in evaluation. */
export function normalizeChannels(
  x: Value,
  { mean, variance }: { readonly mean: Value; readonly variance: Value },
  weight: Value,
  bias: Value,
  eps: number,
): Value {
  const z = wide(x)
  const inDType = (perChannel: Value) => cast(perChannel, z.spec.dtype)
  const scale = mul(reciprocalDeviation(inDType(variance), eps), inDType(weight))
  const centred = sub(z, alongChannels(inDType(mean), z))
  const y = add(mul(centred, alongChannels(scale, z)), alongChannels(inDType(bias), z))
  return cast(y, x.spec.dtype)
}
