import { MisconfigurationError } from '../errors/errors.ts'
import type { DataModule } from '../module/data-module.ts'
import type { TrainingModule } from '../module/training-module.ts'
import type { Optimizer } from '../optim/optimizer.ts'
import type { TrainerOptions } from '../trainer/options.ts'
import type { FitData, Trainer } from '../trainer/trainer.ts'
import { checkRange, type LrFindOptions } from './lr-find-options.ts'
import { LrFindResult } from './lr-find-result.ts'
import { LrRangeTest } from './lr-range-test.ts'
import { optionsOfSteps, rehearsalOptions } from './rehearsal-options.ts'
import { rehearse } from './rehearse.ts'

/**
 * Trains a few steps while the learning rate grows from `minLr` to `maxLr`, and notes the loss of each (Smith 2017). Afterwards
 * module, optimizer, random numbers and the order of the data are what they were; what hooks of the module keep elsewhere is not.
 *
 * Of the Trainer's options count those about steps and training data. Nothing is validated or logged, and no callback is called;
 * in automatic optimization no scheduler is stepped.
 *
 * @param trainer - a Trainer, which stays as it is, or the options of one
 * @param data - loaders, or a data module; without, the module's own loader
 * @throws MisconfigurationError when an option is out of range, or the module has not one optimizer
 */
export async function lrFind<Batch>(
  trainer: Trainer | TrainerOptions,
  module: TrainingModule<Batch>,
  data?: FitData<Batch> | DataModule<Batch>,
  { minLr = 1e-8, maxLr = 1, numTraining = 100, mode = 'exponential', earlyStopThreshold = 4 }: LrFindOptions = {},
): Promise<LrFindResult> {
  const range = { minLr, maxLr, numTraining, mode, earlyStopThreshold }
  checkRange(range)
  const kept = [...optionsOfSteps, 'limitTrainBatches', 'overfitBatches'] as const
  const options = rehearsalOptions(trainer, kept, numTraining)
  const { strategy } = options
  const rangeTest = new LrRangeTest(range, strategy && ((value) => strategy.broadcast(value)))
  await rehearse('lrFind', { module, data, options: { ...options, callbacks: [rangeTest] }, check: requireOne })
  const { lrs, losses } = rangeTest
  return new LrFindResult({ lrs, losses, mode })
}

function requireOne(optimizers: readonly Optimizer[]): void {
  if (optimizers.length === 1) return
  throw new MisconfigurationError(
    `lrFind: finds the learning rate of one optimizer, got ${optimizers.length} of configureOptimizers; return one`,
  )
}
