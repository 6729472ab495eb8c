import { sameShape, sizeOf } from '@voltaic/core/graph'
import type { TfDType } from '../../binding/tf-dtype.ts'
import { tfDTypeBytes } from '../../binding/tf-dtype.ts'
import type { OpDefinition, RawCall, Shape } from '../op-definition.ts'
import {
  axesInput,
  axisInput,
  broadcast,
  checkRank,
  constantInput,
  index,
  int,
  movable,
  numbers,
  type,
} from './kinds.ts'

const T = type(...movable)
const masks = { begin_mask: int, end_mask: int, ellipsis_mask: int, new_axis_mask: int, shrink_axis_mask: int }

function reshape(call: RawCall): readonly Shape[] {
  const shape = constantInput(call, 1)
  if (sizeOf(shape) !== sizeOf(call.inputs[0]!.shape)) call.fail(`[${call.inputs[0]!.shape}] is no [${shape}]`)
  return [shape]
}

function bitcast(call: RawCall): readonly Shape[] {
  const { shape, dtype } = call.inputs[0]!
  const ratio = tfDTypeBytes[dtype] / tfDTypeBytes[call.attributes.type as TfDType]
  if (ratio === 1) return [shape]
  if (ratio > 1) return [[...shape, ratio]]
  if (shape.at(-1) !== 1 / ratio) call.fail(`the last dimension is ${1 / ratio}, got [${shape}]`)
  return [shape.slice(0, -1)]
}

/** Of `StridedSlice` with all masks 0: bounds lie within the shape, steps are ≥ 1. */
function sliced(call: RawCall, shape: Shape, first: number): Shape {
  const [begin, end, strides] = [0, 1, 2].map((i) => constantInput(call, first + i)) as [number[], number[], number[]]
  return shape.map((n, axis) => {
    const [from, to, step] = [begin[axis]!, end[axis]!, strides[axis]!]
    if (!(0 <= from && from <= to && to <= n && step >= 1)) call.fail(`[${begin}] to [${end}] of [${shape}]`)
    return Math.ceil((to - from) / step)
  })
}

function padded(call: RawCall): readonly Shape[] {
  const { shape } = call.inputs[0]!
  const padding = constantInput(call, 1)
  if (!sameShape(call.inputs[1]!.shape, [shape.length, 2])) call.fail(`padding is [${shape.length},2]`)
  return [shape.map((n, axis) => n + padding[2 * axis]! + padding[2 * axis + 1]!)]
}

function concatenated(call: RawCall): readonly Shape[] {
  const parts = call.inputs.slice(0, -1)
  const axis = axisInput(call, call.inputs.length - 1)
  const [first] = parts
  const others = (shape: Shape) => shape.filter((_, i) => i !== axis)
  if (parts.some(({ shape }) => !sameShape(others(shape), others(first!.shape)))) call.fail('shapes differ')
  return [first!.shape.map((n, i) => (i === axis ? parts.reduce((sum, { shape }) => sum + shape[axis]!, 0) : n))]
}

function gathered(call: RawCall): readonly Shape[] {
  const { shape } = call.inputs[0]!
  const indices = call.inputs[1]!
  const axis = axisInput(call, 2)
  return [[...shape.slice(0, axis), ...indices.shape, ...shape.slice(axis + 1)]]
}

function segments(call: RawCall): readonly Shape[] {
  const [data, ids] = call.inputs
  const [count] = constantInput(call, 2)
  const { length } = ids!.shape
  if (!sameShape(data!.shape.slice(0, length), ids!.shape)) call.fail(`ids [${ids!.shape}] of [${data!.shape}]`)
  return [[count!, ...data!.shape.slice(length)]]
}

const segmentReduction: OpDefinition = {
  attributes: { T: type(...numbers), Tindices: index, Tnumsegments: index },
  inputs: ['T', 'Tindices', 'Tnumsegments'],
  outputs: ['T'],
  infer: segments,
}

