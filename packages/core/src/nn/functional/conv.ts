import { MisconfigurationError, OutOfRangeError, ShapeError } from '../../errors/errors.ts'
import * as build from '../../graph/build.ts'
import type { ConvAttributes } from '../../graph/primitives.ts'
import { formatShape, type Shape } from '../../graph/spec.ts'
import { type PadMode, padSides, type Sides } from '../../tensor/pad.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { inHalf } from './autocast-policy.ts'
import { checkSameDType } from './check-dtype.ts'
import {
  addBias,
  imageShape,
  imagesOf,
  type Size,
  type Size1d,
  type Size2d,
  type Size3d,
  type Spatial,
  sizes,
} from './spatial.ts'

/** What stands around an image: zeros, the image mirrored, its edge repeated, or the image again from its other end. */
export type PaddingMode = 'zeros' | Exclude<PadMode, 'constant'>

/** How a kernel moves over an image. */
export interface ConvOptions<S extends Size = Size2d> {
  /** Default 1. */
  readonly stride?: S
  /** Cells on each side; `'same'`: as many as keep the image's size (stride 1 only); `'valid'`: none. Default 0. */
  readonly padding?: S | 'same' | 'valid'
  /** Distance of the kernel's taps. Default 1. */
  readonly dilation?: S
  /** Into how many groups the channels are divided, each with kernels of its own. Default 1. */
  readonly groups?: number
  /** What the padding holds. Default zeros. */
  readonly paddingMode?: PaddingMode
}

/**
 * `conv2d` over signals: y[n, o, i] = b[o] + Σ x[n, c, i·stride + k·dilation − padding]·W[o, c, k].
 *
 * @param x - `[batch, inChannels, length]`, or without batch
 * @param weight - `[outChannels, inChannels / groups, kernelLength]`
 * @param bias - `[outChannels]`, or null for none
 * @returns `[batch, outChannels, outLength]`
 * @throws as `conv2d`
 */
export function conv1d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvOptions<Size1d> = {},
): Tensor {
  return conv('conv1d', 1, [x, weight, bias], options)
}

/**
 * Slides kernels over images: y[n, o, i, j] = b[o] + Σ x[n, c, i·stride + k·dilation − padding, …]·W[o, c, k, l] over the
 * channels c of the group and the taps k, l; what is commonly called convolution.
 *
 * @param x - `[batch, inChannels, height, width]`, or without batch
 * @param weight - `[outChannels, inChannels / groups, kernelHeight, kernelWidth]`
 * @param bias - `[outChannels]`, or null for none
 * @returns `[batch, outChannels, outHeight, outWidth]`, where
 * outHeight = ⌊(height + 2·padding − dilation·(kernelHeight − 1) − 1) / stride⌋ + 1
 * @throws ShapeError when channels do not match, the kernel is larger than the padded image, or a padding mode has not as
 * many cells as it is asked for (see `pad`)
 * @throws DTypeError when dtypes differ
 * @throws OutOfRangeError for sizes or groups that are no whole numbers of their range
 * @throws MisconfigurationError for `'same'` with a stride, and for a padding mode that there is none of
 */
export function conv2d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvOptions<Size2d> = {},
): Tensor {
  return conv('conv2d', 2, [x, weight, bias], options)
}

/**
 * `conv2d` over volumes.
 *
 * @param x - `[batch, inChannels, depth, height, width]`, or without batch
 * @param weight - `[outChannels, inChannels / groups, kernelDepth, kernelHeight, kernelWidth]`
 * @param bias - `[outChannels]`, or null for none
 * @returns `[batch, outChannels, outDepth, outHeight, outWidth]`
 * @throws as `conv2d`
 */
export function conv3d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvOptions<Size3d> = {},
): Tensor {
  return conv('conv3d', 3, [x, weight, bias], options)
}

/** Input, weight and bias of a convolution. */
export type ConvOperands = readonly [x: Tensor, weight: Tensor, bias: Tensor | null]

