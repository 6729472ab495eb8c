import { MisconfigurationError, ShapeError } from '../../errors/errors.ts'
import * as build from '../../graph/build.ts'
import { formatShape, type Shape } from '../../graph/spec.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { checkSameDType } from './check-dtype.ts'
import { onImages, pair, type Size2d } from './spatial.ts'

/** How a kernel moves over an image. */
export interface ConvOptions {
  /** Default 1. */
  readonly stride?: Size2d
  /** Zeros on each side; `'same'`: as many as keep height and width (stride 1 only); `'valid'`: none. Default 0. */
  readonly padding?: Size2d | 'same' | 'valid'
  /** Distance of the kernel's taps. Default 1. */
  readonly dilation?: Size2d
  /** Into how many groups the channels are divided, each with kernels of its own. Default 1. */
  readonly groups?: number
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
 * @throws ShapeError when channels do not match or the kernel is larger than the padded image
 * @throws DTypeError when dtypes differ
 * @throws MisconfigurationError for `'same'` with a stride
 */
export function conv2d(x: Tensor, weight: Tensor, bias: Tensor | null = null, options: ConvOptions = {}): Tensor {
  const { groups = 1 } = options
  checkSameDType('conv2d', x, weight)
  const channels = x.shape[x.ndim - 3]
  if (weight.ndim !== 4 || (channels !== undefined && channels !== weight.shape[1]! * groups)) {
    throw new ShapeError(
      `conv2d: the input has ${weight.shape[1]! * groups} channels, got ${formatShape(x.shape)} for a weight ${formatShape(weight.shape)} in ${groups} group(s)`,
    )
  }
  const stride = pair('conv2d', 'the stride', options.stride ?? 1, 1)
  const dilation = pair('conv2d', 'the dilation', options.dilation ?? 1, 1)
  const padding = paddingOf(options.padding ?? 0, weight.shape.slice(2), stride, dilation)
  return onImages('conv2d', x, (images) => {
    const y = build.conv(images, weight.value, { stride, padding, dilation, groups })
    return bias === null ? y : build.add(y, build.reshape(bias.value, [1, bias.numel, 1, 1]))
  })
}

function paddingOf(
  padding: Size2d | 'same' | 'valid',
  kernel: Shape,
  stride: readonly number[],
  dilation: readonly number[],
): (readonly [number, number])[] {
  if (padding === 'same') {
    if (stride.some((step) => step !== 1)) {
      throw new MisconfigurationError(
        `conv2d: padding 'same' needs stride 1, got stride ${formatShape(stride)}; give the padding in pixels`,
      )
    }
    return kernel.map((taps, i) => {
      const total = dilation[i]! * (taps - 1)
      // An odd one goes after the image, as in PyTorch.
      return [Math.floor(total / 2), Math.ceil(total / 2)]
    })
  }
  return pair('conv2d', 'the padding', padding === 'valid' ? 0 : padding, 0).map((n) => [n, n])
}
