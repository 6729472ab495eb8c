import type { FusedStep, Graph, Region, ValueId } from '@voltaic/core/graph'
import { contractions } from '../kernels/nodes/lower-node.ts'
import type { Epilogue } from '../kernels/nodes/node-context.ts'
import { isWholePlace } from '../kernels/region/elementwise.ts'
import { isPacked } from '../wgsl/layout.ts'

/** A contraction that waits for the region behind it. */
export interface Joined {
  readonly node: number
  readonly epilogue: Epilogue
}

/**
 * Finds contractions whose sums the next step that reads them, a region, takes index by index: by the place of the region among
 * the steps. The contraction can run there, since nobody reads it before.
 *
 * @param maxBuffers - that a kernel may bind
 */
export function findEpilogues(
  graph: Graph,
  steps: readonly FusedStep[],
  maxBuffers: number,
): ReadonlyMap<number, Joined> {
  const joined = new Map<number, Joined>()
  for (const [i, step] of steps.entries()) {
    if (step.kind !== 'node' || !contractions.has(graph.nodes[step.node]!.op.name)) continue
    const [value] = graph.nodes[step.node]!.outputs as [ValueId]
    const readers = [...steps.keys()].filter((j) => j > i && reads(graph, steps[j]!, value))
    const next = steps[readers[0] ?? -1]
    if (next?.kind !== 'region' || joined.has(readers[0]!)) continue
    const keepsValue = readers.length > 1 || graph.outputs.includes(value)
    if (!takesWhole(graph, next.region, value)) continue
    if (buffersOf(graph, next.region) + (keepsValue ? 1 : 0) + 1 > maxBuffers) continue
    joined.set(readers[0]!, { node: step.node, epilogue: { region: next.region, keepsValue } })
  }
  return joined
}

function reads(graph: Graph, step: FusedStep, value: ValueId): boolean {
  if (step.kind === 'region') return step.region.inputs.some((input) => input.value === value)
  return step.kind === 'alias' ? step.source === value : graph.nodes[step.node]!.inputs.includes(value)
}

/** Whether a region is elementwise, and reads `value` at the index of its outputs alone. */
function takesWhole({ values }: Graph, { shape, inputs, outputs, reductions }: Region, value: ValueId): boolean {
  const { size, dtype } = values[value]!
  if (reductions.length > 0 || outputs.length === 0 || isPacked({ dtype, wide: false })) return false
  const views = inputs.filter((input) => input.value === value)
  return shape.reduce((product, n) => product * n, 1) === size && views.every((view) => isWholePlace(view, shape))
}

/** Buffers that a region reads and writes; one of them is the contraction's, which has another operand beside. */
function buffersOf({ inputCount, scalars }: Graph, { inputs, outputs }: Region): number {
  const isScalar = (value: ValueId) => value >= inputCount && value < inputCount + scalars.length
  return new Set(inputs.map(({ value }) => value).filter((value) => !isScalar(value))).size + outputs.length
}
