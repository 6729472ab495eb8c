import type { Callback } from '../callbacks/callback.ts'
import type { Batches } from '../data/batches.ts'
import { AcceleratorError, MisconfigurationError } from '../errors/errors.ts'
import type { TrainingModule } from '../module/training-module.ts'
import type { OnHost } from '../strategy/batch-to-device.ts'
import type { TrainerOptions } from '../trainer/options.ts'
import type { Trainer } from '../trainer/trainer.ts'
import { optionsOfSteps, rehearsalOptions } from './rehearsal-options.ts'
import { rehearse } from './rehearse.ts'

export interface ScaleBatchSizeOptions {
  /** Doubles until a size fails; `'binsearch'` then halves the gap between what works and what fails. Default `'power'`. */
  readonly mode?: 'power' | 'binsearch'
  /** Optimizer steps with each size, ≥ 1. Default 3. */
  readonly stepsPerTrial?: number
  /** The size of the first trial, ≥ 1. Default 2. */
  readonly initVal?: number
  /** The most sizes that are tried, ≥ 1. Default 25. */
  readonly maxTrials?: number
}

/** How a trial of one size ended. A size is whole when the data have no larger batch. */
type Outcome = 'works' | 'whole' | 'fails'

/**
 * The largest batch size, of those that were tried, with which the module trains without running out of memory. Afterwards
 * module, optimizers and random numbers are what they were; what hooks of the module keep elsewhere is not.
 *
 * Sizes double as long as they work; if the first one fails, they are halved until one works. The search ends early with a batch
 * that holds all data. A size fails when the accelerator throws an `AcceleratorError`, or the host has no room for an array.
 *
 * @param trainer - a Trainer, which stays as it is, or the options of one: of these count those about steps
 * @param makeLoader - training data in batches of that size
 * @throws MisconfigurationError when an option is out of range, or the strategy has several processes
 * @throws AcceleratorError when not one of the sizes works
 * @throws the reason of the Trainer's signal once that is aborted
 */
export async function scaleBatchSize<Batch>(
  trainer: Trainer | TrainerOptions,
  module: TrainingModule<Batch>,
  makeLoader: (batchSize: number) => Batches<OnHost<Batch>>,
  { mode = 'power', stepsPerTrial = 3, initVal = 2, maxTrials = 25 }: ScaleBatchSizeOptions = {},
): Promise<number> {
  checkOptions({ mode, stepsPerTrial, initVal, maxTrials }, makeLoader)
  const options = rehearsalOptions(trainer, optionsOfSteps, stepsPerTrial)
  checkProcesses(options)
  let cause: unknown = null

  // With dropLast a single batch need not hold all data: there is none of twice its size.
  const hasAll = (batchSize: number) => [batchSize, 2 * batchSize].every((size) => lengthOf(makeLoader(size)) === 1)

  async function outcomeOf(batchSize: number): Promise<Outcome> {
    const train = makeLoader(batchSize)
    const length = lengthOf(train)
    // With dropLast there is no batch that is larger than the data.
    if (length === 0) return 'fails'
    const counter = new BatchCounter()
    try {
      await rehearse('scaleBatchSize', { module, data: { train }, options: { ...options, callbacks: [counter] } })
    } catch (error) {
      if (!isOutOfMemory(error)) throw error
      cause = error
      return 'fails'
    }
    // A trial that was cut short says nothing.
    options.signal?.throwIfAborted()
    if (counter.mostBatches === 0) {
      throw new MisconfigurationError(
        `scaleBatchSize: a trial trains batches, got none of size ${batchSize}; let onTrainBatchStart return nothing`,
      )
    }
    const isWhole = length === undefined ? stepsPerTrial > 1 && counter.mostBatches === 1 : hasAll(batchSize)
    return isWhole ? 'whole' : 'works'
  }

  const largest = await search(outcomeOf, { mode, initVal, maxTrials })
  if (largest !== null) return largest
  throw new AcceleratorError(
    `scaleBatchSize: no batch size works, got a failure with each from ${initVal} down; use a smaller model, smaller samples, or a smaller initVal`,
    { cause },
  )
}

/** The largest size that worked; null where none did. */
async function search(
  outcomeOf: (batchSize: number) => Promise<Outcome>,
  { mode, initVal, maxTrials }: Required<Omit<ScaleBatchSizeOptions, 'stepsPerTrial'>>,
): Promise<number | null> {
  let works = 0
  let fails = Infinity
  let batchSize = initVal
  for (let trial = 0; trial < maxTrials && fails - works > 1; trial++) {
    const outcome = await outcomeOf(batchSize)
    if (outcome === 'fails') fails = batchSize
    else works = batchSize
    if (outcome === 'whole') break
    if (mode === 'power' && works > 0 && fails < Infinity) break
    batchSize = fails === Infinity ? 2 * works : Math.floor((works + fails) / 2)
  }
  return works === 0 ? null : works
}

/** Batches of an epoch, where the loader says. */
function lengthOf(loader: object): number | undefined {
  return (loader as { readonly length?: number }).length
}

/** Counts the batches of the longest epoch. */
class BatchCounter implements Callback {
  mostBatches = 0

  onTrainBatchEnd(...[, , , , batchIdx]: Parameters<NonNullable<Callback['onTrainBatchEnd']>>): void {
    this.mostBatches = Math.max(this.mostBatches, batchIdx + 1)
  }
}

function isOutOfMemory(error: unknown): boolean {
  if (error instanceof AcceleratorError) return true
  // What engines say of an array that is too large for the host.
  return error instanceof RangeError && /array.*(allocation|length|size)/i.test(error.message)
}

/** A process that runs out of memory would leave the others waiting for it. */
function checkProcesses({ strategy }: TrainerOptions): void {
  if (strategy === undefined || strategy.worldSize === 1) return
  throw new MisconfigurationError(
    `scaleBatchSize: tries sizes in one process, got a strategy of ${strategy.worldSize}; find the size with an accelerator alone`,
  )
}

function checkOptions({ mode, ...counts }: Required<ScaleBatchSizeOptions>, makeLoader: unknown): void {
  const faults = [
    ...(mode === 'power' || mode === 'binsearch' ? [] : [`mode is 'power' or 'binsearch', got ${String(mode)}`]),
    ...Object.entries(counts).flatMap(([name, count]) =>
      Number.isSafeInteger(count) && count >= 1 ? [] : [`${name} is a whole number ≥ 1, got ${count}`],
    ),
    ...(typeof makeLoader === 'function' ? [] : [`makeLoader is a function of a batch size, got ${typeof makeLoader}`]),
  ]
  if (faults.length > 0) throw new MisconfigurationError(`scaleBatchSize: ${faults.join('; ')}`)
}
