import type { Shape } from '@voltaic/core'
import { type PoolAttributes, type PrimitiveAttributes, sizeOf, stridesOf } from '@voltaic/core/graph'
import type { ModelBuilder } from '../../model/model-builder.ts'
import type { OnnxValue } from '../../model/onnx-value.ts'
import { floats, type Lowerings, whole } from '../lowering.ts'
import {
  hasKernels,
  onnxWindows,
  padImage,
  placeOf,
  spreadOut,
  tapsAlong,
  tapsOf,
  underTap,
  type WindowAxis,
  windowAxes,
} from './windows.ts'

/** Pooling and its gradients. */
export const pooling: Lowerings<'maxPool' | 'maxPoolGrad' | 'avgPool' | 'avgPoolGrad'> = {
  maxPool: whole(floats, ([x], { b, attributes, outputs, node, around }) => {
    const [, indices] = node.outputs
    const { shape } = outputs[0]!
    if (around.uses(indices!) > 0 || !hasKernels(x!)) return maxPoolWithIndices(b, x!, attributes, shape)
    const values = maxPool(b, x!, attributes, shape)
    // Never read; stands where the part expects a value.
    return [values, b.scalar('int32', 0)]
  }),
  maxPoolGrad: whole(floats, ([g, indices], { b, attributes }) => maxPoolGrad(b, g!, indices!, attributes.shape)),
  avgPool: whole(floats, ([x], { b, attributes, outputs }) => averagePool(b, x!, attributes, outputs[0]!.shape)),
  avgPoolGrad: whole(floats, ([g], { b, attributes }) =>
    hasKernels(g!) ? avgPoolGrad(b, g!, attributes) : avgPoolGradBySums(b, g!, attributes),
  ),
}

function averagePool(b: ModelBuilder, x: OnnxValue, attributes: PoolAttributes, shape: Shape): OnnxValue {
  const { kernel, padding } = attributes
  // ONNX Runtime refuses windows that may lie in the padding alone.
  const isWide = padding.some((sides, i) => sides.some((n) => n >= kernel[i]!))
  if (isWide || !hasKernels(x)) {
    return b.zip('Div', windowSums(b, x, attributes, shape), b.scalar(x.type, sizeOf(kernel)))
  }
  const windows = onnxWindows(kernel, attributes)
  return b.op('AveragePool', [x], { type: x.type, shape }, { ...windows, count_include_pad: 1 })
}

const lowest = -(2 ** 128 - 2 ** 104)

/**
 * Without indices MaxPool is fast. It overlooks NaN, and −∞ is to it the lowest finite number: both show in the mean of
 * sizes, those of negative numbers made small, so that no sum of finite ones is infinite.
 */
function maxPool(b: ModelBuilder, x: OnnxValue, attributes: PoolAttributes, shape: Shape): OnnxValue {
  const result = { type: x.type, shape }
  const [values] = b.ops('MaxPool', [x], [result, { type: 'int64', shape }], {
    attributes: onnxWindows(attributes.kernel, attributes),
  })
  const sizes = b.map('LeakyRelu', x, { alpha: { float: -(2 ** -32) } })
  const probe = averagePool(b, sizes, attributes, shape)
  const isInfinite = b.test('Equal', probe, b.scalar('float', Number.POSITIVE_INFINITY))
  const isBottom = b.test('And', isInfinite, b.test('Equal', values!, b.scalar('float', lowest)))
  const finite = b.where(isBottom, b.scalar('float', Number.NEGATIVE_INFINITY), values!)
  return b.where(b.test('IsNaN', probe), probe, finite)
}

/**
 * Each tap as a tensor of its own: their Max is the value, and the first tap that equals it (or is NaN) the index. Less
 * than half the time of ONNX Runtime's MaxPool with indices, which also overlooks NaN and counts over all channels, in int64.
 */
