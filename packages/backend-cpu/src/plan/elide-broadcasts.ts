import {
  broadcastShapes,
  type Graph,
  type GraphNode,
  isPrimitive,
  makersOf,
  readersOf,
  sameShape,
} from '@voltaic/core/graph'

const broadcasting: ReadonlySet<string> = new Set([
  ...['add', 'sub', 'mul', 'div', 'floorDivide', 'remainder', 'pow', 'minimum', 'maximum', 'atan2'],
  ...['and', 'or', 'xor', 'shiftLeft', 'shiftRight', 'equal', 'less', 'lessEqual', 'where'],
])

/**
 * The same graph, in which elementwise nodes read what a `broadcastTo` would give them before it is broadcast, where
 * another operand makes their shape anyway. Values keep their numbers; a `broadcastTo` that nobody reads is gone.
 */
export function elideBroadcasts(graph: Graph): Graph {
  const makers = makersOf(graph)
  const nodes = graph.nodes.map((node) => (isBroadcasting(node) ? narrowed(graph, makers, node) : node))
  const slim = { ...graph, nodes }
  const readers = readersOf(slim)
  const isDead = (node: GraphNode) =>
    isPrimitive(node, 'broadcastTo') &&
    readers[node.outputs[0]!]!.length === 0 &&
    !graph.outputs.includes(node.outputs[0]!)
  return { ...slim, nodes: nodes.filter((node) => !isDead(node)) }
}

function isBroadcasting(node: GraphNode): boolean {
  return node.op.kind === 'primitive' && broadcasting.has(node.op.name)
}

function narrowed(graph: Graph, makers: readonly number[], node: GraphNode): GraphNode {
  const inputs = [...node.inputs]
  const { shape } = graph.values[node.outputs[0]!]!
  for (const [i, input] of inputs.entries()) {
    const maker = graph.nodes[makers[input]!]
    if (maker === undefined || !isPrimitive(maker, 'broadcastTo')) continue
    inputs[i] = maker.inputs[0]!
    const shapes = inputs.map((id) => graph.values[id]!.shape)
    const met = shapes.reduce((a, b) => broadcastShapes(a, b) ?? [])
    if (!sameShape(met, shape)) inputs[i] = input
  }
  return { ...node, inputs }
}
