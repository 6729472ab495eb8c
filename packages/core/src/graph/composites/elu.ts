import { exp, expm1, less, literalLike, minimum, mul, where } from '../build.ts'
import { defineComposite } from '../composite.ts'
import type { Composite } from '../op.ts'
import { recordOne } from '../record.ts'
import type { Value } from '../value.ts'

export interface EluAttributes {
  /** What the function saturates at, with its sign changed, before `scale`. */
  readonly alpha: number
  readonly scale: number
  /** Factor of negative arguments. */
  readonly inputScale: number
}

const scaled = (x: Value, by: number): Value => (by === 1 ? x : mul(x, literalLike(x, by)))
const isPositive = (x: Value): Value => less(literalLike(x, 0), x)
/** Negative arguments as they go into the exponential, which must not overflow where it is not used. */
const exponent = (x: Value, inputScale: number): Value => scaled(minimum(x, literalLike(x, 0)), inputScale)

/**
 * scale·x where x is positive, scale·α·(e^(inputScale·x) − 1) elsewhere: ELU (Clevert, Unterthiner, Hochreiter 2016), SELU
 * and CELU. At 0 the gradient is that from the left, as in PyTorch.
 */
export const eluOp: Composite<EluAttributes> = defineComposite({
  name: 'elu',
  infer: (inputs) => [inputs[0]!],
  decompose: ([x], { alpha, scale, inputScale }) => {
    const saturating = scaled(expm1(exponent(x!, inputScale)), alpha * scale)
    return [where(isPositive(x!), scaled(x!, scale), saturating)]
  },
  vjp: ({ inputs, cotangents, attributes: { alpha, scale, inputScale } }) => {
    const [x, g] = [inputs[0]!, cotangents[0]!]
    const slope = scaled(exp(exponent(x, inputScale)), alpha * scale * inputScale)
    return [where(isPositive(x), scaled(g, scale), mul(g, slope))]
  },
})

export function elu(x: Value, { alpha, scale, inputScale }: EluAttributes): Value {
  return recordOne(eluOp, [x], { alpha, scale, inputScale })
}
