import type { Shape } from '@voltaic/core'
import type { ConvAttributes, PrimitiveAttributes, TensorSpec } from '@voltaic/core/graph'
import type { ModelBuilder } from '../../model/model-builder.ts'
import type { OnnxValue } from '../../model/onnx-value.ts'
import { floats, type Lowerings, whole } from '../lowering.ts'
import { convByProducts, flipKernel, inputGradByProducts, mirroredPadding } from './conv-by-products.ts'
import { convWeightGrad } from './conv-weight-grad.ts'
import { hasKernels, onnxWindows } from './windows.ts'

/** Convolution and its gradients. */
export const convolution: Lowerings<'conv' | 'convInputGrad' | 'convWeightGrad'> = {
  conv: whole(
    floats,
    ([x, w], { b, attributes, outputs }) => {
      const { shape } = outputs[0]!
      return hasKernels(x!) ? conv(b, [x!, w!], attributes, shape) : convByProducts(b, x!, w!, attributes, shape)
    },
    { refuses: hasNoChannels },
  ),
  convInputGrad: whole(
    floats,
    ([g, w], { b, attributes }) => {
      if (!hasKernels(g!)) return inputGradByProducts(b, g!, w!, attributes)
      return isFasterFlipped(w!, attributes)
        ? flippedConv(b, g!, w!, attributes)
        : transposedConv(b, g!, w!, attributes)
    },
    { refuses: hasNoChannels },
  ),
  convWeightGrad: whole(floats, ([x, g], { b, attributes }) => convWeightGrad(b, x!, g!, attributes)),
}

type InputGradAttributes = PrimitiveAttributes['convInputGrad']

/** Then nothing is added up, and the result is not written. */
function hasNoChannels(inputs: readonly TensorSpec[]): boolean {
  return inputs[0]!.shape[1] === 0
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
  const { dilation, shape, stride, groups } = attributes
  const padding = mirroredPadding(w, attributes)
  return conv(b, [g, flipKernel(b, w, groups)], { stride, dilation, groups, padding }, shape)
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
