import { MisconfigurationError } from '../errors/errors.ts'

/** When validations run, as options say. */
export interface ValidationTimes {
  /** Batches between two of them, or a share of the epoch's; null: once, at its end. */
  readonly valCheckInterval: number | null
  /** Epochs between two epochs that have any; null: batches are counted across epochs. */
  readonly checkValEveryNEpoch: number | null
}

/** Where a fit is. */
export interface TrainingPlace {
  readonly epoch: number
  readonly batchIdx: number
  /** Batches of all epochs up to this one, which counts. */
  readonly batchesSeen: number
  readonly isLast: boolean
}

/** When a fit validates. */
export class ValidationSchedule {
  /** Batches between two validations; null: at the end of the epoch. */
  readonly #batches: number | null
  readonly #epochs: number | null

  /**
   * @param numBatches - of an epoch, undefined where the loader does not say
   * @throws MisconfigurationError when there are more batches between two validations than in an epoch, or a share of an
   * unknown number
   */
  constructor({ valCheckInterval, checkValEveryNEpoch }: ValidationTimes, numBatches: number | undefined) {
    this.#epochs = checkValEveryNEpoch
    this.#batches = batchesBetween(valCheckInterval, numBatches)
    const isTooLong = numBatches !== undefined && this.#batches !== null && this.#batches > numBatches
    if (!isTooLong || checkValEveryNEpoch === null) return
    throw new MisconfigurationError(
      `Trainer: valCheckInterval is longer than an epoch of ${numBatches} batches, got ${valCheckInterval}; ` +
        'set checkValEveryNEpoch: null to count batches across epochs',
    )
  }

  /** Whether an epoch has a validation. */
  hasAny(epoch: number): boolean {
    return this.#epochs === null || (epoch + 1) % this.#epochs === 0
  }

  /** Whether a validation follows a batch of an epoch that has one. */
  isDue({ batchIdx, batchesSeen, isLast }: TrainingPlace): boolean {
    if (this.#batches === null) return isLast
    const count = this.#epochs === null ? batchesSeen : batchIdx + 1
    return count % this.#batches === 0
  }
}

function batchesBetween(interval: number | null, numBatches: number | undefined): number | null {
  if (interval === null || interval >= 1) return interval
  if (numBatches === undefined) {
    throw new MisconfigurationError(
      `Trainer: valCheckInterval is a share of a loader that does not know its length, got ${interval}; give a number of batches`,
    )
  }
  return Math.max(1, Math.floor(numBatches * interval))
}
