import { DTypeError, OutOfRangeError, ShapeError } from '../errors/errors.ts'
import { type DType, isFloat, isInteger } from './dtype.ts'
import type {
  AxisAttributes,
  ConvAttributes,
  None,
  PoolAttributes,
  ReduceAttributes,
  ShapeAttributes,
} from './primitives.ts'
import { broadcastShapes, reducedShape, sameShape } from './shape.ts'
import { formatShape, formatSpec, type Shape, specOf, type TensorSpec } from './spec.ts'

/** Which dtypes an op takes: `number` is any but bool, `bits` bool and integers. */
type DTypeClass = 'any' | 'number' | 'float' | 'integer' | 'bits'

type Specs = readonly TensorSpec[]

const members: Readonly<Record<DTypeClass, (dtype: DType) => boolean>> = {
  any: () => true,
  number: (dtype) => dtype !== 'bool',
  float: isFloat,
  integer: isInteger,
  bits: (dtype) => !isFloat(dtype),
}

const wanted: Readonly<Record<DTypeClass, string>> = {
  any: 'any dtype',
  number: 'numbers; cast bool first',
  float: 'floats; cast it first',
  integer: 'integers',
  bits: 'bool or integers',
}

function checkClass(who: string, spec: TensorSpec, dtypes: DTypeClass): void {
  if (!members[dtypes](spec.dtype)) throw new DTypeError(`${who}: takes ${wanted[dtypes]}, got ${formatSpec(spec)}`)
}

function checkSameDtype(who: string, a: TensorSpec, b: TensorSpec): void {
  if (a.dtype !== b.dtype) {
    throw new DTypeError(`${who}: dtypes differ, got ${formatSpec(a)} and ${formatSpec(b)}; cast one of them`)
  }
}

function checkIndices(who: string, spec: TensorSpec): void {
  if (spec.dtype !== 'int32') throw new DTypeError(`${who}: indices are int32, got ${formatSpec(spec)}`)
}

function checkAxis(who: string, axis: number, x: TensorSpec): void {
  if (!Number.isInteger(axis) || axis < 0 || axis >= x.rank) {
    throw new OutOfRangeError(`${who}: no such axis in ${formatSpec(x)}, got ${axis}`)
  }
}

function broadcast(who: string, a: TensorSpec, b: TensorSpec): Shape {
  const shape = broadcastShapes(a.shape, b.shape)
  if (shape === undefined) {
    throw new ShapeError(
      `${who}: shapes do not broadcast, got ${formatShape(a.shape)} and ${formatShape(b.shape)}; dimensions must be equal or 1`,
    )
  }
  return shape
}

type Infer<A> = (who: string, inputs: Specs, attributes: A) => Specs

export function inferUnary(dtypes: DTypeClass): Infer<None> {
  return (who, [x]) => {
    checkClass(who, x!, dtypes)
    return [x!]
  }
}

export const inferUnaryToBool: Infer<None> = (_who, [x]) => [specOf('bool', x!.shape)]

export const inferCast: Infer<{ readonly dtype: DType }> = (_who, [x], { dtype }) => [specOf(dtype, x!.shape)]

export function inferBinary(dtypes: DTypeClass): Infer<None> {
  return (who, [a, b]) => {
    checkClass(who, a!, dtypes)
    checkSameDtype(who, a!, b!)
    return [specOf(a!.dtype, broadcast(who, a!, b!))]
  }
}

export const inferCompare: Infer<None> = (who, [a, b]) => {
  checkSameDtype(who, a!, b!)
  return [specOf('bool', broadcast(who, a!, b!))]
}

export const inferWhere: Infer<None> = (who, [condition, a, b]) => {
  if (condition!.dtype !== 'bool') throw new DTypeError(`${who}: the condition is bool, got ${formatSpec(condition!)}`)
  checkSameDtype(who, a!, b!)
  const shape = broadcast(who, a!, b!)
  return [specOf(a!.dtype, broadcast(who, condition!, specOf(a!.dtype, shape)))]
}

export function inferReduce(dtypes: DTypeClass, empty: 'empty allowed' | 'empty refused'): Infer<ReduceAttributes> {
  return (who, [x], { axes, keepDims }) => {
    checkClass(who, x!, dtypes)
    for (const axis of axes) checkAxis(who, axis, x!)
    const shape = reducedShape(x!.shape, axes, keepDims)
    const out = specOf(x!.dtype, shape)
    if (empty === 'empty refused' && x!.size === 0 && out.size > 0) {
      throw new ShapeError(`${who}: nothing to take the ${who} of, got ${formatShape(x!.shape)}`)
    }
    return [out]
  }
}

