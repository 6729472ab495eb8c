import type { Parameter } from '../tensor/parameter.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { type ConvParameterOptions, convLayout, convParameters } from './conv-parameters.ts'
import { type ConvOptions, conv1d, conv2d, conv3d, convPlan } from './functional/conv.ts'
import type { Size, Size1d, Size2d, Size3d } from './functional/spatial.ts'
import { Module } from './module.ts'

/** Options of a convolution layer. */
export interface ConvLayerOptions<S extends Size = Size2d> extends ConvOptions<S>, ConvParameterOptions {}

/**
 * Slides `outChannels` kernels over signals; see `conv1d`. Weight and bias begin as U(±1/√fanIn), with
 * fanIn = inChannels / groups·kernelLength.
 */
export class Conv1d extends Module {
  /** `[outChannels, inChannels / groups, kernelLength]` */
  readonly weight: Parameter
  /** `[outChannels]` */
  readonly bias: Parameter | null
  readonly #options: ConvLayerOptions<Size1d>

  /** @throws as `Conv2d` */
  constructor(inChannels: number, outChannels: number, kernelSize: Size1d, options: ConvLayerOptions<Size1d> = {}) {
    super()
    const sizes = { inChannels, outChannels, kernelSize, spatial: 1 } as const
    const { weight, bias } = convParameters('Conv1d', convLayout, sizes, options)
    convPlan('Conv1d', weight.shape.slice(2), options)
    this.weight = weight
    this.bias = bias
    this.#options = options
  }

  /**
   * @param x - `[batch, inChannels, length]`, or without batch
   * @returns `[batch, outChannels, outLength]`
   * @throws ShapeError when channels differ or the kernel is larger than the padded signal
   */
  forward(x: Tensor): Tensor {
    return conv1d(x, this.weight, this.bias, this.#options)
  }
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
  readonly #options: ConvLayerOptions<Size2d>

  /**
   * @param kernelSize - one number for height and width, or both
   * @throws OutOfRangeError when channels or sizes are no whole numbers of their range
   * @throws MisconfigurationError when `groups` does not divide the channels, for padding `'same'` with a stride, and for a
   * padding mode that there is none of
   */
  constructor(inChannels: number, outChannels: number, kernelSize: Size2d, options: ConvLayerOptions<Size2d> = {}) {
    super()
    const sizes = { inChannels, outChannels, kernelSize, spatial: 2 } as const
    const { weight, bias } = convParameters('Conv2d', convLayout, sizes, options)
    convPlan('Conv2d', weight.shape.slice(2), options)
    this.weight = weight
    this.bias = bias
    this.#options = options
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

/**
 * Slides `outChannels` kernels over volumes; see `conv3d`. Weight and bias begin as U(±1/√fanIn), with
 * fanIn = inChannels / groups·kernelDepth·kernelHeight·kernelWidth.
 */
export class Conv3d extends Module {
  /** `[outChannels, inChannels / groups, kernelDepth, kernelHeight, kernelWidth]` */
  readonly weight: Parameter
  /** `[outChannels]` */
  readonly bias: Parameter | null
  readonly #options: ConvLayerOptions<Size3d>

  /**
   * @param kernelSize - one number for depth, height and width, or all three
   * @throws as `Conv2d`
   */
  constructor(inChannels: number, outChannels: number, kernelSize: Size3d, options: ConvLayerOptions<Size3d> = {}) {
    super()
    const sizes = { inChannels, outChannels, kernelSize, spatial: 3 } as const
    const { weight, bias } = convParameters('Conv3d', convLayout, sizes, options)
    convPlan('Conv3d', weight.shape.slice(2), options)
    this.weight = weight
    this.bias = bias
    this.#options = options
  }

  /**
   * @param x - `[batch, inChannels, depth, height, width]`, or without batch
   * @returns `[batch, outChannels, outDepth, outHeight, outWidth]`
   * @throws ShapeError when channels differ or the kernel is larger than the padded volume
   */
  forward(x: Tensor): Tensor {
    return conv3d(x, this.weight, this.bias, this.#options)
  }
}
