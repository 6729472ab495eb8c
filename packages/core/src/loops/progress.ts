/** Counters of a run, changed by the loops alone. */
export class Progress {
  /** Number of the running epoch, from 0; after the fit, how many were run. */
  epoch = 0
  /** Epochs whose batches are done: the running one counts from its end hooks on. */
  epochsDone = 0
  /** Training batches that ended with at least one optimizer step, however many optimizers. */
  globalStep = 0
  /** Training batches with which a window of accumulation closed: the x-axis of loggers. */
  steppedBatches = 0
  /** Batches done in the running epoch. */
  batch = 0
  /** Batches done in all epochs. */
  batchesSeen = 0
  /** Batches of the running epoch, where the loader says. */
  numBatches: number | undefined = undefined
  /** Whether the running batch is the last of its epoch. */
  isLastBatch = false
  /** Whether the validation before the training is on. */
  sanityChecking = false
  /** Whether the fit was interrupted before a validation that was due. */
  validationSkipped = false
  /** Whether hooks were told that the run was asked to end. */
  toldOfInterrupt = false
  /** Someone asked for the fit to end. */
  shouldStop = false

  /** What a fit goes on with. */
  state(): ProgressState {
    const { epoch, epochsDone, globalStep, steppedBatches, batch, batchesSeen, validationSkipped } = this
    return { epoch, epochsDone, globalStep, steppedBatches, batch, batchesSeen, validationSkipped }
  }

  load(state: ProgressState): void {
    const { epoch, epochsDone, globalStep, steppedBatches, batch, batchesSeen, validationSkipped } = state
    Object.assign(this, { epoch, epochsDone, globalStep, steppedBatches, batch, batchesSeen, validationSkipped })
  }
}

/** The counters that are saved. */
export type ProgressState = Pick<
  Progress,
  'epoch' | 'epochsDone' | 'globalStep' | 'steppedBatches' | 'batch' | 'batchesSeen' | 'validationSkipped'
>