export const inferArg: Infer<AxisAttributes> = (who, [x], { axis }) => {
  checkAxis(who, axis, x!)
  const out = specOf('int32', reducedShape(x!.shape, [axis], false))
  if (x!.shape[axis] === 0 && out.size > 0) {
    throw new ShapeError(`${who}: nothing to choose from, got ${formatShape(x!.shape)}`)
  }
  return [out]
}

export const inferReshape: Infer<ShapeAttributes> = (who, [x], { shape }) => {
  const out = specOf(x!.dtype, shape)
  if (out.size !== x!.size) {
    throw new ShapeError(
      `${who}: sizes differ, got ${formatShape(x!.shape)} to ${formatShape(shape)}; both hold the same number of elements`,
    )
  }
  return [out]
}

export const inferPermute: Infer<{ readonly axes: readonly number[] }> = (who, [x], { axes }) => {
  const seen = new Set(axes)
  if (axes.length !== x!.rank || seen.size !== x!.rank || axes.some((axis) => !(axis >= 0 && axis < x!.rank))) {
    throw new ShapeError(`${who}: each of ${x!.rank} axes is named once, got ${formatShape(axes)}`)
  }
  return [
    specOf(
      x!.dtype,
      axes.map((axis) => x!.shape[axis]!),
    ),
  ]
}

export const inferBroadcastTo: Infer<ShapeAttributes> = (who, [x], { shape }) => {
  const met = broadcastShapes(x!.shape, shape)
  if (met === undefined || !sameShape(met, shape)) {
    throw new ShapeError(`${who}: cannot expand, got ${formatShape(x!.shape)} to ${formatShape(shape)}`)
  }
  return [specOf(x!.dtype, shape)]
}

export const inferSlice: Infer<{
  readonly starts: readonly number[]
  readonly ends: readonly number[]
  readonly steps: readonly number[]
}> = (who, [x], { starts, ends, steps }) => {
  const shape = x!.shape.map((dimension, i) => {
    const [start, end, step] = [starts[i]!, ends[i]!, steps[i]!]
    const whole = Number.isInteger(start) && Number.isInteger(end) && Number.isInteger(step)
    if (!(whole && start >= 0 && start <= end && end <= dimension && step >= 1)) {
      throw new OutOfRangeError(
        `${who}: dimension ${i} of ${formatShape(x!.shape)} has no range, got ${start}:${end}:${step}`,
      )
    }
    return Math.ceil((end - start) / step)
  })
  return [specOf(x!.dtype, shape)]
}

export const inferPad: Infer<{ readonly padding: readonly (readonly [number, number])[] }> = (
  who,
  [x],
  { padding },
) => {
  if (padding.length !== x!.rank || padding.flat().some((n) => !Number.isInteger(n) || n < 0)) {
    throw new ShapeError(
      `${who}: a pair of counts ≥ 0 a dimension of ${formatShape(x!.shape)}, got [${padding.join('; ')}]`,
    )
  }
  return [
    specOf(
      x!.dtype,
      x!.shape.map((dimension, i) => dimension + padding[i]![0] + padding[i]![1]),
    ),
  ]
}

export const inferConcat: Infer<AxisAttributes> = (who, inputs, { axis }) => {
  const first = inputs[0]
  if (first === undefined) throw new ShapeError(`${who}: needs at least one tensor, got none`)
  checkAxis(who, axis, first)
  let total = 0
  for (const input of inputs) {
    checkSameDtype(who, first, input)
    const fits = input.rank === first.rank && input.shape.every((n, i) => i === axis || n === first.shape[i])
    if (!fits) {
      throw new ShapeError(
        `${who}: shapes differ outside axis ${axis}, got ${formatShape(first.shape)} and ${formatShape(input.shape)}`,
      )
    }
    total += input.shape[axis]!
  }
  return [
    specOf(
      first.dtype,
      first.shape.map((n, i) => (i === axis ? total : n)),
    ),
  ]
}

