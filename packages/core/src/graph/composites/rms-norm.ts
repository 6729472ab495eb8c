import { ShapeError } from '../../errors/errors.ts'
import { add, cast, div, literalLike, mul, neg, reshape, sqrt, sub, sum } from '../build.ts'
import { defineComposite } from '../composite.ts'
import { bytesPerElement } from '../dtype.ts'
import type { Composite } from '../op.ts'
import { recordOne } from '../record.ts'
import { sameShape, sizeOf } from '../shape.ts'
import { formatShape, specOf } from '../spec.ts'
import type { Value } from '../value.ts'
import { leading, meanOver, trailing, wide } from './statistics.ts'

export interface RmsNormAttributes {
  /** How many trailing dimensions are normalised together. */
  readonly axes: number
  readonly eps: number
}

/**
 * y = x / √(E[x²] + ε) · w over the trailing dimensions (Zhang and Sennrich 2019). Outputs y and 1/√(E[x²] + ε), the reduced
 * dimensions kept as 1; the latter, as all that is computed on the way, is float32 for half types.
 */
export const rmsNormOp: Composite<RmsNormAttributes> = defineComposite({
  name: 'rmsNorm',
  infer: ([x, w], { axes }) => {
    const normalised = x!.shape.slice(x!.rank - axes)
    if (!sameShape(w!.shape, normalised)) {
      throw new ShapeError(
        `rmsNorm: the weight has the normalized shape, got ${formatShape(w!.shape)} for ${formatShape(x!.shape)}`,
      )
    }
    const shape = x!.shape.map((n, i) => (i < x!.rank - axes ? n : 1))
    return [x!, specOf(bytesPerElement(x!.dtype) < 4 ? 'float32' : x!.dtype, shape)]
  },
  decompose: ([x, w], { axes, eps }) => {
    const z = wide(x!)
    const meanSquare = meanOver(mul(z, z), trailing(z.spec.rank, axes))
    const r = div(literalLike(z, 1), sqrt(add(meanSquare, literalLike(z, eps))))
    return [cast(mul(mul(z, r), wide(w!)), x!.spec.dtype), r]
  },
  // With x̂ = x·r and h = g·w: dx = r·(h − x̂·mean(h·x̂)).
  vjp: ({ inputs, outputs, cotangents, attributes: { axes }, needs }) => {
    const [x, w] = [inputs[0]!, inputs[1]!]
    const [g, toR] = cotangents
    const over = trailing(x.spec.rank, axes)
    const r = outputs[1]!
    const xHat = mul(wide(x), r)
    const throughY = (g: Value) => {
      const h = mul(g, wide(w))
      return mul(r, sub(h, mul(xHat, meanOver(mul(h, xHat), over))))
    }
    // Only a second differentiation reaches r: dr/dx = −r²·x̂/n.
    const share = 1 / sizeOf(w.spec.shape)
    const throughR = (d: Value) => neg(mul(xHat, mul(mul(d, literalLike(d, share)), mul(r, r))))
    const h = g && wide(g)
    const toX = [h && throughY(h), toR && throughR(toR)].filter((d) => d != null)
    const toW = (h: Value) => reshape(sum(mul(h, xHat), leading(x.spec.rank, axes)), w.spec.shape)
    return [needs(0) ? cast(toX.reduce(add), x.spec.dtype) : null, needs(1) && h ? cast(toW(h), w.spec.dtype) : null]
  },
})

export function rmsNorm(x: Value, weight: Value, attributes: RmsNormAttributes): Value {
  const { axes, eps } = attributes
  return recordOne(rmsNormOp, [x, weight], { axes, eps })
}
