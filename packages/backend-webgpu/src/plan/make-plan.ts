import { fuse, type Graph, type Region, type ValueId } from '@voltaic/core/graph'
import { bindKernel } from '../kernels/kernel.ts'
import { type KernelLimits, Lowering } from '../kernels/lowering.ts'
import { lowerNode } from '../kernels/nodes/lower-node.ts'
import { lowerRegion } from '../kernels/region/lower-region.ts'
import { findEpilogues } from './epilogues.ts'
import { foldViews } from './fold-views.ts'
import { mergeKernels } from './merge-kernels.ts'
import type { Plan } from './plan.ts'
import { planStorage } from './plan-storage.ts'
import { SharedValues } from './shared-values.ts'

/** Plans a graph: which kernels run, in which order, on which buffers. Needs no device. */
export function makePlan(whole: Graph, limits: KernelLimits): Plan {
  const { graph, views } = foldViews(whole)
  const shared = new SharedValues(graph)
  const lowering = new Lowering(graph, limits)
  const nodes = [...graph.nodes.keys()]
  const steps = fuse(graph, nodes, new Set(graph.outputs), { maxOperands: limits.maxBuffers })
  const epilogues = findEpilogues(graph, steps, limits.maxBuffers)
  const waiting = new Set([...epilogues.values()].map(({ node }) => node))
  for (const [i, step] of steps.entries()) {
    if (step.kind === 'node') {
      if (!waiting.has(step.node)) lowerNode(lowering, step.node, { views })
    } else if (step.kind === 'region') {
      const joined = epilogues.get(i)
      const isDone = joined !== undefined && lowerNode(lowering, joined.node, { views, epilogue: joined.epilogue })
      if (!isDone) lowerRegion(lowering, step.region)
    } else if (!shared.share(step.value, step.source)) {
      lowerRegion(lowering, copyOf(graph, step))
    }
  }
  return { graph, ...placeKernels(lowering, shared) }
}

/** Kernels and their memory. */
function placeKernels(lowering: Lowering, shared: SharedValues): Omit<Plan, 'graph'> {
  // What is written over what is known before kernels are merged, and merging leaves it so.
  const { rootOf: placed } = planStorage(lowering, lowering.kernels, shared)
  const kernels = mergeKernels(lowering.kernels, {
    maxBuffers: lowering.limits.maxBuffers,
    rootOf: placed,
  })
  const { rootOf, ...storage } = planStorage(lowering, kernels, shared)
  return { kernels: kernels.map((kernel) => bindKernel(kernel, rootOf)), ...storage }
}

/** The region that copies `source` to `value`, element by element in their order. */
function copyOf(graph: Graph, { value, source }: { readonly value: ValueId; readonly source: ValueId }): Region {
  const { dtype, size } = graph.values[value]!
  return {
    nodes: [],
    shape: [size],
    inputs: [{ value: source, strides: [1], offset: 0 }],
    program: [{ op: 'load', dtype, input: 0 }],
    outputs: [{ value, register: 0 }],
    reducedAxes: [],
    reductions: [],
  }
}
