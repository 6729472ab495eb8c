import { fuse, type Graph, type ValueId } from '@voltaic/core/graph'
import type { KernelCall } from '../kernels/kernel.ts'
import { cloneCall } from '../kernels/nodes/movement.ts'
import { nodeCalls } from '../kernels/nodes/node-calls.ts'
import { regionCalls } from '../kernels/region/region-call.ts'
import { elideBroadcasts } from './elide-broadcasts.ts'
import { type CanRun, placeNodes } from './place-nodes.ts'
import type { Plan, Step } from './plan.ts'
import { planStorage } from './plan-storage.ts'
import { SharedValues } from './shared-values.ts'
import { type Stage, stagesOf } from './stages.ts'
import { widenHalves } from './widen-halves.ts'

/**
 * Plans a graph.
 *
 * @param canRun - whether ONNX Runtime runs a node of the graph, which is given with it, exactly
 */
export function makePlan(whole: Graph, canRun: (graph: Graph, index: number) => boolean): Plan {
  const graph = widenHalves(elideBroadcasts(whole))
  const runs: CanRun = (index) => canRun(graph, index)
  const shared = new SharedValues(graph)
  const steps = stagesOf(graph, placeNodes(graph, runs)).flatMap((stage) => stepsOf(graph, stage, shared))
  return { graph, steps, ...planStorage(graph, steps, shared) }
}

function stepsOf(graph: Graph, { kind, nodes, inputs, outputs }: Stage, shared: SharedValues): Step[] {
  if (kind === 'session') return [{ kind, nodes, inputs, outputs }]
  const calls = fuse(graph, nodes, new Set(outputs)).flatMap((step): KernelCall[] => {
    if (step.kind === 'region') return regionCalls(graph, step.region)
    if (step.kind === 'node') return nodeCalls(graph, step.node)
    return aliasCalls(graph, shared, step.value, step.source)
  })
  return calls.length === 0 ? [] : [{ kind, calls }]
}

/** Nothing, where a value can share the bytes of another; else a copy. */
function aliasCalls(graph: Graph, shared: SharedValues, value: ValueId, source: ValueId): KernelCall[] {
  if (graph.values[value]!.size === 0 || shared.share(value, source)) return []
  return [cloneCall(graph, source, value)]
}
