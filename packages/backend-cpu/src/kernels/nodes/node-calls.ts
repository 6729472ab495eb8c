import { type Graph, isPrimitive } from '@voltaic/core/graph'
import type { KernelCall } from '../kernel.ts'
import { argCalls, cumsumCalls, orderCalls } from './axis-loops.ts'
import { gatherCalls, scatterCalls } from './gather.ts'
import { concatCalls, fillCall, padCalls } from './movement.ts'
import { randomBitsCalls } from './random-bits.ts'
import { indexAddCalls, indexSelectCalls } from './rows.ts'

/** Names of the primitives that multiply and add, or slide windows: ONNX Runtime's. */
export const contractionNames: ReadonlySet<string> = new Set([
  ...['matmul', 'conv', 'convInputGrad', 'convWeightGrad'],
  ...['maxPool', 'maxPoolGrad', 'avgPool', 'avgPoolGrad'],
])

/** The calls that run a node which is in no region. A contraction is one of nothing: its result is zeros. */
export function nodeCalls(graph: Graph, index: number): KernelCall[] {
  const node = graph.nodes[index]!
  if (node.outputs.every((value) => graph.values[value]!.size === 0)) return []
  if (isPrimitive(node, 'concat')) return concatCalls(graph, node)
  if (isPrimitive(node, 'pad')) return padCalls(graph, node)
  if (isPrimitive(node, 'randomBits')) return randomBitsCalls(graph, node)
  if (isPrimitive(node, 'indexSelect')) return indexSelectCalls(graph, node)
  if (isPrimitive(node, 'indexAdd')) return indexAddCalls(graph, node)
  if (isPrimitive(node, 'gather')) return gatherCalls(graph, node)
  if (isPrimitive(node, 'scatterAdd') || isPrimitive(node, 'scatter')) return scatterCalls(graph, node)
  if (isPrimitive(node, 'argmax') || isPrimitive(node, 'argmin')) return argCalls(graph, node)
  if (isPrimitive(node, 'cumsum')) return cumsumCalls(graph, node)
  if (isPrimitive(node, 'sort') || isPrimitive(node, 'topK')) return orderCalls(graph, node)
  if (contractionNames.has(node.op.name))
    return node.outputs.map((value) => fillCall(graph, `${node.op.name} of nothing`, value, 0))
  throw new TypeError(`cpu: no kernel for ${node.op.name}`)
}
