import { OutOfRangeError, ShapeError } from '../../errors/errors.ts'
import * as build from '../../graph/build.ts'
import { formatShape } from '../../graph/spec.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { inHalf } from './autocast-policy.ts'
import { checkSameDType } from './check-dtype.ts'
import { type ConvOperands, checkGroups, checkKernel } from './conv.ts'
import {
  addBias,
  imagesOf,
  type OutputSizeOptions,
  type Size,
  type Size1d,
  type Size2d,
  type Size3d,
  type Spatial,
  sizes,
} from './spatial.ts'

/** How a kernel spreads an image. */
export interface ConvTransposeOptions<S extends Size = Size2d> {
  /** Distance at which the kernel is put down for neighbours of the image. Default 1. */
  readonly stride?: S
  /** Cells cut off on each side of the result. Default 0. */
  readonly padding?: S
  /** Cells more at the end of the result; less than stride or dilation. Default 0. */
  readonly outputPadding?: S
  /** Into how many groups the channels are divided, each with kernels of its own. Default 1. */
  readonly groups?: number
  /** Distance of the kernel's taps. Default 1. */
  readonly dilation?: S
}

/**
 * `convTranspose2d` over signals.
 *
 * @param x - `[batch, inChannels, length]`, or without batch
 * @param weight - `[inChannels, outChannels / groups, kernelLength]`
 * @param bias - `[outChannels]`, or null for none
 * @returns `[batch, outChannels, outLength]`
 * @throws as `convTranspose2d`
 */
export function convTranspose1d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvTransposeOptions<Size1d> & OutputSizeOptions<Size1d> = {},
): Tensor {
  return convTranspose('convTranspose1d', 1, [x, weight, bias], options)
}

/**
 * Spreads images by kernels: each x[n, c, i, j] adds x·W[c, o, k, l] to y[n, o, i·stride + k·dilation − padding, …], over the
 * channels c of the group of o; and b[o] is added to all. The transpose of `conv2d` as a linear map, also called
 * deconvolution.
 *
 * @param x - `[batch, inChannels, height, width]`, or without batch
 * @param weight - `[inChannels, outChannels / groups, kernelHeight, kernelWidth]`
 * @param bias - `[outChannels]`, or null for none
 * @returns `[batch, outChannels, outHeight, outWidth]`, where
 * outHeight = (height − 1)·stride − 2·padding + dilation·(kernelHeight − 1) + 1 + outputPadding
 * @throws ShapeError when channels do not match, the input has no cells, or nothing is left of the result
 * @throws DTypeError when dtypes differ
 * @throws OutOfRangeError for sizes or groups that are no whole numbers of their range, and for an output padding that is
 * neither less than the stride nor than the dilation, or an output size that none gives
 */
export function convTranspose2d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvTransposeOptions<Size2d> & OutputSizeOptions<Size2d> = {},
): Tensor {
  return convTranspose('convTranspose2d', 2, [x, weight, bias], options)
}

/**
 * `convTranspose2d` over volumes.
 *
 * @param x - `[batch, inChannels, depth, height, width]`, or without batch
 * @param weight - `[inChannels, outChannels / groups, kernelDepth, kernelHeight, kernelWidth]`
 * @param bias - `[outChannels]`, or null for none
 * @returns `[batch, outChannels, outDepth, outHeight, outWidth]`
 * @throws as `convTranspose2d`
 */
export function convTranspose3d(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null = null,
  options: ConvTransposeOptions<Size3d> & OutputSizeOptions<Size3d> = {},
): Tensor {
  return convTranspose('convTranspose3d', 3, [x, weight, bias], options)
}

