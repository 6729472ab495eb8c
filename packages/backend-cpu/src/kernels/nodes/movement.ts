import { type Graph, type PrimitiveNode, stridesOf, type ValueId } from '@voltaic/core/graph'
import { log2Bytes } from '../dtypes.ts'
import type { KernelCall } from '../kernel.ts'
import { addressOf, collapse, type LoopNest, type Operand } from '../region/loop-nest.ts'
import { regionKernel } from '../region/region-kernel.ts'

/** Each operand copied to its place. */
export function concatCalls(
  graph: Graph,
  { inputs, outputs, attributes: { axis } }: PrimitiveNode<'concat'>,
): KernelCall[] {
  const [value] = outputs
  const strides = stridesOf(graph.values[value!]!.shape)
  let offset = 0
  return inputs.map((input) => {
    const call = copyCall(graph, 'concat', input, value!, strides, offset)
    offset += graph.values[input]!.shape[axis]! * strides[axis]!
    return call
  })
}

/** The value everywhere, then the operand over it. */
export function padCalls(graph: Graph, { inputs, outputs, attributes }: PrimitiveNode<'pad'>): KernelCall[] {
  const value = outputs[0]!
  const { shape } = graph.values[value]!
  const strides = stridesOf(shape)
  const offset = attributes.padding.reduce((sum, [before], axis) => sum + before * strides[axis]!, 0)
  return [fillCall(graph, 'pad', value, attributes.value), copyCall(graph, 'pad', inputs[0]!, value, strides, offset)]
}

/** Writes `x` to all of a value. */
export function fillCall(graph: Graph, label: string, value: ValueId, x: number): KernelCall {
  const { shape } = graph.values[value]!
  const dtype = graph.values[value]!.dtype
  const program = [{ op: 'literal', dtype, value: x }] as const
  const operands = [memoryOperand(graph, value, stridesOf(shape), 0)]
  const nest = { ...nestBase(shape), program, operandOf: new Map(), operands, stores: [{ operand: 0, register: 0 }] }
  return { label, ...regionKernel(collapse(nest)), reads: [], writes: [value], inPlace: [], mayThrow: false }
}

function copyCall(
  graph: Graph,
  label: string,
  from: ValueId,
  to: ValueId,
  strides: readonly number[],
  offset: number,
): KernelCall {
  const { shape } = graph.values[from]!
  const dtype = graph.values[from]!.dtype
  const operands = [memoryOperand(graph, from, stridesOf(shape), 0), memoryOperand(graph, to, strides, offset)]
  const program = [{ op: 'load', dtype, input: 0 }] as const
  const stores = [{ operand: 1, register: 0 }]
  const nest = { ...nestBase(shape), program, operandOf: new Map([[0, 0]]), operands, stores }
  return { label, ...regionKernel(collapse(nest)), reads: [from], writes: [to], inPlace: [], mayThrow: false }
}

/** A copy of all of a value. */
export function cloneCall(graph: Graph, from: ValueId, to: ValueId): KernelCall {
  return copyCall(graph, 'copy', from, to, stridesOf(graph.values[from]!.shape), 0)
}

function memoryOperand(graph: Graph, value: ValueId, strides: readonly number[], offset: number): Operand {
  const dtype = graph.values[value]!.dtype
  const inBytes = strides.map((stride) => stride * 2 ** log2Bytes(dtype))
  return { dtype, start: addressOf(value, dtype, offset), strides: inBytes }
}

function nestBase(shape: readonly number[]): Pick<LoopNest, 'sizes' | 'reduced' | 'folds'> {
  return { sizes: shape, reduced: shape.map(() => false), folds: [] }
}
