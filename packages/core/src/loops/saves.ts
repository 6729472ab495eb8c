import { defaultGenerator } from '../tensor/generator.ts'
import type { FitState } from './fit-state.ts'
import type { MetricStore } from './metrics.ts'
import type { Progress } from './progress.ts'

/** What is saved of a fit, and when: between two batches, or two epochs, its state is whole. */
export class Saves {
  /** The state of the fit; null in a run that is none. */
  state: (() => FitState) | null = null
  readonly #waiting: (() => Promise<void>)[] = []
  readonly #progress: Progress
  readonly #metrics: MetricStore
  /** Random numbers, and batches done, as of the last whole state. */
  #random: FitState['random'] = defaultGenerator.state
  #batchesSeen = 0

  constructor(progress: Progress, metrics: MetricStore) {
    this.#progress = progress
    this.#metrics = metrics
  }

  /** Runs `save` once the state is whole. */
  add(save: () => Promise<void>): void {
    this.#waiting.push(save)
  }

  /** For the loops, when the state is whole: runs what waits, in its order. */
  async run(): Promise<void> {
    this.#random = defaultGenerator.state
    this.#batchesSeen = this.#progress.batchesSeen
    this.#metrics.markWhole()
    const due = this.#waiting.splice(0)
    for (const save of due) await save()
  }

  /** Whether no batch was done since the state was whole. One that failed in the middle is as if it had not begun. */
  get isMidBatch(): boolean {
    return this.#progress.batchesSeen === this.#batchesSeen
  }

  /** Where random numbers go on: a batch that failed draws its own anew. */
  get random(): FitState['random'] {
    return this.isMidBatch ? this.#random : defaultGenerator.state
  }
}
