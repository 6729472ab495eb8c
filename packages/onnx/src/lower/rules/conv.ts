import type { Shape } from '@voltaic/core'
import type { ConvAttributes, PrimitiveAttributes, TensorSpec } from '@voltaic/core/graph'
import type { ModelBuilder } from '../../model/model-builder.ts'
import type { OnnxValue } from '../../model/onnx-value.ts'
import { floats, type Lowerings, whole } from '../lowering.ts'
import { convWeightGrad } from './conv-weight-grad.ts'
import { range, take } from './movement.ts'
import { onnxWindows } from './windows.ts'

/** Convolution and its gradients. */
export const convolution: Lowerings<'conv' | 'convInputGrad' | 'convWeightGrad'> = {
  conv: whole(floats, ([x, w], { b, attributes, outputs }) => conv(b, [x!, w!], attributes, outputs[0]!.shape), {
    refuses: isBeyondKernels,
  }),
  convInputGrad: whole(
    floats,
    ([g, w], { b, attributes }) =>
      isFasterFlipped(w!, attributes) ? flippedConv(b, g!, w!, attributes) : transposedConv(b, g!, w!, attributes),
    { refuses: isBeyondKernels },
  ),
  convWeightGrad: whole(floats, ([x, g], { b, attributes }) => convWeightGrad(b, x!, g!, attributes)),
}

type InputGradAttributes = PrimitiveAttributes['convInputGrad']

/** ONNX Runtime has kernels for up to three spatial dimensions, and none for images without channels. */
function isBeyondKernels(inputs: readonly TensorSpec[]): boolean {
  return inputs[0]!.rank > 5 || inputs[0]!.shape[1] === 0
}

/**
 * A convolution, plus a number a channel that is added to its result.
 *
 * @param bias - `[outChannels]`
 */
export function conv(
  b: ModelBuilder,
  operands: readonly [x: OnnxValue, w: OnnxValue, bias?: OnnxValue],
  attributes: ConvAttributes,
  shape: Shape,
): OnnxValue {
  const [x, w] = operands
  const windows = onnxWindows(w.shape.slice(2), attributes)
  return b.op('Conv', operands, { type: x.type, shape }, { ...windows, group: attributes.groups })
}

// Measured on two threads: with 8 channels or more a Conv with the flipped kernel takes 60–80 % of ConvTranspose's time,
// with one channel over twice as much. With a stride, gradients would have to be spread out first, which costs more.
function isFasterFlipped(w: OnnxValue, { stride, padding, dilation }: InputGradAttributes): boolean {
  const fits = padding.every((pair, i) => pair.every((p) => p <= dilation[i]! * (w.shape[i + 2]! - 1)))
  return w.shape[1]! >= 8 && stride.every((s) => s === 1) && fits
}

function flippedConv(b: ModelBuilder, g: OnnxValue, w: OnnxValue, attributes: InputGradAttributes): OnnxValue {
  const { dilation, padding, shape, stride, groups } = attributes
  const kernel = w.shape.slice(2)
  const reach = kernel.map((n, i) => dilation[i]! * (n - 1))
  const mirrored = padding.map(([before, after], i) => [reach[i]! - before, reach[i]! - after] as const)
  return conv(b, [g, flipKernel(b, w, groups)], { stride, dilation, groups, padding: mirrored }, shape)
}

/** Taps in opposite order, input and output channels exchanged within each group. */
function flipKernel(b: ModelBuilder, w: OnnxValue, groups: number): OnnxValue {
  const [outChannels, channels] = w.shape as [number, number]
  const kernel = w.shape.slice(2)
  const taps = kernel.reduce((product, n) => product * n, 1)
  const perGroup = outChannels / groups
  const flipped = take(b, b.reshape(w, [groups, perGroup, channels, taps]), 3, range(taps).reverse())
  return b.reshape(b.transpose(flipped, [0, 2, 1, 3]), [groups * channels, perGroup, ...kernel])
}

function transposedConv(b: ModelBuilder, g: OnnxValue, w: OnnxValue, attributes: InputGradAttributes): OnnxValue {
  const { dilation, groups, padding, shape, stride } = attributes
  const kernel = w.shape.slice(2)
  // What no window reached at the end of the image.
  const rest = kernel.map((n, i) => {
    const padded = shape[i + 2]! + padding[i]![0] + padding[i]![1]
    return (padded - dilation[i]! * (n - 1) - 1) % stride[i]!
  })
  const windows = onnxWindows(kernel, attributes)
  return b.op('ConvTranspose', [g, w], { type: g.type, shape }, { ...windows, group: groups, output_padding: rest })
}