function conv(who: string, spatial: Spatial, operands: ConvOperands, options: ConvOptions<Size>): Tensor {
  const [x, weight, bias] = [inHalf(operands[0]), inHalf(operands[1]), inHalf(operands[2])]
  const { value, restore } = imagesOf(who, x, spatial)
  checkKernel(who, weight, spatial, 'outChannels, inChannels / groups')
  checkSameDType(who, x, weight)
  const { paddingMode, ...attributes } = convPlan(who, weight.shape.slice(2), options)
  const inChannels = weight.shape[1]! * attributes.groups
  if (value.spec.shape[1] !== inChannels) {
    throw new ShapeError(
      `${who}: the input has ${inChannels} channels, got ${formatShape(x.shape)} for a weight ${formatShape(weight.shape)} in ${attributes.groups} group(s)`,
    )
  }
  if (paddingMode === 'zeros') {
    return restore(addBias(who, build.conv(value, weight.value, attributes), bias))
  }
  const sides: Sides[] = [[0, 0], [0, 0], ...attributes.padding]
  const padded = padSides(who, value, sides, { mode: paddingMode, value: 0 })
  const unpadded = { ...attributes, padding: attributes.padding.map(() => [0, 0] as const) }
  return restore(addBias(who, build.conv(padded, weight.value, unpadded), bias))
}

/**
 * Refuses a weight that is no kernel.
 *
 * @param channels - its first two dimensions, as a message writes them
 * @throws ShapeError
 */
export function checkKernel(who: string, weight: Tensor, spatial: Spatial, channels: string): void {
  if (weight.ndim !== spatial + 2 || weight.shape.slice(2).includes(0)) {
    throw new ShapeError(
      `${who}: the weight is ${imageShape(spatial, channels)} with at least one tap, got ${formatShape(weight.shape)}`,
    )
  }
}

/** @throws OutOfRangeError */
export function checkGroups(who: string, groups: number): void {
  if (!Number.isInteger(groups) || groups < 1) {
    throw new OutOfRangeError(`${who}: the number of groups is whole and ≥ 1, got ${groups}`)
  }
}

const paddingModes: readonly PaddingMode[] = ['zeros', 'reflect', 'replicate', 'circular']

/** The options of a convolution with `kernel`, checked and written out. @throws as `conv2d`, whatever the input */
export function convPlan(
  who: string,
  kernel: Shape,
  { stride = 1, padding = 0, dilation = 1, groups = 1, paddingMode = 'zeros' }: ConvOptions<Size>,
): ConvAttributes & { readonly paddingMode: PaddingMode } {
  const spatial = kernel.length as Spatial
  checkGroups(who, groups)
  if (!paddingModes.includes(paddingMode)) {
    throw new MisconfigurationError(`${who}: the padding mode is one of ${paddingModes.join(', ')}, got ${paddingMode}`)
  }
  const steps = sizes(who, 'the stride', stride, spatial, 1)
  const distances = sizes(who, 'the dilation', dilation, spatial, 1)
  const reach = kernel.map((taps, i) => distances[i]! * (taps - 1))
  return {
    stride: steps,
    padding: padding === 'same' ? samePadding(who, reach, steps) : evenPadding(who, padding, spatial),
    dilation: distances,
    groups,
    paddingMode,
  }
}

function samePadding(who: string, reach: readonly number[], stride: readonly number[]): Sides[] {
  if (stride.some((step) => step !== 1)) {
    throw new MisconfigurationError(
      `${who}: padding 'same' needs stride 1, got stride ${formatShape(stride)}; give the padding in pixels`,
    )
  }
  // An odd one goes after the image, as in PyTorch.
  return reach.map((total) => [Math.floor(total / 2), Math.ceil(total / 2)])
}

function evenPadding(who: string, padding: Size | 'valid', spatial: Spatial): Sides[] {
  return sizes(who, 'the padding', padding === 'valid' ? 0 : padding, spatial, 0).map((n) => [n, n])
}
