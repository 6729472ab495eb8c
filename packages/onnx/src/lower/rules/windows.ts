import type { Shape } from '@voltaic/core'
import { sizeOf, stridesOf } from '@voltaic/core/graph'
import type { ModelBuilder } from '../../model/model-builder.ts'
import type { OnnxValue } from '../../model/onnx-value.ts'
import { concat, everyNth, range, sliceAxis } from './movement.ts'

/** Where the windows of a convolution or pooling lie along one spatial dimension. */
export interface WindowAxis {
  /** Elements of the image. */
  readonly length: number
  /** Number of windows. */
  readonly outputs: number
  readonly kernel: number
  readonly stride: number
  readonly dilation: number
  readonly before: number
}

interface WindowAttributes {
  readonly stride: readonly number[]
  readonly padding: readonly (readonly [number, number])[]
  readonly dilation?: readonly number[]
}

/** The axes of windows; all three shapes are spatial. */
export function windowAxes(
  image: Shape,
  kernel: Shape,
  outputs: Shape,
  { stride, padding, dilation }: WindowAttributes,
): WindowAxis[] {
  return image.map((length, i) => ({
    length,
    outputs: outputs[i]!,
    kernel: kernel[i]!,
    stride: stride[i]!,
    dilation: dilation?.[i] ?? 1,
    before: padding[i]![0],
  }))
}

/** ONNX Runtime's convolutions and pools take float32 with up to three spatial dimensions. */
export function hasKernels({ type, shape }: OnnxValue): boolean {
  return type === 'float' && shape.length <= 5
}

/** Attributes by ONNX's names; what Conv and the pools share. */
export function onnxWindows(
  kernel: Shape,
  { stride, padding, dilation }: WindowAttributes,
): Record<string, readonly number[]> {
  return {
    kernel_shape: kernel,
    strides: stride,
    pads: [...padding.map(([before]) => before), ...padding.map(([, after]) => after)],
    ...(dilation === undefined ? {} : { dilations: dilation }),
  }
}

/** Every tap of the kernel: one index a dimension, last one fastest. */
export function tapsOf(kernel: Shape): number[][] {
  const strides = stridesOf(kernel)
  return range(sizeOf(kernel)).map((flat) => kernel.map((n, i) => Math.floor(flat / strides[i]!) % n))
}

/** Place in the image under tap `k` of window `o`; outside of it in the padding. */
export function placeOf(axis: WindowAxis, k: number, o: number): number {
  return o * axis.stride - axis.before + k * axis.dilation
}

/**
 * An image `[batch, channels, …spatial]` with its padding written out as `value`, as far as `underTap` reads: each axis a
 * multiple of its stride.
 */
export function padImage(b: ModelBuilder, x: OnnxValue, axes: readonly WindowAxis[], value: number): OnnxValue {
  const lengths = axes.map(
    ({ outputs, kernel, dilation, stride }) => (outputs + Math.floor(((kernel - 1) * dilation) / stride)) * stride,
  )
  const before = [0, 0, ...axes.map((axis) => axis.before)]
  // Less than 0, which cuts off, where windows do not reach the end of the image.
  const after = [0, 0, ...axes.map((axis, i) => lengths[i]! - axis.length - axis.before)]
  if ([...before, ...after].every((n) => n === 0)) return x
  const shape = [...x.shape.slice(0, 2), ...lengths]
  return b.op('Pad', [x, b.ints([...before, ...after]), b.scalar(x.type, value)], { type: x.type, shape })
}

/**
 * What lies under tap `k` of each window along one axis of a padded image.
 *
 * @param axis - dimension of `x`
 */
export function underTap(b: ModelBuilder, x: OnnxValue, axis: number, along: WindowAxis, k: number): OnnxValue {
  const { dilation, outputs, stride } = along
  if (stride === 1) return sliceAxis(b, x, axis, k * dilation, outputs)
  return everyNth(b, x, axis, { start: k * dilation, count: outputs, step: stride })
}

/** What lies under each tap of each window along one axis of a padded image. */
export function tapsAlong(b: ModelBuilder, x: OnnxValue, axis: number, along: WindowAxis): OnnxValue[] {
  return range(along.kernel).map((k) => underTap(b, x, axis, along, k))
}

/**
 * The image `[batch, channels, …spatial]` as `[batch, groups, taps × channels, …windows]`: what lies under each tap, padding
 * as zeros. Axes before `first` stay as they are, padded.
 */
export function unfold(
  b: ModelBuilder,
  x: OnnxValue,
  axes: readonly WindowAxis[],
  groups: number,
  first = 0,
): OnnxValue {
  const padded = padImage(b, x, axes, 0)
  let columns = b.reshape(padded, [x.shape[0]!, groups, x.shape[1]! / groups, ...padded.shape.slice(2)])
  for (const i of range(axes.length).slice(first).reverse()) {
    columns = concat(b, tapsAlong(b, columns, i + 3, axes[i]!), 2)
  }
  return columns
}

/** `[batch, channels, …spatial]` with `stride − 1` zeros behind each element of a spatial dimension. */
export function spreadOut(b: ModelBuilder, x: OnnxValue, stride: readonly number[]): OnnxValue {
  if (stride.every((step) => step === 1)) return x
  const [images, channels, ...spatial] = x.shape as [number, number, ...number[]]
  const apart = b.reshape(x, [images, channels, ...spatial.flatMap((n) => [n, 1])])
  const after = [0, 0, ...stride.flatMap((step) => [0, step - 1])]
  const shape = apart.shape.map((n, axis) => n + after[axis]!)
  const padding = b.ints([...after.map(() => 0), ...after])
  const padded = b.op('Pad', [apart, padding, b.scalar(x.type, 0)], { type: x.type, shape })
  return b.reshape(padded, [images, channels, ...spatial.map((n, i) => n * stride[i]!)])
}