export const inferFlip: Infer<{ readonly axes: readonly number[] }> = (who, [x], { axes }) => {
  for (const axis of axes) checkAxis(who, axis, x!)
  return [x!]
}

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
      `${who}: inner dimensions differ, got ${formatShape([...a!.shape.slice(0, -2), m, k])} and ${formatShape([...b!.shape.slice(0, -2), k2, n])}`,
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
  if (
    attributes.padding.some(
      ([before, after], i) => before * 2 > attributes.kernel[i]! || after * 2 > attributes.kernel[i]!,
    )
  ) {
    throw new OutOfRangeError(
      `${who}: padding is at most half the kernel, got padding [${attributes.padding.join('; ')}] and kernel ${formatShape(attributes.kernel)}`,
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

export const inferIndexSelect: Infer<AxisAttributes> = (who, [x, indices], { axis }) => {
  checkAxis(who, axis, x!)
  checkIndices(who, indices!)
  return [specOf(x!.dtype, [...x!.shape.slice(0, axis), ...indices!.shape, ...x!.shape.slice(axis + 1)])]
}

export const inferIndexAdd: Infer<AxisAttributes> = (who, [x, indices, updates], { axis }) => {
  checkClass(who, x!, 'number')
  checkSameDtype(who, x!, updates!)
  const [expected] = inferIndexSelect(who, [x!, indices!], { axis })
  if (!sameShape(expected!.shape, updates!.shape)) {
    throw new ShapeError(
      `${who}: updates have the shape ${formatShape(expected!.shape)}, got ${formatShape(updates!.shape)}`,
    )
  }
  return [x!]
}

export const inferGather: Infer<AxisAttributes> = (who, [x, indices], { axis }) => {
  checkAxis(who, axis, x!)
  checkIndices(who, indices!)
  const fits = indices!.rank === x!.rank && indices!.shape.every((n, i) => i === axis || n <= x!.shape[i]!)
  if (!fits) {
    throw new ShapeError(
      `${who}: indices fit the tensor in all but axis ${axis}, got ${formatShape(indices!.shape)} for ${formatShape(x!.shape)}`,
    )
  }
  return [specOf(x!.dtype, indices!.shape)]
}

export const inferScatterAdd: Infer<AxisAttributes> = (who, [x, indices, updates], { axis }) => {
  checkClass(who, x!, 'number')
  checkSameDtype(who, x!, updates!)
  inferGather(who, [x!, indices!], { axis })
  if (!sameShape(indices!.shape, updates!.shape)) {
    throw new ShapeError(
      `${who}: updates have the shape of the indices, got ${formatShape(updates!.shape)} and ${formatShape(indices!.shape)}`,
    )
  }
  return [x!]
}

export const inferCumsum: Infer<AxisAttributes> = (who, [x], { axis }) => {
  checkClass(who, x!, 'number')
  checkAxis(who, axis, x!)
  return [x!]
}

export const inferSort: Infer<AxisAttributes> = (who, [x], { axis }) => {
  checkAxis(who, axis, x!)
  return [x!, specOf('int32', x!.shape)]
}

export const inferTopK: Infer<AxisAttributes & { readonly k: number }> = (who, [x], { axis, k }) => {
  checkAxis(who, axis, x!)
  if (!(Number.isInteger(k) && k >= 0 && k <= x!.shape[axis]!)) {
    throw new OutOfRangeError(`${who}: k is a whole number up to the axis' ${x!.shape[axis]} elements, got ${k}`)
  }
  const shape = x!.shape.map((n, i) => (i === axis ? k : n))
  return [specOf(x!.dtype, shape), specOf('int32', shape)]
}

export const inferIota: Infer<ShapeAttributes & AxisAttributes & { readonly dtype: DType }> = (
  who,
  _inputs,
  attributes,
) => {
  const out = specOf(attributes.dtype, attributes.shape)
  checkClass(who, out, 'number')
  checkAxis(who, attributes.axis, out)
  return [out]
}

export const inferLiteral: Infer<{ readonly dtype: DType }> = (_who, _inputs, { dtype }) => [specOf(dtype, [])]

export const inferRandomBits: Infer<ShapeAttributes> = (who, inputs, { shape }) => {
  if (inputs.length !== 4 || inputs.some((input) => input.dtype !== 'uint32' || input.rank !== 0)) {
    throw new DTypeError(
      `${who}: takes key and counter as four uint32 scalars, got ${inputs.map(formatSpec).join(', ')}`,
    )
  }
  return [specOf('uint32', shape)]
}
