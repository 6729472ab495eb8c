import { MisconfigurationError } from '../errors/errors.ts'
import type { CreationOptions } from '../tensor/creation.ts'
import { Parameter } from '../tensor/parameter.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { type ConvOptions, conv2d } from './functional/conv.ts'
import { pair, type Size2d } from './functional/spatial.ts'
import { defaultBias, defaultWeight } from './init.ts'
import { Module } from './module.ts'

export interface Conv2dOptions extends ConvOptions, CreationOptions {
  /** Default true. */
  readonly bias?: boolean
}

/**
 * Slides `outChannels` kernels over images; see `conv2d`. Weight and bias begin as U(±1/√fanIn), with
 * fanIn = inChannels / groups·kernelHeight·kernelWidth.
 */
export class Conv2d extends Module {
  /** `[outChannels, inChannels / groups, kernelHeight, kernelWidth]` */
  readonly weight: Parameter
  /** `[outChannels]` */
  readonly bias: Parameter | null
  readonly #options: ConvOptions

  /**
   * @param kernelSize - one number for height and width, or both
   * @throws MisconfigurationError when `groups` does not divide the channels
   */
  constructor(inChannels: number, outChannels: number, kernelSize: Size2d, options: Conv2dOptions = {}) {
    super()
    const { bias = true, dtype = 'float32', ...convOptions } = options
    const { groups = 1 } = convOptions
    if (!Number.isInteger(groups) || groups < 1 || inChannels % groups !== 0 || outChannels % groups !== 0) {
      throw new MisconfigurationError(
        `Conv2d: groups divides the channels, got ${groups} group(s) for ${inChannels} in and ${outChannels} out`,
      )
    }
    const shape = [outChannels, inChannels / groups, ...pair('Conv2d', 'the kernel size', kernelSize, 1)]
    this.weight = new Parameter(defaultWeight(shape, { dtype }))
    this.bias = bias ? new Parameter(defaultBias(shape, { dtype })) : null
    this.#options = convOptions
  }

  /**
   * @param x - `[batch, inChannels, height, width]`, or without batch
   * @returns `[batch, outChannels, outHeight, outWidth]`
   * @throws ShapeError when channels differ or the kernel is larger than the padded image
   */
  forward(x: Tensor): Tensor {
    return conv2d(x, this.weight, this.bias, this.#options)
  }
}
