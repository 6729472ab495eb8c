import type { Shape } from '@voltaic/core'
import { type ConvAttributes, type PrimitiveAttributes, sizeOf } from '@voltaic/core/graph'
import type { ModelBuilder } from '../../model/model-builder.ts'
import type { OnnxValue } from '../../model/onnx-value.ts'
import { range, take } from './movement.ts'
import { spreadOut, unfold, windowAxes } from './windows.ts'

/**
 * A convolution as a product of the kernel with what lies under its taps: for types and ranks that ONNX Runtime's Conv
 * lacks.
 */
export function convByProducts(
  b: ModelBuilder,
  x: OnnxValue,
  w: OnnxValue,
  attributes: ConvAttributes,
  shape: Shape,
): OnnxValue {
  const { groups } = attributes
  const [images, channels] = [x.shape[0]!, x.shape[1]! / groups]
  const [outChannels, kernel] = [w.shape[0]! / groups, w.shape.slice(2)]
  const axes = windowAxes(x.shape.slice(2), kernel, shape.slice(2), attributes)
  const [taps, outputs] = [sizeOf(kernel), sizeOf(shape.slice(2))]
  const columns = b.reshape(unfold(b, x, axes, groups), [images, groups, taps * channels, outputs])
  const tapsFirst = b.transpose(b.reshape(w, [groups, outChannels, channels, taps]), [0, 1, 3, 2])
  const rows = b.reshape(tapsFirst, [1, groups, outChannels, taps * channels])
  const products = b.op('MatMul', [rows, columns], { type: x.type, shape: [images, groups, outChannels, outputs] })
  return b.reshape(products, shape)
}

/** The gradient of a convolution's image in the same way: gradients, spread out by the stride, meet the flipped kernel. */
export function inputGradByProducts(
  b: ModelBuilder,
  g: OnnxValue,
  w: OnnxValue,
  attributes: PrimitiveAttributes['convInputGrad'],
): OnnxValue {
  const { dilation, groups, shape } = attributes
  return convByProducts(
    b,
    spreadOut(b, g, attributes.stride),
    flipKernel(b, w, groups),
    { stride: attributes.stride.map(() => 1), padding: mirroredPadding(w, attributes), dilation, groups },
    shape,
  )
}

/** The padding of the convolution that takes gradients back; less than 0 cuts off. */
export function mirroredPadding(
  w: OnnxValue,
  { dilation, padding }: Pick<ConvAttributes, 'dilation' | 'padding'>,
): readonly (readonly [number, number])[] {
  return padding.map(([before, after], i) => {
    const reach = dilation[i]! * (w.shape[i + 2]! - 1)
    return [reach - before, reach - after]
  })
}

/** Taps in opposite order, input and output channels exchanged within each group. */
export function flipKernel(b: ModelBuilder, w: OnnxValue, groups: number): OnnxValue {
  const [outChannels, channels] = w.shape as [number, number]
  const kernel = w.shape.slice(2)
  const taps = sizeOf(kernel)
  const perGroup = outChannels / groups
  const flipped = take(b, b.reshape(w, [groups, perGroup, channels, taps]), 3, range(taps).reverse())
  return b.reshape(b.transpose(flipped, [0, 2, 1, 3]), [groups * channels, perGroup, ...kernel])
}
