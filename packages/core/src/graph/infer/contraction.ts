import { OutOfRangeError, ShapeError } from '../../errors/errors.ts'
import type { ConvAttributes, PoolAttributes, ShapeAttributes } from '../primitives.ts'
import { broadcastShapes, sameShape } from '../shape.ts'
import { formatShape, type Shape, specOf, type TensorSpec } from '../spec.ts'
import { checkClass, checkIndices, checkSameDtype, type Infer } from './checks.ts'

export const inferMatmul: Infer<{ readonly transposeA: boolean; readonly transposeB: boolean }> = (
  who,
  [a, b],
  { transposeA, transposeB },
) => {
  checkClass(who, a!, 'number')
  checkSameDtype(who, a!, b!)
  if (a!.rank < 2 || b!.rank < 2) {
    throw new ShapeError(`${who}: needs matrices, got ${formatShape(a!.shape)} and ${formatShape(b!.shape)}`)
  }
  const [m, k] = lastTwo(a!.shape, transposeA)
  const [k2, n] = lastTwo(b!.shape, transposeB)
  if (k !== k2) {
    throw new ShapeError(
      `${who}: inner dimensions differ, got ${formatShape([...a!.shape.slice(0, -2), m, k])} and ${formatShape([...b!.shape.slice(0, -2), k2, n])}; transpose or reshape one of them`,
    )
  }
  const batch = broadcastShapes(a!.shape.slice(0, -2), b!.shape.slice(0, -2))
  if (batch === undefined) {
    throw new ShapeError(`${who}: batches do not broadcast, got ${formatShape(a!.shape)} and ${formatShape(b!.shape)}`)
  }
  return [specOf(a!.dtype, [...batch, m, n])]
}

function lastTwo(shape: Shape, transposed: boolean): [number, number] {
  const rows = shape[shape.length - 2]!
  const columns = shape[shape.length - 1]!
  return transposed ? [columns, rows] : [rows, columns]
}

function checkSpatial(who: string, x: TensorSpec, attributes: PoolAttributes | ConvAttributes): void {
  const spatial = x.rank - 2
  if (spatial < 1 || attributes.stride.length !== spatial || attributes.padding.length !== spatial) {
    throw new ShapeError(
      `${who}: needs [batch, channels, …${attributes.stride.length} spatial dimensions], got ${formatShape(x.shape)}`,
    )
  }
  if (attributes.stride.some((s) => !(s >= 1)) || attributes.padding.flat().some((p) => !(p >= 0))) {
    throw new OutOfRangeError(
      `${who}: strides are ≥ 1 and padding ≥ 0, got stride ${formatShape(attributes.stride)} and padding [${attributes.padding.join('; ')}]`,
    )
  }
}

function windows(
  who: string,
  x: TensorSpec,
  kernel: readonly number[],
  attributes: PoolAttributes | ConvAttributes,
): number[] {
  return kernel.map((size, i) => {
    const dilation = 'dilation' in attributes ? attributes.dilation[i]! : 1
    const [before, after] = attributes.padding[i]!
    const room = x.shape[i + 2]! + before + after - dilation * (size - 1) - 1
    if (room < 0) {
      throw new ShapeError(
        `${who}: the kernel is larger than the padded image, got kernel ${formatShape(kernel)} and image ${formatShape(x.shape)}`,
      )
    }
    return Math.floor(room / attributes.stride[i]!) + 1
  })
}

export const inferConv: Infer<ConvAttributes> = (who, [x, w], attributes) => {
  checkClass(who, x!, 'float')
  checkSameDtype(who, x!, w!)
  checkSpatial(who, x!, attributes)
  const { groups } = attributes
  const [outChannels, perGroup] = w!.shape
  if (w!.rank !== x!.rank || x!.shape[1] !== perGroup! * groups || outChannels! % groups !== 0) {
    throw new ShapeError(
      `${who}: channels do not match in ${groups} group(s), got image ${formatShape(x!.shape)} and kernel ${formatShape(w!.shape)}`,
    )
  }
  return [specOf(x!.dtype, [x!.shape[0]!, outChannels!, ...windows(who, x!, w!.shape.slice(2), attributes)])]
}

export const inferConvInputGrad: Infer<ConvAttributes & ShapeAttributes> = (who, [g, w], attributes) => {
  checkSameDtype(who, g!, w!)
  const image = specOf(g!.dtype, attributes.shape)
  checkGradient(who, g!, inferConv(who, [image, w!], attributes)[0]!)
  return [image]
}

export const inferConvWeightGrad: Infer<ConvAttributes & ShapeAttributes> = (who, [x, g], attributes) => {
  checkSameDtype(who, x!, g!)
  const kernel = specOf(x!.dtype, attributes.shape)
  checkGradient(who, g!, inferConv(who, [x!, kernel], attributes)[0]!)
  return [kernel]
}

function checkGradient(who: string, got: TensorSpec, expected: TensorSpec): void {
  if (!sameShape(got.shape, expected.shape)) {
    throw new ShapeError(
      `${who}: the gradient has the shape ${formatShape(expected.shape)}, got ${formatShape(got.shape)}`,
    )
  }
}

export const inferPool: Infer<PoolAttributes> = (who, [x], attributes) => {
  checkClass(who, x!, 'float')
  checkSpatial(who, x!, attributes)
  if (attributes.kernel.length !== x!.rank - 2) {
    throw new ShapeError(
      `${who}: the kernel has one size a spatial dimension, got ${formatShape(attributes.kernel)} for ${formatShape(x!.shape)}`,
    )
  }
  const out = windows(who, x!, attributes.kernel, attributes)
  return [specOf(x!.dtype, [...x!.shape.slice(0, 2), ...out])]
}

export const inferMaxPool: Infer<PoolAttributes> = (who, inputs, attributes) => {
  const [out] = inferPool(who, inputs, attributes)
  if (inputs[0]!.size === 0 && out!.size > 0) {
    throw new ShapeError(`${who}: nothing to take the maximum of, got ${formatShape(inputs[0]!.shape)}`)
  }
  // So each window holds an element of the image: one that the maximum is of.
  if (attributes.padding.some((sides, i) => sides.some((n) => n >= attributes.kernel[i]!))) {
    throw new OutOfRangeError(
      `${who}: padding is less than the kernel, got padding [${attributes.padding.join('; ')}] and kernel ${formatShape(attributes.kernel)}`,
    )
  }
  return [out!, specOf('int32', out!.shape)]
}

export const inferMaxPoolGrad: Infer<ShapeAttributes> = (who, [g, indices], { shape }) => {
  checkClass(who, g!, 'float')
  checkIndices(who, indices!)
  checkGradient(who, g!, indices!)
  if (shape.length !== g!.rank || shape[0] !== g!.shape[0] || shape[1] !== g!.shape[1]) {
    throw new ShapeError(
      `${who}: images and channels differ, got the gradient ${formatShape(g!.shape)} for ${formatShape(shape)}`,
    )
  }
  return [specOf(g!.dtype, shape)]
}

export const inferAvgPoolGrad: Infer<PoolAttributes & ShapeAttributes> = (who, [g], attributes) => {
  const image = specOf(g!.dtype, attributes.shape)
  checkGradient(who, g!, inferPool(who, [image], attributes)[0]!)
  return [image]
}
