import type { DeviceStats, PrecisionName, TrainerOptions } from '@voltaic/core'
import { type CaseContext, type ConformanceCase, ConformanceFailure } from '../../suite/case.ts'
import { type TrainedModel, trainedModels } from './models.ts'
import { fullPrecision, mixedPrecision, requirementsOf } from './precisions.ts'
import { type Trained, train } from './train.ts'

const steps = 24
/** An odd number: with windows of two the last one is short. */
const batchesOfEpoch = 5

/** With fixed shapes nothing compiles after the second step, and no buffer is left behind. */
export function steadyCases(): ConformanceCase[] {
  return [fullPrecision, mixedPrecision].flatMap((trained) =>
    trainedModels.flatMap((model) =>
      Object.entries(checks).map(([name, check]) => ({
        id: `training/${model.name}/${trained.precision}/${name}`,
        layer: 5 as const,
        requires: requirementsOf(model, trained),
        run: (context: CaseContext) => check(model, trained.precision, context),
      })),
    ),
  )
}

type Check = (model: TrainedModel, precision: PrecisionName, context: CaseContext) => Promise<void>

const checks: Readonly<Record<string, Check>> = {
  async 'compiles-nothing-twice'(model, precision, { accelerator, seed, options }) {
    checkCompiles(model.name, await train(model, { accelerator, precision, steps, seed, ...options }))
  },

  async 'constant-buffers'(model, precision, { accelerator, seed, options }) {
    const trained = await train(model, { accelerator, precision, steps, seed, ...options })
    checkBuffers(model.name, trained, accelerator.stats())
  },

  async 'epochs-are-alike'(model, precision, { accelerator, seed, options }) {
    const windows = model.isManual ? {} : { accumulateGradBatches: 2 }
    const trainer = (given: TrainerOptions) => (options.trainer ?? same)({ ...given, ...windows, maxEpochs: 3 })
    checkEpochs(model.name, await train(model, { accelerator, precision, steps: batchesOfEpoch, seed, trainer }))
  },
}

const same = (given: TrainerOptions): TrainerOptions => given

/** Reading a loss realises nothing new, so each step is one execution; its first two steps compile. */
function checkCompiles(name: string, { stats }: Trained): void {
  const compiles = stats.map((counters) => counters.compiles)
  const executions = stats.map((counters) => counters.executions)
  const late = compiles.findIndex((count, step) => step > 1 && count !== compiles[1])
  if (late >= 0) {
    throw new ConformanceFailure(`${name}: nothing compiles after the second step, got a compilation in step ${late}`, {
      expected: compiles[1],
      got: compiles[late],
      firstDifference: `stats[${late}].compiles`,
    })
  }
  const idle = executions.findIndex((count, step) => step > 0 && count <= executions[step - 1]!)
  if (idle >= 0 || compiles[1] === 0) {
    throw new ConformanceFailure(`${name}: stats() counts what is compiled and run, got ${JSON.stringify(stats[1])}`)
  }
}

/**
 * From the third step on no step leaves more behind than the one before. Less may be: what the host let go of before the
 * training is gone from the device when the host's garbage is collected.
 */
function checkBuffers(name: string, { stats }: Trained, after: DeviceStats): void {
  const settled = stats[2]!
  for (const [step, got] of stats.entries()) {
    if (step < 3) continue
    const before = stats[step - 1]!
    if (got.liveBuffers <= before.liveBuffers && got.liveBytes <= before.liveBytes) continue
    throw new ConformanceFailure(
      `${name}: a step leaves no buffer behind, got ${got.liveBuffers} of ${got.liveBytes} bytes after step ${step} and ${before.liveBuffers} of ${before.liveBytes} before it`,
      { expected: before, got, firstDifference: `stats[${step}]` },
    )
  }
  if (settled.liveBuffers <= after.liveBuffers || settled.liveBytes <= after.liveBytes) {
    throw new ConformanceFailure(
      `${name}: the buffers of a training live while it runs and are gone after it, got ${settled.liveBuffers} in it and ${after.liveBuffers} after it`,
      { expected: settled, got: after },
    )
  }
}

/** Batch by batch an epoch has no more buffers than the one before, and compiles nothing. */
function checkEpochs(name: string, { stats }: Trained): void {
  for (const [i, got] of stats.entries()) {
    if (i < 2 * batchesOfEpoch) continue
    const expected = stats[i - batchesOfEpoch]!
    if (got.compiles === expected.compiles && got.liveBuffers <= expected.liveBuffers) continue
    throw new ConformanceFailure(
      `${name}: an epoch is as the one before, got ${got.compiles} compilations and ${got.liveBuffers} buffers for ${expected.compiles} and ${expected.liveBuffers}`,
      { expected, got, firstDifference: `stats[${i}]` },
    )
  }
}
