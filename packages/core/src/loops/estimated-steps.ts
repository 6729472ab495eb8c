import { limited } from './batches.ts'
import type { LoopContext } from './loop-context.ts'

/**
 * Steps that a fit will take if nothing ends it early.
 *
 * @throws MisconfigurationError in a run that does not train, and where the loader cannot be had at once
 */
export function estimatedSteppingBatches({ options, loaders, accumulation }: LoopContext): number {
  const { maxEpochs, maxSteps } = options
  const most = maxSteps < 0 ? Number.POSITIVE_INFINITY : maxSteps
  if (maxEpochs < 0) return most
  const [train] = loaders.getNow('train')
  const limit = { option: 'limitTrainBatches', limit: options.limitTrainBatches }
  const batches = train === undefined ? 0 : limited('fit', train, limit)
  // A loader of unknown length may go on for ever.
  if (batches === undefined) return most
  const epochs = Array.from({ length: Math.max(maxEpochs, 1) }, (_, epoch) =>
    Math.ceil(batches / accumulation.in(epoch)),
  )
  return Math.min(
    most,
    epochs.reduce((sum, steps) => sum + steps, 0),
  )
}
