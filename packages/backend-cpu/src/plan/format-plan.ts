import { formatSpec } from '@voltaic/core/graph'
import type { Plan, SessionStep, Step } from './plan.ts'

/**
 * A plan as text: what runs where, in order, one line a kernel.
 *
 * ```
 * session 1: 12 nodes, 7 inputs, 8 outputs (2.1 MB)
 *   matmul, add, maximum, …
 * wasm: 10 calls
 *   sub mul … over [401408]
 * ```
 */
export function formatPlan(plan: Plan): string {
  const sessions = plan.steps.filter((step) => step.kind === 'session')
  const lines: string[] = []
  for (const step of plan.steps) lines.push(...formatStep(plan, step, sessions))
  if (sessions.length > 1) lines.push(`split into ${sessions.length} sessions: ${splitReason(plan)}`)
  const inPlace = plan.takenOver.filter((input) => input !== undefined).length
  lines.push(
    `${plan.graph.outputs.length} outputs, ${inPlace} written over donated inputs; ${formatBytes(plan.scratchBytes)} scratch`,
  )
  return lines.join('\n')
}

function formatStep(plan: Plan, step: Step, sessions: readonly Step[]): string[] {
  if (step.kind === 'wasm') {
    return [
      `wasm: ${step.calls.length} calls`,
      ...counted(step.calls.map((call) => call.label)).map((line) => `  ${line}`),
    ]
  }
  const { graph } = plan
  const bytes = step.outputs.reduce((sum, value) => sum + graph.values[value]!.bytes, 0)
  const name = sessions.length > 1 ? `session ${sessions.indexOf(step) + 1}` : 'session'
  return [
    `${name}: ${step.nodes.length} nodes, ${step.inputs.length} inputs, ${step.outputs.length} outputs (${formatBytes(bytes)})`,
    ...step.nodes.map((i) => `  ${formatNode(plan, i)}`),
  ]
}

function formatNode({ graph }: Plan, i: number): string {
  const { op, inputs, outputs } = graph.nodes[i]!
  const specs = (values: readonly number[]) => values.map((value) => formatSpec(graph.values[value]!)).join(', ')
  return `${op.name}(${specs(inputs)}) → ${specs(outputs)}`
}

/** What runs between sessions, and so parts them. */
function splitReason({ graph, steps }: Plan): string {
  const sessions = steps.flatMap((step, at) => (step.kind === 'session' ? [at] : []))
  const between = steps
    .slice(sessions[0]! + 1, sessions.at(-1))
    .flatMap((step) => (step.kind === 'wasm' ? step.calls : []))
  const made = new Set(between.flatMap((call) => call.writes))
  const needed = new Set(
    steps.filter((step): step is SessionStep => step.kind === 'session').flatMap((step) => step.inputs),
  )
  const guilty = [...made].filter((value) => needed.has(value)).map((value) => formatSpec(graph.values[value]!))
  return `ONNX Runtime does not run what makes ${guilty.join(', ')}`
}

/** Equal neighbours as one line. */
function counted(labels: readonly string[]): string[] {
  const lines: { label: string; count: number }[] = []
  for (const label of labels) {
    const last = lines.at(-1)
    if (last?.label === label) last.count++
    else lines.push({ label, count: 1 })
  }
  return lines.map(({ label, count }) => (count === 1 ? label : `${label} (× ${count})`))
}

function formatBytes(bytes: number): string {
  if (bytes < 1e3) return `${bytes} B`
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}
