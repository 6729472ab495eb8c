import { createRequire } from 'node:module'
import { cuda } from '@voltaic/backend-cuda'
import { checkLosses } from '../losses.ts'
import { Sampler } from '../measure.ts'
import { type HostBatch, makeBatches } from '../mlp.ts'
import { type RawBinding, RawMlp } from '../raw-mlp.ts'
import { timedFit } from '../timed-fit.ts'
import { timeRuns } from '../timed-runs.ts'
import type { Result, Row, WorkloadOptions } from '../workload.ts'

const workload = 'mlp-64-tensorflow'
const precision = '32-true'
const batchSize = 64
const largestRatio = 1.3

/**
 * The Trainer's step on the CUDA backend, turn about with the same step written by hand in TensorFlow's ops. The environment
 * variable `VOLTAIC_TFJS` says where tfjs-node-gpu lies; without a GPU both run on TensorFlow's CPU kernels, which use all cores.
 *
 * @throws Error when tfjs-node-gpu is not there
 */
export async function mlp64Tensorflow({ budget }: WorkloadOptions): Promise<Result> {
  const tfjs = process.env.VOLTAIC_TFJS ?? '@tensorflow/tfjs-node-gpu'
  const accelerator = cuda({ tfjs, allowCpu: true })
  const availability = await accelerator.isAvailable()
  if (!availability.available) throw new Error(availability.reason)
  const batches = await makeBatches(64, batchSize)
  await checkLosses(accelerator, batches)

  const module = createRequire(import.meta.url)(tfjs) as { backend(): { readonly binding: RawBinding } }
  const raw = new RawMlp(module.backend().binding, batchSize)
  checkFalls(raw, batches)
  const [step, execution, byHand] = ['voltaic-cuda', 'voltaic-cuda-execution', 'tensorflow-raw-ops']
  const sampler = new Sampler(budget)
  timeRuns(accelerator, sampler, execution!)
  let i = 0
  const between = () => sampler.time(byHand!, async () => raw.run(batches[i++ % batches.length]!))
  await timedFit({ accelerator, batches, sampler, system: step!, between })
  const rows = [step!, execution!, byHand!].map(
    (system): Row => ({ workload, system, precision, ...sampler.timing(system) }),
  )
  return { rows, findings: [`TensorFlow ran on: ${availability.device}`, ...findingsOf(rows as [Row, Row, Row])] }
}

function checkFalls(raw: RawMlp, batches: readonly HostBatch[]): void {
  const losses = batches.map((batch) => raw.run(batch))
  if (losses.every(Number.isFinite) && losses.at(-1)! < losses[0]!) return
  throw new Error(`tensorflow-raw-ops: losses fall, got ${losses[0]} at first and ${losses.at(-1)} at last`)
}

function findingsOf([step, execution, byHand]: readonly [Row, Row, Row]): string[] {
  const ratio = execution.medianMs / byHand.medianMs
  return [
    `execution / raw ops by hand: ${ratio.toFixed(2)} (at most ${largestRatio}: ${ratio <= largestRatio ? 'yes' : 'NO'})`,
    `Trainer step / raw ops by hand: ${(step.medianMs / byHand.medianMs).toFixed(2)}`,
  ]
}
