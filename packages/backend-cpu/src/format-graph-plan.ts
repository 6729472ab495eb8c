import type { Graph } from '@voltaic/core/graph'
import { formatPlan as format } from './plan/format-plan.ts'
import { makePlan } from './plan/make-plan.ts'
import { canRun } from './session/model.ts'

/**
 * How the CPU backend would run a graph, as text: sessions and generated kernels in order, and where outputs go.
 *
 * Compiles nothing and needs no ONNX Runtime. `String(executable)` says the same of what was compiled.
 */
export function formatPlan(graph: Graph): string {
  return format(makePlan(graph, canRun))
}
