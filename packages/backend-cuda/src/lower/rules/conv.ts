import type { ConvAttributes } from '@voltaic/core/graph'
import type { Raw } from '../../program/program-builder.ts'
import type { Emitter } from '../emitter.ts'
import { floats, type LoweredNode, type Rules } from '../rule.ts'
import { columnGradients, convByColumns } from './conv-by-columns.ts'
import { cropImage, paddedShape, padImage, type WindowOptions } from './taps.ts'

/**
 * Convolution and its two gradients. In one or two dimensions, undilated and ungrouped, they are TensorFlow's own, with padding
 * made by us, and channels last where kernels take nothing else, as those of the CPU; others are products of matrices.
 */
export const convRules: Rules<'conv' | 'convInputGrad' | 'convWeightGrad'> = {
  conv: {
    takes: floats,
    sums: true,
    lower: (emit, node) => {
      const [x, w] = node.inputs as [Raw, Raw]
      const [out] = node.outputSpecs
      if (isEmpty(node)) return emit.full(0, x.dtype, out!.shape)
      const options = windowOf(w.shape, node.attributes)
      const padded = padImage(emit, x, options, 0)
      if (!isPlain(x.shape, node.attributes)) return convByColumns(emit, padded, w, out!.shape, node.attributes)
      const y = emit.builder.op('Conv2D', [toImage(emit, padded), kernelLast(emit, w)], plain(emit, node.attributes))
      return fromImage(emit, y, out!.shape)
    },
  },
  convInputGrad: {
    takes: floats,
    sums: true,
    lower: (emit, node) => {
      const [g, w] = node.inputs as [Raw, Raw]
      const { shape } = node.attributes
      if (isEmpty(node)) return emit.full(0, g.dtype, shape)
      const options = windowOf(w.shape, node.attributes)
      const padded = paddedShape(shape, options)
      const whole = isPlain(shape, node.attributes)
        ? fromImage(
            emit,
            emit.builder.op(
              'Conv2DBackpropInput',
              [emit.ints(imageShape(emit, padded)), kernelLast(emit, w), toImage(emit, g)],
              plain(emit, node.attributes),
            ),
            padded,
          )
        : columnGradients.image(emit, g, w, padded, node.attributes)
      return cropImage(emit, whole, shape, options)
    },
  },
  convWeightGrad: {
    takes: floats,
    sums: true,
    lower: (emit, node) => {
      const [x, g] = node.inputs as [Raw, Raw]
      const { shape } = node.attributes
      if (isEmpty(node)) return emit.full(0, g.dtype, shape)
      const padded = padImage(emit, x, windowOf(shape, node.attributes), 0)
      if (!isPlain(x.shape, node.attributes)) return columnGradients.kernel(emit, padded, g, shape, node.attributes)
      const [outChannels, channels, height, width] = [shape[0]!, shape[1]!, shape.at(-2)!, shape.at(-1)!]
      const sizes = [shape.length === 3 ? 1 : height, width, channels, outChannels]
      const inputs = [toImage(emit, padded), emit.ints(sizes), toImage(emit, g)]
      const gradient = emit.builder.op('Conv2DBackpropFilter', inputs, plain(emit, node.attributes))
      return emit.reshape(emit.transpose(gradient, [3, 2, 0, 1]), shape)
    },
  },
}

function isEmpty({ inputs }: LoweredNode<unknown>): boolean {
  return inputs.some(({ shape }) => shape.includes(0))
}

function isPlain(image: readonly number[], { dilation, groups }: ConvAttributes): boolean {
  return image.length <= 4 && groups === 1 && dilation.every((n) => n === 1)
}

function windowOf(kernel: readonly number[], { stride, padding, dilation }: ConvAttributes): WindowOptions {
  return { kernel: kernel.slice(2), stride, padding, dilation }
}

/** Attributes of TensorFlow's own convolution; one dimension is two, the first of them 1. */
function plain({ quirks }: Emitter, { stride }: ConvAttributes) {
  const strides = [stride.at(-2) ?? 1, stride.at(-1)!]
  return {
    strides: quirks.channelsFirst ? [1, 1, ...strides] : [1, ...strides, 1],
    padding: 'VALID',
    data_format: quirks.channelsFirst ? 'NCHW' : 'NHWC',
    dilations: [1, 1, 1, 1],
    use_cudnn_on_gpu: true,
  }
}

/** The shape in which TensorFlow takes an image `[batch, channels, …spatial]`. */
function imageShape({ quirks }: Emitter, shape: readonly number[]): number[] {
  const [batch, channels, ...spatial] = shape as [number, number, ...number[]]
  const plane = spatial.length === 1 ? [1, ...spatial] : spatial
  return quirks.channelsFirst ? [batch, channels, ...plane] : [batch, ...plane, channels]
}

function toImage(emit: Emitter, x: Raw): Raw {
  const order = [0, ...x.shape.slice(2).map((_, i) => i + 2), 1]
  return emit.reshape(emit.quirks.channelsFirst ? x : emit.transpose(x, order), imageShape(emit, x.shape))
}

function fromImage(emit: Emitter, x: Raw, shape: readonly number[]): Raw {
  return emit.reshape(emit.quirks.channelsFirst ? x : emit.transpose(x, [0, 3, 1, 2]), shape)
}

/** `[height, width, channels, outChannels]` of a kernel `[outChannels, channels, …spatial]`. */
function kernelLast(emit: Emitter, w: Raw): Raw {
  const order = [...w.shape.slice(2).map((_, i) => i + 2), 1, 0]
  const [out, channels, ...spatial] = w.shape as [number, number, ...number[]]
  return emit.reshape(emit.transpose(w, order), [...(spatial.length === 1 ? [1] : []), ...spatial, channels, out])
}