/** Ops that move elements, pick them, or add them up where they fall. */
export const movement: Readonly<Record<string, OpDefinition>> = {
  Reshape: { attributes: { T, Tshape: index }, inputs: ['T', 'Tshape'], outputs: ['T'], infer: reshape },
  Bitcast: { attributes: { T, type: T }, inputs: ['T'], outputs: ['type'], infer: bitcast },
  Transpose: {
    attributes: { T, Tperm: index },
    inputs: ['T', 'Tperm'],
    outputs: ['T'],
    infer: (call) => {
      const order = axesInput(call, 1)
      if (order.length !== call.inputs[0]!.shape.length) call.fail(`an order of all axes, got [${order}]`)
      return [order.map((axis) => call.inputs[0]!.shape[axis]!)]
    },
  },
  BroadcastTo: {
    attributes: { T, Tidx: index },
    inputs: ['T', 'Tidx'],
    outputs: ['T'],
    infer: (call) => {
      const shape = constantInput(call, 1)
      const { shape: from } = call.inputs[0]!
      if (from.length > shape.length || !sameShape(broadcast(call, [from, shape]), shape)) {
        call.fail(`[${from}] to [${shape}]`)
      }
      return [shape]
    },
  },
  StridedSlice: {
    attributes: { T, Index: index, ...masks },
    inputs: ['T', 'Index', 'Index', 'Index'],
    outputs: ['T'],
    infer: (call) => [sliced(call, call.inputs[0]!.shape, 1)],
  },
  StridedSliceGrad: {
    attributes: { T, Index: index, ...masks },
    inputs: ['Index', 'Index', 'Index', 'Index', 'T'],
    outputs: ['T'],
    infer: (call) => {
      const shape = constantInput(call, 0)
      const expected = sliced(call, shape, 1)
      if (!sameShape(expected, call.inputs[4]!.shape)) call.fail(`[${expected}] of [${shape}]`)
      return [shape]
    },
  },
  PadV2: { attributes: { T, Tpaddings: index }, inputs: ['T', 'Tpaddings', 'T'], outputs: ['T'], infer: padded },
  ConcatV2: {
    attributes: { N: int, T, Tidx: index },
    inputs: ['N*T', 'Tidx'],
    outputs: ['T'],
    infer: concatenated,
  },
  Pack: {
    attributes: { N: int, T, axis: int },
    inputs: ['N*T'],
    outputs: ['T'],
    infer: (call) => {
      const { shape } = call.inputs[0]!
      const axis = call.attributes.axis as number
      if (call.inputs.some((input) => !sameShape(input.shape, shape))) call.fail('shapes differ')
      return [[...shape.slice(0, axis), call.inputs.length, ...shape.slice(axis)]]
    },
  },
  Unpack: {
    attributes: { num: int, T, axis: int },
    inputs: ['T'],
    outputs: ['num*T'],
    infer: (call) => {
      const [length, ...rest] = call.inputs[0]!.shape
      if (call.attributes.axis !== 0 || call.attributes.num !== length) call.fail(`[${call.inputs[0]!.shape}] along 0`)
      return new Array<Shape>(length!).fill(rest)
    },
  },
  ReverseV2: {
    attributes: { T, Tidx: index },
    inputs: ['T', 'Tidx'],
    outputs: ['T'],
    infer: (call) => {
      axesInput(call, 1)
      return [call.inputs[0]!.shape]
    },
  },
  GatherV2: {
    attributes: { Tparams: T, Tindices: index, Taxis: index, batch_dims: int },
    inputs: ['Tparams', 'Tindices', 'Taxis'],
    outputs: ['Tparams'],
    infer: (call) => {
      if (call.attributes.batch_dims !== 0) call.fail('batch_dims is 0')
      return gathered(call)
    },
  },
  GatherNd: {
    attributes: { Tparams: T, Tindices: index },
    inputs: ['Tparams', 'Tindices'],
    outputs: ['Tparams'],
    infer: (call) => {
      const [x, indices] = call.inputs
      const depth = indices!.shape.at(-1) ?? call.fail('indices have at least one dimension')
      if (depth > x!.shape.length) call.fail(`indices [${indices!.shape}] of [${x!.shape}]`)
      return [[...indices!.shape.slice(0, -1), ...x!.shape.slice(depth)]]
    },
  },
  TensorScatterAdd: {
    attributes: { T: type(...numbers), Tindices: index },
    inputs: ['T', 'Tindices', 'T'],
    outputs: ['T'],
    infer: (call) => {
      const [x, indices, updates] = call.inputs
      checkRank(call, 1, 2)
      const [count, depth] = indices!.shape
      if (!sameShape(updates!.shape, [count!, ...x!.shape.slice(depth)])) call.fail(`updates [${updates!.shape}]`)
      return [x!.shape]
    },
  },
  UnsortedSegmentSum: segmentReduction,
  UnsortedSegmentMax: segmentReduction,
}
