import type { Optimizer, OptimizerOptions, ParamGroup } from './optimizer.ts'

/** State of a scheduler, as saved: plain JSON. */
export type SchedulerStateDict = Readonly<Record<string, unknown>>

/** What the loop steps: anything that sets learning rates, step by step. */
export interface LRSchedulerLike {
  readonly optimizer: Optimizer
  /** Whether `step` takes the metric that it watches, as that of `ReduceLROnPlateau` does. Default false. */
  readonly needsMetric?: boolean
  /** Whether it is made for a number of batches, as `OneCycleLR` is. Default false. */
  readonly countsBatches?: boolean
  step(metric?: number): void
  stateDict(): SchedulerStateDict
  loadStateDict(state: SchedulerStateDict): void
}

/**
 * Sets the learning rate of each group, step after step. Chainable: each rule starts from the rate that is there.
 * Construction takes the initial step, number 0.
 */
export abstract class LRScheduler implements LRSchedulerLike {
  readonly optimizer: Optimizer
  /** Steps taken after the initial one. */
  lastEpoch = -1
  #lastLr: number[] = []

  constructor(optimizer: Optimizer) {
    this.optimizer = optimizer
    for (const group of this.groups) group.initialLr ??= group.lr
  }

  /** The learning rate of each group, as set by the last step. */
  getLastLr(): number[] {
    return [...this.#lastLr]
  }

  /** Moves on by one and sets the learning rates. */
  step(): void {
    this.lastEpoch++
    for (const [i, lr] of this.getLr().entries()) this.groups[i]!.lr = lr
    this.#lastLr = this.groups.map((group) => group.lr)
  }

  stateDict(): SchedulerStateDict {
    return { ...this.options(), lastEpoch: this.lastEpoch, lastLr: this.#lastLr }
  }

  loadStateDict({ lastEpoch, lastLr, ...options }: SchedulerStateDict): void {
    this.lastEpoch = lastEpoch as number
    this.#lastLr = [...(lastLr as number[])]
    Object.assign(this, options)
  }

  protected get groups(): ParamGroup<OptimizerOptions>[] {
    return this.optimizer.paramGroups
  }

  /** The learning rates at step `lastEpoch`. */
  protected abstract getLr(): number[]

  /** Properties that are saved beside the step. */
  protected abstract options(): SchedulerStateDict
}
