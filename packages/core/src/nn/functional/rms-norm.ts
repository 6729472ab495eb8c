import { ShapeError } from '../../errors/errors.ts'
import { broadcastTo, literalLike } from '../../graph/build.ts'
import { rmsNorm as rmsNormValue } from '../../graph/composites/rms-norm.ts'
import type { DType } from '../../graph/dtype.ts'
import { sameShape } from '../../graph/shape.ts'
import { formatShape, type Shape } from '../../graph/spec.ts'
import { requireFloat } from '../../tensor/operand.ts'
import { Tensor } from '../../tensor/tensor.ts'
import { inFloat32 } from './autocast-policy.ts'
import { checkSameDType } from './check-dtype.ts'
import { checkEps, checkShapeOf } from './check-option.ts'

export interface RmsNormInputs {
  /** Scale, `normalizedShape`; null (default) for 1. */
  readonly weight?: Tensor | null
  /** Added to the mean square; null (default) for the distance from 1 to the next number of the dtype. */
  readonly eps?: number | null
}

const epsilons: Partial<Record<DType, number>> = {
  float64: 2 ** -52,
  float32: 2 ** -23,
  float16: 2 ** -10,
  bfloat16: 2 ** -7,
}

/**
 * x / √(E[x²] + ε)·w, the mean square over the trailing dimensions (Zhang and Sennrich 2019).
 *
 * @param x - floats `[…, …normalizedShape]`
 * @param normalizedShape - the trailing dimensions, of which there is at least one
 * @throws ShapeError when `x` does not end in `normalizedShape`, or the weight is not of it
 * @throws DTypeError when dtypes differ or are no floats
 */
export function rmsNorm(input: Tensor, normalizedShape: Shape, { eps = null, ...inputs }: RmsNormInputs = {}): Tensor {
  const [x, weight] = [inFloat32(input), inFloat32(inputs.weight ?? null)]
  requireFloat('rmsNorm', x.value)
  const axes = normalizedShape.length
  if (axes === 0 || axes > x.ndim || !sameShape(x.shape.slice(x.ndim - axes), normalizedShape)) {
    throw new ShapeError(
      `rmsNorm: the input ends in the normalized shape, got ${formatShape(x.shape)} for ${formatShape(normalizedShape)}`,
    )
  }
  if (eps !== null) checkEps('rmsNorm', eps)
  checkShapeOf('rmsNorm', 'weight', weight, normalizedShape)
  if (weight !== null) checkSameDType('rmsNorm', x, weight)
  const scale = weight?.value ?? broadcastTo(literalLike(x.value, 1), normalizedShape)
  return new Tensor(rmsNormValue(x.value, scale, { axes, eps: eps ?? epsilons[x.dtype]! }))
}
