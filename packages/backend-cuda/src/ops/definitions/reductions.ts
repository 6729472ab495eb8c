import type { TfDType } from '../../binding/tf-dtype.ts'
import type { OpDefinition, RawCall, Shape } from '../op-definition.ts'
import { axesInput, axisInput, bool, constantInput, floats, index, numbers, type } from './kinds.ts'

function reduction(dtypes: readonly TfDType[] | undefined): OpDefinition {
  const T = dtypes === undefined ? 'bool' : 'T'
  return {
    attributes: { ...(dtypes === undefined ? {} : { T: type(...dtypes) }), Tidx: index, keep_dims: bool },
    inputs: [T, 'Tidx'],
    outputs: [T],
    infer: (call) => [reduced(call.inputs[0]!.shape, axesInput(call, 1), call.attributes.keep_dims === true)],
  }
}

function reduced(shape: Shape, axes: readonly number[], keepDims: boolean): Shape {
  if (keepDims) return shape.map((n, axis) => (axes.includes(axis) ? 1 : n))
  return shape.filter((_, axis) => !axes.includes(axis))
}

const choice: OpDefinition = {
  attributes: { T: type(...numbers), Tidx: index, output_type: type('int32') },
  inputs: ['T', 'Tidx'],
  outputs: ['output_type'],
  infer: (call) => {
    const axis = axisInput(call, 1)
    if (call.inputs[0]!.shape[axis] === 0) call.fail(`axis ${axis} is empty`)
    return [reduced(call.inputs[0]!.shape, [axis], false)]
  },
}

const alongLast: OpDefinition = {
  attributes: { T: type(...floats) },
  inputs: ['T'],
  outputs: ['T'],
  infer: (call) => {
    if (call.inputs[0]!.shape.length === 0) call.fail('needs at least one dimension')
    return [call.inputs[0]!.shape]
  },
}

function topK(call: RawCall): readonly Shape[] {
  const { shape } = call.inputs[0]!
  const [k] = constantInput(call, 1)
  const length = shape.at(-1) ?? call.fail('needs at least one dimension')
  if (k! < 0 || k! > length) call.fail(`there are ${length} elements, got k ${k}`)
  const out = [...shape.slice(0, -1), k!]
  return [out, out]
}

/** Reductions, scans and what orders elements. */
export const reductions: Readonly<Record<string, OpDefinition>> = {
  Sum: reduction(numbers),
  Prod: reduction(numbers),
  Max: reduction(numbers),
  Min: reduction(numbers),
  Any: reduction(undefined),
  All: reduction(undefined),
  ArgMax: choice,
  ArgMin: choice,
  Cumsum: {
    attributes: { T: type(...numbers), Tidx: index, exclusive: bool, reverse: bool },
    inputs: ['T', 'Tidx'],
    outputs: ['T'],
    infer: (call) => {
      axisInput(call, 1)
      return [call.inputs[0]!.shape]
    },
  },
  Softmax: alongLast,
  LogSoftmax: alongLast,
  TopKV2: {
    attributes: { T: type(...numbers), sorted: bool },
    inputs: ['T', 'int32'],
    outputs: ['T', 'int32'],
    infer: topK,
  },
}
