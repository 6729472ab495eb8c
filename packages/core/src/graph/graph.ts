import type { DType } from './dtype.ts'
import type { Op } from './op.ts'
import type { PrimitiveAttributes, PrimitiveName } from './primitives.ts'
import type { TensorSpec } from './spec.ts'

/** A value of a graph: an index into `Graph.values`. */
export type ValueId = number

/** A runtime scalar: its place in the block of bytes that each run brings. */
export interface ScalarSpec {
  readonly dtype: DType
  readonly id: ValueId
  /** Offset in bytes, a multiple of the element's size; half types travel as float32. */
  readonly offset: number
}

/** One operation of a graph: a primitive, or a composite that the backend has declared. */
export interface GraphNode {
  readonly op: Op
  readonly attributes: object
  readonly inputs: readonly ValueId[]
  readonly outputs: readonly ValueId[]
}

/** A node narrowed to one primitive by `isPrimitive`. */
export interface PrimitiveNode<K extends PrimitiveName = PrimitiveName> extends GraphNode {
  readonly attributes: PrimitiveAttributes[K]
}

/**
 * A closed computation, ready to be compiled. Values are numbered: first the inputs, then the scalars, then the nodes'
 * outputs in the order of the nodes, which is topological. There is no dead node and no node twice.
 */
export interface Graph {
  /** Spec of every value. */
  readonly values: readonly TensorSpec[]
  /** Number of input buffers; input `i` is value `i`. */
  readonly inputCount: number
  readonly scalars: readonly ScalarSpec[]
  /** Length of the scalar block; a multiple of 8. */
  readonly scalarBytes: number
  readonly nodes: readonly GraphNode[]
  /** Values to hand back, in order. None is an input or a scalar; none is named twice. */
  readonly outputs: readonly ValueId[]
  /**
   * Inputs whose buffers a successful run takes over: it may write over them or give them back as outputs, and disposes
   * of those that it does not give back.
   */
  readonly donated: readonly number[]
}

/** Narrows a node to the primitive `name`. */
export function isPrimitive<K extends PrimitiveName>(node: GraphNode, name: K): node is PrimitiveNode<K> {
  return node.op.kind === 'primitive' && node.op.name === name
}

/** For each value, the indices of the nodes that read it. */
export function readersOf(graph: Graph): number[][] {
  const readers: number[][] = graph.values.map(() => [])
  for (const [i, node] of graph.nodes.entries()) {
    for (const input of node.inputs) if (!readers[input]!.includes(i)) readers[input]!.push(i)
  }
  return readers
}

/** For each value, the index of the node that makes it; −1 for inputs and scalars. */
export function makersOf(graph: Graph): number[] {
  const makers = new Array<number>(graph.values.length).fill(-1)
  for (const [i, node] of graph.nodes.entries()) for (const output of node.outputs) makers[output] = i
  return makers
}

/** Writes runtime scalars into the block that a run of `graph` takes. */
export function packScalars(graph: Graph, values: readonly number[]): ArrayBuffer {
  const block = new ArrayBuffer(graph.scalarBytes)
  const view = new DataView(block)
  for (const [i, { dtype, offset }] of graph.scalars.entries()) writeScalar(view, offset, dtype, values[i]!)
  return block
}

function writeScalar(view: DataView, offset: number, dtype: DType, x: number): void {
  switch (dtype) {
    case 'float64':
      return view.setFloat64(offset, x, true)
    case 'int32':
      return view.setInt32(offset, x, true)
    case 'uint32':
      return view.setUint32(offset, x, true)
    case 'bool':
    case 'uint8':
      return view.setUint8(offset, x)
    default:
      return view.setFloat32(offset, x, true)
  }
}

/** Reads runtime scalar `scalar` from the block of a run. */
export function readScalar(view: DataView, { dtype, offset }: ScalarSpec): number {
  switch (dtype) {
    case 'float64':
      return view.getFloat64(offset, true)
    case 'int32':
      return view.getInt32(offset, true)
    case 'uint32':
      return view.getUint32(offset, true)
    case 'bool':
    case 'uint8':
      return view.getUint8(offset)
    default:
      return view.getFloat32(offset, true)
  }
}
