import { ShapeError } from '../../errors/errors.ts'
import { broadcastTo, cast, literalLike } from '../../graph/build.ts'
import { layerNorm as layerNormValue } from '../../graph/composites/layer-norm.ts'
import { wide } from '../../graph/composites/statistics.ts'
import { sameShape } from '../../graph/shape.ts'
import { formatShape, type Shape } from '../../graph/spec.ts'
import { requireFloat } from '../../tensor/operand.ts'
import { Tensor } from '../../tensor/tensor.ts'
import { inFloat32 } from './autocast-policy.ts'
import { checkSameDType } from './check-dtype.ts'
import { checkEps } from './check-option.ts'

export interface LayerNormInputs {
  /** Scale, `normalizedShape`; null (default) for 1. */
  readonly weight?: Tensor | null
  /** Shift, `normalizedShape`; null (default) for 0. */
  readonly bias?: Tensor | null
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number
}

/**
 * (x − E[x]) / √(Var[x] + ε)·w + b, mean and (biased) variance over the trailing dimensions (Ba, Kiros, Hinton 2016).
 *
 * @param x - floats `[…, …normalizedShape]`
 * @param normalizedShape - the trailing dimensions, of which there is at least one
 * @throws ShapeError when `x` does not end in `normalizedShape`, or weight or bias is not of it
 * @throws DTypeError when dtypes differ or are no floats
 */
export function layerNorm(
  input: Tensor,
  normalizedShape: Shape,
  { eps = 1e-5, ...inputs }: LayerNormInputs = {},
): Tensor {
  const [x, weight, bias] = [inFloat32(input), inFloat32(inputs.weight ?? null), inFloat32(inputs.bias ?? null)]
  requireFloat('layerNorm', x.value)
  const axes = normalizedShape.length
  if (axes === 0 || axes > x.ndim || !sameShape(x.shape.slice(x.ndim - axes), normalizedShape)) {
    throw new ShapeError(
      `layerNorm: the input ends in the normalized shape, got ${formatShape(x.shape)} for ${formatShape(normalizedShape)}`,
    )
  }
  for (const parameter of [weight, bias]) if (parameter !== null) checkSameDType('layerNorm', x, parameter)
  checkEps('layerNorm', eps)
  const z = wide(x.value)
  const parameter = (given: Tensor | null, constant: number) =>
    given === null ? broadcastTo(literalLike(z, constant), normalizedShape) : wide(given.value)
  const y = layerNormValue(z, parameter(weight, 1), parameter(bias, 0), { axes, eps })
  return new Tensor(cast(y, x.dtype))
}
