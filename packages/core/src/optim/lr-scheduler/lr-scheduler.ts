import { MisconfigurationError } from '../../errors/errors.ts'
import type { Optimizer, OptimizerOptions, ParamGroup } from '../optimizer.ts'

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

/** A group of parameters as schedulers see it. */
export type ScheduledGroup = ParamGroup<OptimizerOptions>

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
    this.#apply(this.getLr())
  }

  /** Jumps to step `epoch`, from whatever was before. */
  stepTo(epoch: number): void {
    this.lastEpoch = epoch
    this.#apply(this.closedForm() ?? this.getLr())
  }

  stateDict(): SchedulerStateDict {
    return { ...this.options(), lastEpoch: this.lastEpoch, lastLr: this.#lastLr }
  }

  /** Goes on where `state` was saved. The optimizer's rates are in the optimizer's state. */
  loadStateDict({ lastEpoch, lastLr, ...options }: SchedulerStateDict): void {
    if (!Number.isInteger(lastEpoch) || !Array.isArray(lastLr)) {
      throw new MisconfigurationError(
        `${this.constructor.name}.loadStateDict: takes what stateDict() gave, got ${JSON.stringify(Object.keys(options))} without lastEpoch and lastLr`,
      )
    }
    this.lastEpoch = lastEpoch as number
    this.#lastLr = [...(lastLr as number[])]
    Object.assign(this, options)
  }

  protected get groups(): ScheduledGroup[] {
    return this.optimizer.paramGroups
  }

  /** The rate that each group began with. */
  protected get baseLrs(): number[] {
    return this.groups.map((group) => (group.initialLr ??= group.lr))
  }

  /** The learning rates at step `lastEpoch`, from those of the step before. */
  protected abstract getLr(): number[]

  /** The same from the base rates alone, where there is a formula. */
  protected closedForm(): number[] | null {
    return null
  }

  /** Properties that are saved beside the step. */
  protected abstract options(): SchedulerStateDict

  #apply(rates: readonly number[]): void {
    for (const [i, lr] of rates.entries()) this.groups[i]!.lr = lr
    this.#lastLr = this.groups.map((group) => group.lr)
  }
}
