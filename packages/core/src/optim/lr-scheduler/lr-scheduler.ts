import { MisconfigurationError, OutOfRangeError } from '../../errors/errors.ts'
import type { Optimizer, OptimizerOptions, ParamGroup } from '../optimizer.ts'
import { requireOptimizer, requireStateOf, requireWhole } from './checks.ts'

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
 * Sets the learning rate of each group, step after step.
 *
 * A rule that starts from the rate that is there (`getLr` reads `groups`) is chainable: several schedulers may change one
 * optimizer's rates, and so may you. One that starts from `baseLrs` overwrites what others set. As in PyTorch, a group that is
 * added later follows rules of the first kind, and is left alone by those of the second.
 */
export abstract class LRScheduler implements LRSchedulerLike {
  readonly optimizer: Optimizer
  /** Steps taken after the initial one. */
  lastEpoch = -1
  /** The rates of the groups before the initial step. */
  baseLrs: readonly number[] = []
  #lastLr: number[] = []

  /** A constructor checks its options and then calls `start()`. @throws TypeError when `optimizer` is none */
  constructor(optimizer: Optimizer) {
    requireOptimizer(this.constructor.name, optimizer)
    this.optimizer = optimizer
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

  /** Jumps to step `epoch`, from whatever was before. @throws OutOfRangeError unless it is a whole number ≥ 0 */
  stepTo(epoch: number): void {
    requireWhole(this.constructor.name, 'a step', epoch, 0)
    this.lastEpoch = epoch
    this.#apply(this.closedForm() ?? this.getLr())
  }

  stateDict(): SchedulerStateDict {
    const { lastEpoch, baseLrs } = this
    return structuredClone({ ...this.options(), lastEpoch, baseLrs, lastLr: this.#lastLr })
  }

  /**
   * Goes on where `state` was saved. The optimizer's rates are in the optimizer's state.
   *
   * @throws MisconfigurationError when it is another scheduler's, or of more groups
   */
  loadStateDict(state: SchedulerStateDict): void {
    requireStateOf(this.constructor.name, this.stateDict(), state)
    const { lastLr, ...rest } = structuredClone(state)
    const count = (rest.baseLrs as readonly number[]).length
    if (count > this.groups.length) {
      throw new MisconfigurationError(
        `${this.constructor.name}.loadStateDict: the optimizer has ${this.groups.length} groups, got rates of ${count}`,
      )
    }
    this.#lastLr = lastLr as number[]
    Object.assign(this, rest)
  }

  protected get groups(): ScheduledGroup[] {
    return this.optimizer.paramGroups
  }

  /**
   * Takes the initial step, number 0.
   *
   * @param baseLrs - where the groups start; default their `initialLr`, or their rate if no scheduler was there before
   */
  protected start(baseLrs?: readonly number[]): void {
    for (const [i, group] of this.groups.entries()) group.initialLr ??= baseLrs?.[i] ?? group.lr
    this.baseLrs = baseLrs ?? this.groups.map((group) => group.initialLr!)
    this.step()
  }

  /** The learning rates at step `lastEpoch`, from those of the step before. */
  protected abstract getLr(): number[]

  /** The same from the base rates alone, where there is a formula. */
  protected closedForm(): number[] | null {
    return null
  }

  /** Properties that are saved beside step and rates: plain JSON. */
  protected abstract options(): SchedulerStateDict

  #apply(rates: readonly number[]): void {
    if (this.baseLrs.length === 0) {
      throw new MisconfigurationError(
        `${this.constructor.name}: its initial step was not taken, got a step before it; end the constructor with this.start()`,
      )
    }
    const wrong = rates.findIndex((lr) => Number.isNaN(lr))
    if (wrong >= 0) {
      throw new OutOfRangeError(
        `${this.constructor.name}: a learning rate is a number, got ${rates[wrong]} for group ${wrong} at step ${this.lastEpoch}`,
      )
    }
    for (const [i, lr] of rates.entries()) this.groups[i]!.lr = lr
    this.#lastLr = this.groups.map((group) => group.lr)
  }
}
