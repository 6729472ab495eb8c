import { MisconfigurationError, ShapeError } from '../../errors/errors.ts'
import { add, broadcastTo, cast, literalLike, mul, reshape } from '../../graph/build.ts'
import { alongChannels } from '../../graph/composites/batch-norm.ts'
import { layerNorm as layerNormValue } from '../../graph/composites/layer-norm.ts'
import { wide } from '../../graph/composites/statistics.ts'
import { sizeOf } from '../../graph/shape.ts'
import { formatShape } from '../../graph/spec.ts'
import { requireFloat } from '../../tensor/operand.ts'
import { Tensor } from '../../tensor/tensor.ts'
import { inFloat32 } from './autocast-policy.ts'
import { checkSameDType } from './check-dtype.ts'
import { checkEps, checkShapeOf } from './check-option.ts'

export interface GroupNormInputs {
  /** Scale, `[channels]`; null (default) for 1. */
  readonly weight?: Tensor | null
  /** Shift, `[channels]`; null (default) for 0. */
  readonly bias?: Tensor | null
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number
}

/**
 * (x − E[x]) / √(Var[x] + ε)·w + b, mean and (biased) variance over each group of channels of each instance (Wu and He
 * 2018).
 *
 * @param x - floats `[batch, channels, …]`
 * @param numGroups - divides the channels
 * @throws ShapeError when `x` has fewer than two dimensions, or weight or bias is not `[channels]`
 * @throws MisconfigurationError when the groups do not divide the channels
 * @throws DTypeError when dtypes differ or are no floats
 */
export function groupNorm(input: Tensor, numGroups: number, { eps = 1e-5, ...inputs }: GroupNormInputs = {}): Tensor {
  const [x, weight, bias] = [inFloat32(input), inFloat32(inputs.weight ?? null), inFloat32(inputs.bias ?? null)]
  requireFloat('groupNorm', x.value)
  if (x.ndim < 2) throw new ShapeError(`groupNorm: takes [batch, channels, …], got ${formatShape(x.shape)}`)
  const [batch, channels, ...spatial] = x.shape as [number, number, ...number[]]
  checkGroups('groupNorm', numGroups, channels)
  checkEps('groupNorm', eps)
  checkShapeOf('groupNorm', 'weight', weight, [channels])
  checkShapeOf('groupNorm', 'bias', bias, [channels])
  for (const parameter of [weight, bias]) if (parameter !== null) checkSameDType('groupNorm', x, parameter)
  const z = wide(x.value)
  const groupSize = (channels / numGroups) * sizeOf(spatial)
  const constant = (c: number) => broadcastTo(literalLike(z, c), [groupSize])
  const groups = reshape(z, [batch, numGroups, groupSize])
  const normalised = reshape(layerNormValue(groups, constant(1), constant(0), { axes: 1, eps }), x.shape)
  const scaled = weight === null ? normalised : mul(normalised, alongChannels(wide(weight.value), z))
  const shifted = bias === null ? scaled : add(scaled, alongChannels(wide(bias.value), z))
  return new Tensor(cast(shifted, x.dtype))
}

/** Refuses groups that do not divide the channels. @throws MisconfigurationError */
export function checkGroups(who: string, numGroups: number, channels: number): void {
  if (!Number.isInteger(numGroups) || numGroups < 1 || channels % numGroups !== 0) {
    throw new MisconfigurationError(
      `${who}: the groups divide the channels, got ${numGroups} group(s) for ${channels} channels`,
    )
  }
}
