import { IdleAccelerator } from '../idle-accelerator.ts'
import { Sampler } from '../measure.ts'
import { makeBatches } from '../mlp.ts'
import { timedFit } from '../timed-fit.ts'
import type { Result, Row, WorkloadOptions } from '../workload.ts'

const system = 'voltaic-core'
const recording = 'mlp-64-recording'
const loop = 'mlp-64-loop'
const largestMicrosecondsPerNode = 1

/**
 * What core itself costs, on a device that takes no time: a step from its first hook until its graph would run (recording,
 * differentiating, looking up), and the step as a whole.
 */
export async function overhead({ budget }: WorkloadOptions): Promise<Result> {
  const batches = await makeBatches(1, 64)
  const sampler = new Sampler(budget)
  let startedAt: number | undefined
  const onTrainBatchStart = (): void => {
    startedAt = performance.now()
  }
  const accelerator = new IdleAccelerator(() => {
    if (startedAt !== undefined) sampler.add(recording, performance.now() - startedAt)
  })
  await timedFit({ accelerator, batches, sampler, system: loop, callbacks: [{ onTrainBatchStart }] })
  const rows = [recording, loop].map(
    (workload): Row => ({ workload, system, precision: '32-true', ...sampler.timing(workload) }),
  )
  // The last graph is the step's, with each composite as the one node that was recorded.
  return { rows, findings: findingsOf(rows[0]!, accelerator.graphs.at(-1)!.nodes.length) }
}

function findingsOf({ medianMs }: Row, nodes: number): string[] {
  const perNode = (medianMs * 1e3) / nodes
  const verdict = perNode <= largestMicrosecondsPerNode ? 'yes' : 'NO'
  return [
    `recording, differentiating and looking up: ${perNode.toFixed(2)} µs a node, of ${nodes} nodes (at most ${largestMicrosecondsPerNode}: ${verdict})`,
  ]
}
