import type { Graph, GraphNode } from './graph.ts'
import { formatSpec } from './spec.ts'

/**
 * A graph as text, one node a line:
 *
 * ```
 * graph(%0: float32[2, 3], %1: float32[3, 4] donated, %2: float32[] scalar)
 *   %3: float32[2, 4] = matmul(%0, %1) { transposeA: false, transposeB: false }
 *   %4: float32[2, 4] = mul(%3, %2)
 *   return %4
 * ```
 */
export function formatGraph(graph: Graph): string {
  const inputs = Array.from({ length: graph.inputCount }, (_, i) => {
    return `${typed(graph, i)}${graph.donated.includes(i) ? ' donated' : ''}`
  })
  const scalars = graph.scalars.map(({ id }) => `${typed(graph, id)} scalar`)
  const nodes = graph.nodes.map((node) => `  ${formatNode(graph, node)}`)
  const outputs = graph.outputs.map((id) => `%${id}`).join(', ')
  return [`graph(${[...inputs, ...scalars].join(', ')})`, ...nodes, `  return ${outputs}`].join('\n')
}

/** `%3: float32[2, 4] = matmul(%0, %1) { transposeA: false, transposeB: false }` */
export function formatNode(graph: Graph, { op, attributes, inputs, outputs }: GraphNode): string {
  const results = outputs.map((id) => typed(graph, id)).join(', ')
  const operands = inputs.map((id) => `%${id}`).join(', ')
  const named = Object.entries(attributes).map(([name, value]) => `${name}: ${formatAttribute(value)}`)
  return `${results} = ${op.name}(${operands})${named.length === 0 ? '' : ` { ${named.join(', ')} }`}`
}

function typed(graph: Graph, id: number): string {
  return `%${id}: ${formatSpec(graph.values[id]!)}`
}

function formatAttribute(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(formatAttribute).join(', ')}]`
  // The body of a call is printed by whoever asks for it.
  if (typeof value === 'object') return '…'
  return String(value)
}
