import type { Parameter } from '../tensor/parameter.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { type ConvParameterOptions, convParameters, convTransposeLayout } from './conv-parameters.ts'
import {
  type ConvTransposeOptions,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  convTransposePlan,
} from './functional/conv-transpose.ts'
import type { OutputSizeOptions, Size, Size1d, Size2d, Size3d } from './functional/spatial.ts'
import { Module } from './module.ts'

/** Options of a layer of transposed convolution. */
export interface ConvTransposeLayerOptions<S extends Size = Size2d>
  extends ConvTransposeOptions<S>,
    ConvParameterOptions {}

/**
 * Spreads signals by kernels, to `outChannels`; see `convTranspose1d`. Weight and bias begin as U(±1/√fanIn), with PyTorch’s
 * fanIn = outChannels / groups·kernelLength.
 */
export class ConvTranspose1d extends Module {
  /** `[inChannels, outChannels / groups, kernelLength]` */
  readonly weight: Parameter
  /** `[outChannels]` */
  readonly bias: Parameter | null
  readonly #options: ConvTransposeLayerOptions<Size1d>

  /** @throws as `ConvTranspose2d` */
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Size1d,
    options: ConvTransposeLayerOptions<Size1d> = {},
  ) {
    super()
    const sizes = { inChannels, outChannels, kernelSize, spatial: 1 } as const
    const { weight, bias } = convParameters('ConvTranspose1d', convTransposeLayout, sizes, options)
    convTransposePlan('ConvTranspose1d', 1, options)
    this.weight = weight
    this.bias = bias
    this.#options = options
  }

  /**
   * @param x - `[batch, inChannels, length]`, or without batch
   * @returns `[batch, outChannels, outLength]`
   * @throws as that of `ConvTranspose2d`
   */
  forward(x: Tensor, output: OutputSizeOptions<Size1d> = {}): Tensor {
    return convTranspose1d(x, this.weight, this.bias, { ...this.#options, ...output })
  }
}

/**
 * Spreads images by kernels, to `outChannels`; see `convTranspose2d`. Weight and bias begin as U(±1/√fanIn), with PyTorch’s
 * fanIn = outChannels / groups·kernelHeight·kernelWidth.
 */
export class ConvTranspose2d extends Module {
  /** `[inChannels, outChannels / groups, kernelHeight, kernelWidth]` */
  readonly weight: Parameter
  /** `[outChannels]` */
  readonly bias: Parameter | null
  readonly #options: ConvTransposeLayerOptions<Size2d>

  /**
   * @param kernelSize - one number for height and width, or both
   * @throws OutOfRangeError when channels or sizes are no whole numbers of their range, or the output padding is neither less
   * than the stride nor than the dilation
   * @throws MisconfigurationError when `groups` does not divide the channels
   */
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Size2d,
    options: ConvTransposeLayerOptions<Size2d> = {},
  ) {
    super()
    const sizes = { inChannels, outChannels, kernelSize, spatial: 2 } as const
    const { weight, bias } = convParameters('ConvTranspose2d', convTransposeLayout, sizes, options)
    convTransposePlan('ConvTranspose2d', 2, options)
    this.weight = weight
    this.bias = bias
    this.#options = options
  }

  /**
   * @param x - `[batch, inChannels, height, width]`, or without batch
   * @returns `[batch, outChannels, outHeight, outWidth]`
   * @throws ShapeError when channels differ or nothing is left of the result
   * @throws OutOfRangeError for an output size that no output padding gives
   */
  forward(x: Tensor, output: OutputSizeOptions<Size2d> = {}): Tensor {
    return convTranspose2d(x, this.weight, this.bias, { ...this.#options, ...output })
  }
}

/**
 * Spreads volumes by kernels, to `outChannels`; see `convTranspose3d`. Weight and bias begin as U(±1/√fanIn), with PyTorch’s
 * fanIn = outChannels / groups·kernelDepth·kernelHeight·kernelWidth.
 */
export class ConvTranspose3d extends Module {
  /** `[inChannels, outChannels / groups, kernelDepth, kernelHeight, kernelWidth]` */
  readonly weight: Parameter
  /** `[outChannels]` */
  readonly bias: Parameter | null
  readonly #options: ConvTransposeLayerOptions<Size3d>

  /**
   * @param kernelSize - one number for depth, height and width, or all three
   * @throws as `ConvTranspose2d`
   */
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Size3d,
    options: ConvTransposeLayerOptions<Size3d> = {},
  ) {
    super()
    const sizes = { inChannels, outChannels, kernelSize, spatial: 3 } as const
    const { weight, bias } = convParameters('ConvTranspose3d', convTransposeLayout, sizes, options)
    convTransposePlan('ConvTranspose3d', 3, options)
    this.weight = weight
    this.bias = bias
    this.#options = options
  }

  /**
   * @param x - `[batch, inChannels, depth, height, width]`, or without batch
   * @returns `[batch, outChannels, outDepth, outHeight, outWidth]`
   * @throws as that of `ConvTranspose2d`
   */
  forward(x: Tensor, output: OutputSizeOptions<Size3d> = {}): Tensor {
    return convTranspose3d(x, this.weight, this.bias, { ...this.#options, ...output })
  }
}
