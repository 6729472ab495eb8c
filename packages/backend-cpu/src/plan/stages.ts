import { type Graph, isPrimitive, makersOf, readersOf, type ValueId } from '@voltaic/core/graph'
import type { Place } from './place-nodes.ts'

/** Nodes that run together, in the order of the graph. */
export interface Stage {
  readonly kind: 'wasm' | 'session'
  /** Literals that a stage reads are among its nodes: each stage has its own. */
  readonly nodes: readonly number[]
  /** Values that it takes from elsewhere. */
  readonly inputs: readonly ValueId[]
  /** Values that others take from it, or that the graph hands back. */
  readonly outputs: readonly ValueId[]
}

/**
 * The stages of a graph, one after the other: WebAssembly and sessions in turn. There is one session, unless something that
 * ONNX Runtime lacks lies between two contractions.
 */
export function stagesOf(graph: Graph, places: readonly Place[]): Stage[] {
  const levels = levelsOf(graph, places)
  const stages: Stage[] = []
  for (const level of [...new Set(levels)].filter((level) => level >= 0).sort((a, b) => a - b)) {
    const nodes = graph.nodes.flatMap((_, i) => (levels[i] === level ? [i] : []))
    stages.push(stageOf(graph, level % 2 === 0 ? 'wasm' : 'session', nodes))
  }
  return stages
}

/** Even levels are WebAssembly's, odd ones sessions; a node is at the first level at which its operands are there. */
function levelsOf(graph: Graph, places: readonly Place[]): number[] {
  const makers = makersOf(graph)
  const readers = readersOf(graph)
  const levels = graph.nodes.map(() => -1)
  for (const [i, node] of graph.nodes.entries()) {
    if (places[i] === 'constant') continue
    const parity = places[i] === 'session' ? 1 : 0
    const ready = Math.max(0, ...node.inputs.map((input) => levels[makers[input]!] ?? 0))
    levels[i] = ready % 2 === parity ? ready : ready + 1
  }
  // What no session waits for can wait for all of them: there it meets what it can be fused with.
  const last = levels.reduce((a, b) => Math.max(a, b), 0)
  const end = last + (last % 2)
  const isAwaited = graph.nodes.map(() => false)
  for (let i = graph.nodes.length - 1; i >= 0; i--) {
    const { outputs } = graph.nodes[i]!
    isAwaited[i] = outputs.some((value) => readers[value]!.some((j) => places[j] === 'session' || isAwaited[j]))
    if (places[i] === 'wasm' && !isAwaited[i]) levels[i] = end
  }
  return levels
}

function stageOf(graph: Graph, kind: Stage['kind'], own: readonly number[]): Stage {
  const makers = makersOf(graph)
  const readers = readersOf(graph)
  const literals = new Set(
    own.flatMap((i) => graph.nodes[i]!.inputs.map((input) => makers[input]!).filter((j) => isLiteral(graph, j))),
  )
  const nodes = [...literals, ...own].sort((a, b) => a - b)
  const inside = new Set(nodes)
  const inputs = own.flatMap((i) => graph.nodes[i]!.inputs.filter((input) => !inside.has(makers[input]!)))
  const outputs = own.flatMap((i) =>
    graph.nodes[i]!.outputs.filter(
      (value) => graph.outputs.includes(value) || readers[value]!.some((j) => !inside.has(j)),
    ),
  )
  return { kind, nodes, inputs: [...new Set(inputs)], outputs }
}

function isLiteral(graph: Graph, i: number): boolean {
  return i >= 0 && isPrimitive(graph.nodes[i]!, 'literal')
}
