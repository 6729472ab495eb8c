import type { Graph } from '@voltaic/core/graph'
import { formatPlan as format } from './plan/format-plan.ts'
import { makePlan } from './plan/make-plan.ts'

/** What every device of WebGPU has, but for the buffers of a kernel: most have ten or more. */
const commonLimits = { maxBuffers: 9, maxThreads: 256, maxSharedBytes: 16384 }

/**
 * How the WebGPU backend would run a graph, as text: its dispatches in order, on a device with common limits.
 *
 * Compiles nothing and needs no device. `String(executable)` says the same of what was compiled.
 */
export function formatPlan(graph: Graph): string {
  return format(makePlan(graph, commonLimits))
}
