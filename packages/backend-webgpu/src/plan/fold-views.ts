import {
  broadcastView,
  flipView,
  type Graph,
  type GraphNode,
  isPrimitive,
  makersOf,
  permuteView,
  readersOf,
  reshapeView,
  type StridedView,
  sliceView,
  type ValueId,
  wholeView,
} from '@voltaic/core/graph'

/** Operands of nodes as views of what the nodes read, by node and input. */
export type OperandViews = ReadonlyMap<number, readonly StridedView[]>

/** Nodes that read their operands through strides. */
const viewing: ReadonlySet<string> = new Set([
  ...['matmul', 'conv', 'convInputGrad', 'convWeightGrad', 'maxPool', 'maxPoolGrad', 'avgPool', 'avgPoolGrad'],
  ...['argmax', 'argmin', 'cumsum', 'sort', 'topK', 'pad', 'concat'],
  ...['indexSelect', 'indexAdd', 'gather', 'scatterAdd', 'scatter', 'randomBits'],
])

/**
 * The same graph, in which nodes that can read through strides read what a movement would give them before it is moved.
 * Values keep their numbers; a movement that nobody reads any more is gone.
 */
export function foldViews(graph: Graph): { graph: Graph; views: OperandViews } {
  const makers = makersOf(graph)
  const views = new Map<number, StridedView[]>()
  const folded = graph.nodes.map((node): GraphNode => {
    if (!viewing.has(node.op.name)) return node
    return { ...node, inputs: node.inputs.map((input) => sourceOf(graph, makers, input).value) }
  })
  const nodes = withoutDead({ ...graph, nodes: folded })
  for (const [i, node] of nodes.entries()) {
    const original = graph.nodes[makers[node.outputs[0]!]!]!
    if (viewing.has(node.op.name))
      views.set(
        i,
        original.inputs.map((input) => sourceOf(graph, makers, input).view),
      )
  }
  return { graph: { ...graph, nodes }, views }
}

/** What `value` is a view of, as far back as strides say. */
function sourceOf(
  graph: Graph,
  makers: readonly number[],
  value: ValueId,
): { readonly value: ValueId; readonly view: StridedView } {
  const node = graph.nodes[makers[value]!]
  const whole = { value, view: wholeView(graph.values[value]!.shape) }
  if (node === undefined || !movements.has(node.op.name)) return whole
  const inner = sourceOf(graph, makers, node.inputs[0]!)
  const view = moved(node, inner.view)
  return view === undefined ? whole : { value: inner.value, view }
}

const movements: ReadonlySet<string> = new Set(['reshape', 'broadcastTo', 'permute', 'slice', 'flip'])

function moved(node: GraphNode, view: StridedView): StridedView | undefined {
  if (isPrimitive(node, 'broadcastTo')) return broadcastView(view, node.attributes.shape)
  if (isPrimitive(node, 'permute')) return permuteView(view, node.attributes.axes)
  if (isPrimitive(node, 'flip')) return flipView(view, node.attributes.axes)
  if (isPrimitive(node, 'reshape')) return reshapeView(view, node.attributes.shape)
  if (!isPrimitive(node, 'slice')) return undefined
  const { starts, ends, steps } = node.attributes
  return sliceView(view, starts, ends, steps)
}

/** The nodes of `graph` that something reads, or that it hands back. */
function withoutDead(graph: Graph): GraphNode[] {
  const readers = readersOf(graph)
  const outputs = new Set(graph.outputs)
  const alive = graph.nodes.map(() => false)
  for (let i = graph.nodes.length - 1; i >= 0; i--) {
    alive[i] = graph.nodes[i]!.outputs.some((value) => outputs.has(value) || readers[value]!.some((j) => alive[j]))
  }
  return graph.nodes.filter((_, i) => alive[i])
}