function convTranspose(
  who: string,
  spatial: Spatial,
  operands: ConvOperands,
  options: ConvTransposeOptions<Size> & OutputSizeOptions<Size>,
): Tensor {
  const [x, weight, bias] = [inHalf(operands[0]), inHalf(operands[1]), inHalf(operands[2])]
  const { value, restore } = imagesOf(who, x, spatial)
  checkKernel(who, weight, spatial, 'inChannels, outChannels / groups')
  checkSameDType(who, x, weight)
  const plan = convTransposePlan(who, spatial, options)
  const { stride, padding, dilation, groups } = plan
  const [batch, channels, ...image] = value.spec.shape
  if (channels !== weight.shape[0] || channels! % groups !== 0) {
    throw new ShapeError(
      `${who}: the input has ${weight.shape[0]} channels, which the groups divide, got ${formatShape(x.shape)} for a weight ${formatShape(weight.shape)} in ${groups} group(s)`,
    )
  }
  if (image.includes(0)) throw new ShapeError(`${who}: needs at least one cell, got an input ${formatShape(x.shape)}`)
  const kernel = weight.shape.slice(2)
  const least = image.map((n, i) => (n - 1) * stride[i]! - 2 * padding[i]! + dilation[i]! * (kernel[i]! - 1) + 1)
  const extra = outputPaddingOf(who, options.outputSize, least, plan)
  const size = least.map((n, i) => n + extra[i]!)
  if (size.some((n) => n < 1)) {
    throw new ShapeError(
      `${who}: nothing is left, got a result of ${formatShape(size)} for an input ${formatShape(x.shape)} and a kernel ${formatShape(kernel)}; use less padding`,
    )
  }
  const ends = extra.map((n, i) => endOf(n, stride[i]!, padding[i]!))
  const spread = build.convInputGrad(
    value,
    weight.value,
    { stride, padding: ends.map(({ cut }, i) => [padding[i]!, cut] as const), dilation, groups },
    [batch!, weight.shape[1]! * groups, ...size.map((n, i) => n - ends[i]!.unreached)],
  )
  const y = build.pad(spread, [[0, 0], [0, 0], ...ends.map(({ unreached }) => [0, unreached] as const)])
  return restore(addBias(who, y, bias))
}

interface End {
  /** Cells cut off after the last one. */
  readonly cut: number
  /** Cells after those. */
  readonly unreached: number
}

/**
 * The end of an axis with `extra` cells of output padding. Up to `stride − 1` of them are what a strided convolution leaves
 * over. Of more, which a dilation allows, the first are those that the padding would cut off; kernels do not reach the others.
 */
function endOf(extra: number, stride: number, padding: number): End {
  const beyond = Math.max(extra - (stride - 1), 0)
  const restored = Math.min(beyond, padding)
  return { cut: padding - restored, unreached: beyond - restored }
}

interface ConvTransposePlan {
  readonly stride: readonly number[]
  readonly padding: readonly number[]
  readonly outputPadding: readonly number[]
  readonly dilation: readonly number[]
  readonly groups: number
}

/** The options of a transposed convolution, checked and written out. @throws as `convTranspose2d`, whatever the input */
export function convTransposePlan(
  who: string,
  spatial: Spatial,
  { stride = 1, padding = 0, outputPadding = 0, groups = 1, dilation = 1 }: ConvTransposeOptions<Size>,
): ConvTransposePlan {
  checkGroups(who, groups)
  const plan = {
    stride: sizes(who, 'the stride', stride, spatial, 1),
    padding: sizes(who, 'the padding', padding, spatial, 0),
    outputPadding: sizes(who, 'the output padding', outputPadding, spatial, 0),
    dilation: sizes(who, 'the dilation', dilation, spatial, 1),
    groups,
  }
  if (plan.outputPadding.some((n, i) => n >= plan.stride[i]! && n >= plan.dilation[i]!)) {
    throw new OutOfRangeError(
      `${who}: the output padding is less than the stride or the dilation, got ${formatShape(plan.outputPadding)} for stride ${formatShape(plan.stride)} and dilation ${formatShape(plan.dilation)}`,
    )
  }
  return plan
}

function outputPaddingOf(
  who: string,
  outputSize: Size | undefined,
  least: readonly number[],
  { outputPadding, stride }: ConvTransposePlan,
): readonly number[] {
  if (outputSize === undefined) return outputPadding
  const wanted = sizes(who, 'the output size', outputSize, least.length as Spatial, 1)
  const most = least.map((n, i) => n + stride[i]! - 1)
  if (wanted.some((n, i) => n < least[i]! || n > most[i]!)) {
    throw new OutOfRangeError(
      `${who}: the output size is from ${formatShape(least)} to ${formatShape(most)}, got ${formatShape(wanted)}`,
    )
  }
  return wanted.map((n, i) => n - least[i]!)
}
