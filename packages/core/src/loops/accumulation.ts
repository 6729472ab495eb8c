import { MisconfigurationError } from '../errors/errors.ts'

/** How many batches make one step. A window never spans epochs: the last one may be short. */
export class Accumulation {
  #batches: number
  /** Batches that make one step in an epoch, where that is known beforehand. */
  schedule: ((epoch: number) => number) | null = null

  constructor(batches: number) {
    this.#batches = batches
  }

  /** Batches whose gradients make one step. A schedule may change it between epochs. */
  get batches(): number {
    return this.#batches
  }

  /** @throws MisconfigurationError for anything but a whole number ≥ 1 */
  set batches(batches: number) {
    if (!(Number.isInteger(batches) && batches >= 1)) {
      throw new MisconfigurationError(`accumulateGradBatches: is a whole number ≥ 1, got ${batches}`)
    }
    this.#batches = batches
  }

  /** Batches that will make one step in `epoch`. */
  in(epoch: number): number {
    return this.schedule?.(epoch) ?? this.#batches
  }

  /** Whether the window goes on after a batch: no step is taken with it. */
  isOpen(batchIdx: number, isLast: boolean): boolean {
    return !isLast && (batchIdx + 1) % this.batches !== 0
  }
}
