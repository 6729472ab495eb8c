import { type Accelerator, type Callback, manualSeed, Trainer } from '@voltaic/core'
import type { Sampler } from './measure.ts'
import { type HostBatch, Mlp } from './mlp.ts'
import type { Precision } from './workload.ts'

export interface TimedFitOptions {
  readonly accelerator: Accelerator
  readonly batches: readonly HostBatch[]
  readonly sampler: Sampler
  /** The name for the steps. */
  readonly system: string
  /** Runs between two steps, outside of what is timed. */
  readonly between?: () => Promise<void>
  readonly callbacks?: readonly Callback[]
  /** Default: '32-true'. */
  readonly precision?: Precision
}

/**
 * Times every step of a fit, with logging and the progress bar on: from the moment when the loop gets its batch until it
 * asks for the next one, all of the loop, its hooks and the upload included.
 *
 * @returns the loss of the last step
 */
export async function timedFit(options: TimedFitOptions): Promise<number> {
  const { accelerator, batches, sampler, system, between, callbacks = [], precision = '32-true' } = options
  async function* source(): AsyncGenerator<HostBatch> {
    for (let i = 0; sampler.wantsMore; i++) {
      await between?.()
      const startedAt = performance.now()
      yield batches[i % batches.length]!
      await accelerator.synchronize()
      // The loop looks one batch ahead, to know the last: at first it asks twice, and steps once.
      if (i > 0) sampler.add(system, performance.now() - startedAt)
    }
  }
  manualSeed(1)
  const trainer = new Trainer({ accelerator, precision, maxEpochs: 1, callbacks })
  await trainer.fit(new Mlp(), { train: source() })
  return trainer.callbackMetrics.loss!
}
