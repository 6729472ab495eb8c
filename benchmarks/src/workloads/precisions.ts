import { cpu } from '@voltaic/backend-cpu'
import { checkLosses } from '../losses.ts'
import { Sampler } from '../measure.ts'
import { type HostBatch, makeBatches } from '../mlp.ts'
import { timedFit } from '../timed-fit.ts'
import type { Precision, Result, Row, WorkloadOptions } from '../workload.ts'

const workload = 'mlp-64-precisions'
const system = 'voltaic-cpu'
const precisions: readonly Precision[] = ['32-true', '16-mixed', 'bf16-mixed', 'bf16-true']
const rounds = 5

/** What emulated half types cost: the Trainer's step of `mlp-64` in each precision, a short fit of each in turn. */
export async function precisionsOfMlp({ threads, budget }: WorkloadOptions): Promise<Result> {
  const batches = await makeBatches(64, 64)
  for (const precision of precisions) await checkLosses(cpu({ threads }), batches, precision)
  const total = new Sampler({ warmUpMs: 0, samples: budget.samples })
  const share = { warmUpMs: budget.warmUpMs / rounds, samples: Math.ceil(budget.samples / rounds) }
  for (let round = 0; round < rounds; round++) {
    for (const precision of precisions) {
      for (const ms of await samplesOf(precision, { threads, budget: share }, batches)) total.add(precision, ms)
    }
  }
  const rows = precisions.map((precision): Row => ({ workload, system, precision, ...total.timing(precision) }))
  const [whole, ...halves] = rows as [Row, ...Row[]]
  const findings = halves.map(({ precision, medianMs }) => {
    return `${precision} takes ${(medianMs / whole.medianMs).toFixed(2)} times as long as ${whole.precision}`
  })
  return { rows, findings }
}

async function samplesOf(
  precision: Precision,
  { threads, budget }: WorkloadOptions,
  batches: readonly HostBatch[],
): Promise<readonly number[]> {
  const sampler = new Sampler(budget)
  await timedFit({ accelerator: cpu({ threads }), batches, sampler, system, precision })
  return sampler.samplesOf(system)
}