function maxPoolWithIndices(b: ModelBuilder, x: OnnxValue, attributes: PoolAttributes, shape: Shape): OnnxValue[] {
  const image = x.shape.slice(2)
  const axes = windowAxes(image, attributes.kernel, shape.slice(2), attributes)
  // Every window holds an element of the image, which padding never exceeds.
  const padded = padImage(b, x, axes, Number.NEGATIVE_INFINITY)
  const taps = tapsOf(attributes.kernel).map((tap) => ({
    places: placesUnder(axes, image, tap),
    value: axes.reduce((value, axis, i) => underTap(b, value, i + 2, axis, tap[i]!), padded),
  }))
  const values =
    taps.length === 1
      ? taps[0]!.value
      : b.op(
          'Max',
          taps.map(({ value }) => value),
          { type: x.type, shape },
        )
  let indices = b.scalar('int32', 0)
  for (const { places, value } of taps.reverse()) {
    const isLargest = b.test('Or', b.test('Equal', value, values), b.test('IsNaN', value))
    const inImage = b.constant(
      'bool',
      shape.slice(2),
      places.map((place) => (place < 0 ? 0 : 1)),
    )
    const counts = places.some((place) => place < 0) ? b.test('And', isLargest, inImage) : isLargest
    indices = b.where(counts, b.constant('int32', shape.slice(2), places), indices)
  }
  return [values, indices]
}

/** Flat place in the plane under one tap of each window, −1 where that is padding. */
function placesUnder(axes: readonly WindowAxis[], image: Shape, tap: readonly number[]): number[] {
  const strides = stridesOf(image)
  return tapsOf(axes.map((axis) => axis.outputs)).map((output) => {
    const position = axes.map((axis, i) => placeOf(axis, tap[i]!, output[i]!))
    const isInside = position.every((place, i) => place >= 0 && place < image[i]!)
    return isInside ? position.reduce((flat, place, i) => flat + place * strides[i]!, 0) : -1
  })
}

// ScatterElements adds in order; ScatterND would race on indices that meet.
function maxPoolGrad(b: ModelBuilder, g: OnnxValue, indices: OnnxValue, shape: Shape): OnnxValue {
  const planes = shape[0]! * shape[1]!
  const [plane, outputs] = [sizeOf(shape.slice(2)), sizeOf(g.shape.slice(2))]
  const zeros = b.expand(b.scalar(g.type, 0), [planes, plane])
  const inputs = [zeros, b.reshape(indices, [planes, outputs]), b.reshape(g, [planes, outputs])]
  const scattered = b.op('ScatterElements', inputs, zeros, { axis: 1, reduction: 'add' })
  return b.reshape(scattered, shape)
}

/** A transposed convolution with a kernel of 1 / taps, each channel on its own. */
function avgPoolGrad(b: ModelBuilder, g: OnnxValue, attributes: PrimitiveAttributes['avgPoolGrad']): OnnxValue {
  const { kernel, padding, shape, stride } = attributes
  const planes = shape[0]! * shape[1]!
  const taps = sizeOf(kernel)
  const weights = b.constant('float', [1, 1, ...kernel], new Array<number>(taps).fill(1 / taps))
  const rest = kernel.map((n, i) => (shape[i + 2]! + padding[i]![0] + padding[i]![1] - n) % stride[i]!)
  const spread = b.op(
    'ConvTranspose',
    [b.reshape(g, [planes, 1, ...g.shape.slice(2)]), weights],
    { type: g.type, shape: [planes, 1, ...shape.slice(2)] },
    { ...onnxWindows(kernel, attributes), output_padding: rest },
  )
  return b.reshape(spread, shape)
}

/** Each gradient, in equal parts, to all that lay under its window: sums of the windows that reach a place. */
function avgPoolGradBySums(b: ModelBuilder, g: OnnxValue, attributes: PrimitiveAttributes['avgPoolGrad']): OnnxValue {
  const { kernel, padding, shape, stride } = attributes
  const share = b.zip('Div', g, b.scalar(g.type, sizeOf(kernel)))
  const mirrored = padding.map(([before, after], i) => [kernel[i]! - 1 - before, kernel[i]! - 1 - after] as const)
  const everywhere = { kernel, stride: stride.map(() => 1), padding: mirrored }
  return windowSums(b, spreadOut(b, share, stride), everywhere, shape)
}

/** What lies under each window, added up one axis after the other. */
function windowSums(b: ModelBuilder, x: OnnxValue, attributes: PoolAttributes, shape: Shape): OnnxValue {
  const axes = windowAxes(x.shape.slice(2), attributes.kernel, shape.slice(2), attributes)
  let sums = padImage(b, x, axes, 0)
  for (const [i, axis] of axes.entries()) {
    const taps = tapsAlong(b, sums, i + 2, axis)
    if (taps.length > 1) sums = b.op('Sum', taps, taps[0]!)
    else sums = taps[0]!
  }
  return sums
}
