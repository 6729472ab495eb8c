import { MisconfigurationError, OutOfRangeError } from '../errors/errors.ts'
import type { Shape } from '../graph/spec.ts'
import type { CreationOptions } from '../tensor/creation.ts'
import { defaultDType } from '../tensor/default-dtype.ts'
import { Parameter } from '../tensor/parameter.ts'
import { type Size, type Spatial, sizes } from './functional/spatial.ts'
import { defaultBias, defaultWeight } from './init.ts'

/** What convolution layers and their transposes share beside their functions' options. */
export interface ConvParameterOptions extends CreationOptions {
  /** Default true. */
  readonly bias?: boolean
}

/** From how many channels to how many, through which kernels. */
export interface ConvSizes {
  readonly inChannels: number
  readonly outChannels: number
  readonly kernelSize: Size
  readonly spatial: Spatial
}

export interface ConvParameters {
  readonly weight: Parameter
  readonly bias: Parameter | null
}

/** How channels are laid out in a weight before its kernel. */
export type ConvLayout = (inChannels: number, outChannels: number, groups: number) => readonly [number, number]

export const convLayout: ConvLayout = (inChannels, outChannels, groups) => [outChannels, inChannels / groups]
export const convTransposeLayout: ConvLayout = (inChannels, outChannels, groups) => [inChannels, outChannels / groups]

/**
 * Weight and bias as they begin: U(±1/√fanIn), where fanIn is the weight's second dimension times its taps, as PyTorch has
 * it for transposes, too.
 *
 * @throws OutOfRangeError when channels or sizes are no whole numbers of their range
 * @throws MisconfigurationError when `groups` does not divide the channels
 */
export function convParameters(
  who: string,
  layout: ConvLayout,
  { inChannels, outChannels, kernelSize, spatial }: ConvSizes,
  { groups = 1, bias = true, dtype = defaultDType() }: ConvParameterOptions & { readonly groups?: number },
): ConvParameters {
  for (const channels of [inChannels, outChannels]) {
    if (!Number.isInteger(channels) || channels < 0) {
      throw new OutOfRangeError(`${who}: the number of channels is whole and ≥ 0, got ${channels}`)
    }
  }
  if (!Number.isInteger(groups) || groups < 1 || inChannels % groups !== 0 || outChannels % groups !== 0) {
    throw new MisconfigurationError(
      `${who}: groups divides the channels, got ${groups} group(s) for ${inChannels} in and ${outChannels} out`,
    )
  }
  const kernel = sizes(who, 'the kernel size', kernelSize, spatial, 1)
  const shape: Shape = [...layout(inChannels, outChannels, groups), ...kernel]
  return {
    weight: new Parameter(defaultWeight(shape, { dtype })),
    bias: bias ? new Parameter(defaultBias(shape, { dtype, length: outChannels })) : null,
  }
}
