import { type Graph, type GraphNode, isPrimitive, makersOf, readersOf, type ValueId } from '@voltaic/core/graph'
import { isHalf } from '../kernels/dtypes.ts'
import { contractionNames } from '../kernels/nodes/node-calls.ts'
import { MinCut } from './min-cut.ts'

/** Where a node runs: in ONNX Runtime, in generated WebAssembly, or nowhere, since it is a constant of its readers. */
export type Place = 'session' | 'wasm' | 'constant'

/** Whether ONNX Runtime can run node `index`. */
export type CanRun = (index: number) => boolean

// A crossing costs 0.15 ms a MB, a tensor to hand over and a node of ONNX Runtime some microseconds each.
const tensorCost = 16384
const nodeCost = 8192

/**
 * Decides where each node runs. Contractions, and all that lies between two of them, are the session's; what comes before
 * is WebAssembly's. Of what comes after, the session takes what makes the bytes that leave it fewer: the sum that a bias
 * gradient is, but not an optimizer's update.
 */
export function placeNodes(graph: Graph, canRun: CanRun): Place[] {
  const makers = makersOf(graph)
  const { after, before } = orderAroundContractions(graph, makers)
  const readers = readersOf(graph)
  const places: Place[] = []
  for (const [i, node] of graph.nodes.entries()) {
    const isStranded = node.inputs.some((input) => !crosses(graph, input) && places[makers[input]!] !== 'session')
    if (isPrimitive(node, 'literal') && !graph.outputs.includes(node.outputs[0]!)) places.push('constant')
    else if (isContraction(graph, i)) places.push('session')
    else places.push(after[i] && before[i] && canRun(i) && !isStranded ? 'session' : 'wasm')
  }
  // What is broadcast or rounded for the session alone need not be written out.
  for (let i = graph.nodes.length - 1; i >= 0; i--) {
    const node = graph.nodes[i]!
    if (places[i] !== 'wasm' || after[i] || !isPreparation(graph, node) || !canRun(i)) continue
    const [x, value] = [node.inputs[0]!, node.outputs[0]!]
    const isForSession = readers[value]!.every((j) => places[j] === 'session') && !graph.outputs.includes(value)
    const isReachable = crosses(graph, x) || (makers[x]! >= 0 && readers[x]!.length === 1 && canRun(makers[x]!))
    if (isForSession && isReachable) places[i] = 'session'
  }
  const undecided = graph.nodes.flatMap((_, i) =>
    places[i] === 'wasm' && after[i] && !before[i] && canRun(i) ? [i] : [],
  )
  for (const i of worthTaking(graph, undecided, { places, makers, readers, after })) places[i] = 'session'
  return places
}

/**
 * Whether a session can take a value in, and hand it out. Half types it only has within: ONNX Runtime has no tensors of
 * bfloat16 in JavaScript, and refuses those of float16 where there is a Float16Array.
 */
function crosses(graph: Graph, value: ValueId): boolean {
  return !isHalf(graph.values[value]!.dtype)
}

function isPreparation(graph: Graph, node: GraphNode): boolean {
  if (isPrimitive(node, 'broadcastTo')) return true
  return isPrimitive(node, 'cast') && [...node.inputs, ...node.outputs].some((id) => isHalf(graph.values[id]!.dtype))
}

/** Whether node `index` multiplies and adds, or slides windows, over at least one element. */
function isContraction(graph: Graph, index: number): boolean {
  const { op, inputs, outputs } = graph.nodes[index]!
  if (op.kind !== 'primitive' || !contractionNames.has(op.name)) return false
  return [...inputs, ...outputs].every((value) => graph.values[value]!.size > 0)
}

/** For each node, whether it depends on a contraction, and whether one depends on it. */
function orderAroundContractions(graph: Graph, makers: readonly number[]): { after: boolean[]; before: boolean[] } {
  const { nodes } = graph
  const after = nodes.map(() => false)
  const before = nodes.map(() => false)
  const makersOfInputs = (i: number) => nodes[i]!.inputs.map((input) => makers[input]!).filter((maker) => maker >= 0)
  for (let i = 0; i < nodes.length; i++) {
    after[i] = makersOfInputs(i).some((maker) => after[maker] || isContraction(graph, maker))
  }
  for (let i = nodes.length - 1; i >= 0; i--) {
    if (!before[i] && !isContraction(graph, i)) continue
    for (const maker of makersOfInputs(i)) before[maker] = true
  }
  return { after, before }
}

interface Surroundings {
  readonly places: readonly Place[]
  readonly makers: readonly number[]
  readonly readers: readonly (readonly number[])[]
  readonly after: readonly boolean[]
}

/** Those of `undecided` with which the fewest bytes leave the session. */
function worthTaking(
  graph: Graph,
  undecided: readonly number[],
  { places, makers, readers, after }: Surroundings,
): number[] {
  const cut = new MinCut()
  const candidates = new Map(undecided.map((i) => [i, cut.vertex()]))
  const vertexOf = (i: number) => candidates.get(i) ?? (places[i] === 'session' ? cut.source : cut.sink)
  for (const [i, vertex] of candidates) {
    cut.edge(vertex, cut.sink, nodeCost)
    for (const input of graph.nodes[i]!.inputs) {
      const maker = makers[input]!
      // The session runs once: it takes a node only with all that the node takes from behind a contraction.
      if (maker >= 0 && after[maker] && vertexOf(maker) !== cut.source)
        cut.edge(vertex, vertexOf(maker), Number.POSITIVE_INFINITY)
    }
  }
  const addValue = (value: ValueId, maker: number) => {
    const leaving = readers[value]!.map(vertexOf).filter((reader) => reader !== cut.source)
    if (graph.outputs.includes(value)) leaving.push(cut.sink)
    if (leaving.length === 0) return
    const crossing = cut.vertex()
    const cost = crosses(graph, value) ? graph.values[value]!.bytes + tensorCost : Number.POSITIVE_INFINITY
    cut.edge(vertexOf(maker), crossing, cost)
    for (const reader of new Set(leaving)) cut.edge(crossing, reader, Number.POSITIVE_INFINITY)
  }
  for (const [i, node] of graph.nodes.entries()) {
    if (vertexOf(i) !== cut.sink) for (const value of node.outputs) addValue(value, i)
  }
  const taken = cut.solve()
  return undecided.filter((i) => taken.has(candidates.get(i)!))
}
