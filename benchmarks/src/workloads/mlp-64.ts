import { cpu } from '@voltaic/backend-cpu'
import { type BareGemms, bareGemms } from '../bare-gemms.ts'
import { checkLosses } from '../losses.ts'
import { Sampler } from '../measure.ts'
import { makeBatches } from '../mlp.ts'
import { timedFit } from '../timed-fit.ts'
import type { Result, Row, WorkloadOptions } from '../workload.ts'

const workload = 'mlp-64'
const precision = '32-true'
const batchSize = 64
const step = 'voltaic-cpu'
const gemms = 'onnxruntime-gemms'
const largestRatio = 2.5

/** The Trainer's whole step, with Adam and logging, turn about with nothing but its matrix products. */
export async function mlp64({ threads, budget }: WorkloadOptions): Promise<Result> {
  const accelerator = cpu({ threads })
  const batches = await makeBatches(64, batchSize)
  const lossBefore = await checkLosses(accelerator, batches)
  const bare = await bareGemms(batchSize, threads)
  const sampler = new Sampler(budget)
  const between = () => sampler.time(gemms, bare.run)
  const loss = await timedFit({ accelerator, batches, sampler, system: step, between })
  await bare.dispose()
  // The timed fit does the checked one's steps and more.
  if (!(loss < lossBefore)) throw new Error(`${step}: the loss after the run is below ${lossBefore}, got ${loss}`)
  const rows = [step, gemms].map((system): Row => ({ workload, system, precision, ...sampler.timing(system) }))
  return { rows, findings: findingsOf(rows as [Row, Row], bare) }
}

function findingsOf([step, gemms]: readonly [Row, Row], { flops }: BareGemms): string[] {
  const ratio = step.medianMs / gemms.medianMs
  return [
    `Trainer step / bare GEMMs: ${ratio.toFixed(2)} (at most ${largestRatio}: ${ratio <= largestRatio ? 'yes' : 'NO'})`,
    `bare GEMMs: ${(flops / gemms.medianMs / 1e6).toFixed(0)} GFLOP/s`,
  ]
}
