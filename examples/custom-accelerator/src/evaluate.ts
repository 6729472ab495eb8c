import { type Graph, type HostArray, hostArray, type PrimitiveName, readScalar } from '@voltaic/core/graph'
import { contractions } from './contractions.ts'
import { elementwise } from './elementwise.ts'
import { movement } from './movement.ts'
import type { Kernel, Kernels, Operand } from './operand.ts'
import { reductions } from './reductions.ts'
import { sources } from './sources.ts'

/** The kernel of every primitive. That none is missing is what the type says. */
export const kernels: Kernels = { ...elementwise, ...reductions, ...movement, ...contractions, ...sources }

/** Computes the outputs of `graph`, node by node; `scalars` is the block that each run brings. */
export function evaluate(graph: Graph, inputs: readonly HostArray[], scalars: ArrayBuffer): HostArray[] {
  // By the numbers of the values: first the inputs, then the scalars, then what the nodes make.
  const values = [...inputs]
  const block = new DataView(scalars)
  for (const scalar of graph.scalars) values.push(hostArray(scalar.dtype, 1).fill(readScalar(block, scalar)))
  const operand = (id: number): Operand => ({ spec: graph.values[id]!, data: values[id]! })

  for (const node of graph.nodes) {
    for (const id of node.outputs) values[id] = hostArray(graph.values[id]!.dtype, graph.values[id]!.size)
    const kernel = kernels[node.op.name as PrimitiveName] as Kernel<object>
    kernel(node.attributes, ...node.inputs.map(operand), ...node.outputs.map(operand))
  }
  return graph.outputs.map((id) => values[id]!)
}
