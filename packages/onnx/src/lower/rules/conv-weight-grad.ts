import { type PrimitiveAttributes, sizeOf } from '@voltaic/core/graph'
import type { ModelBuilder } from '../../model/model-builder.ts'
import { microsoft, type OnnxValue } from '../../model/onnx-value.ts'
import { concat } from './movement.ts'
import { tapsAlong, unfold, windowAxes } from './windows.ts'

/**
 * The gradient of a convolution's kernel: for each tap a product of the gradient with what lay under that tap, summed
 * over images. ONNX Runtime has no such op, and Conv on exchanged operands takes two to three times as long.
 *
 * Taps of all dimensions but the first are laid side by side as channels, so that few and larger products remain; images
 * of few channels have those of the first beside them too. That was the fastest of seven arrangements tried, or close to
 * it, for 1 to 64 channels.
 */
export function convWeightGrad(
  b: ModelBuilder,
  x: OnnxValue,
  g: OnnxValue,
  attributes: PrimitiveAttributes['convWeightGrad'],
): OnnxValue {
  const { groups, shape } = attributes
  const kernel = shape.slice(2)
  const axes = windowAxes(x.shape.slice(2), kernel, g.shape.slice(2), attributes)
  const [images, channels, outChannels] = [x.shape[0]!, x.shape[1]! / groups, g.shape[1]! / groups]
  const outputs = sizeOf(g.shape.slice(2))
  const joinsFirst = channels <= 4

  const columns = unfold(b, x, axes, groups, joinsFirst ? 0 : 1)
  const gradient = b.reshape(g, [images, groups, outChannels, outputs])
  const products = (joinsFirst ? [columns] : tapsAlong(b, columns, 3, axes[0]!)).map((under) => {
    const flat = b.reshape(under, [images, groups, under.shape[2]!, outputs])
    const result = { type: x.type, shape: [images, groups, outChannels, under.shape[2]!] }
    return b.op('FusedMatMul', [gradient, flat], result, { transB: 1 }, microsoft)
  })
  const summed = b.reduce('ReduceSum', concat(b, products, 3), { axes: [0], keepDims: false })
  const tapsFirst = b.reshape(summed, [groups * outChannels, sizeOf(kernel), channels])
  return b.reshape(b.transpose(tapsFirst, [0, 2, 1]), shape)
}
