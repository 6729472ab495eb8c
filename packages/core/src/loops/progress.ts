/** Counters of a run, changed by the loops alone. */
export class Progress {
  /** Number of the running epoch, from 0; after the fit, how many were run. */
  epoch = 0
  /** Training batches that ended with at least one optimizer step, however many optimizers. */
  globalStep = 0
  /** Batches done in the running epoch. */
  batch = 0
  /** Batches of the running epoch, where the loader says. */
  numBatches: number | undefined = undefined
  /** Whether the running batch is the last of its epoch. */
  isLastBatch = false
  /** Someone asked for the fit to end. */
  shouldStop = false
}
