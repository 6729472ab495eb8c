import { MisconfigurationError } from '../../errors/errors.ts'
import type { Optimizer } from '../optimizer.ts'
import { requireStateOf, requireWhole } from './checks.ts'
import { LRScheduler, type LRSchedulerLike, type SchedulerStateDict } from './lr-scheduler.ts'

export interface SequentialLROptions {
  /** One after the other, all of the same optimizer. */
  readonly schedulers: readonly LRScheduler[]
  /** The steps at which the second, third, … begin: one fewer than schedulers, whole numbers ≥ 1, rising. */
  readonly milestones: readonly number[]
}

/**
 * Schedulers one after the other, each from its own beginning: a warm-up and what comes after it, say. The beginning is the base
 * rate, not where the one before ended; `MultiplicativeLR` alone goes on from there.
 */
export class SequentialLR implements LRSchedulerLike {
  readonly optimizer: Optimizer
  /** Steps taken after the initial one. */
  lastEpoch = 0
  readonly #schedulers: readonly LRScheduler[]
  #milestones: readonly number[]
  #lastLr: readonly number[]

  /** @throws MisconfigurationError when schedulers and milestones do not go together */
  constructor(optimizer: Optimizer, { schedulers, milestones }: SequentialLROptions) {
    requireSchedulersOf('SequentialLR', optimizer, schedulers)
    const strange = schedulers.find((scheduler) => !(scheduler instanceof LRScheduler))
    if (strange !== undefined) {
      throw new MisconfigurationError(
        `SequentialLR: takes schedulers that can begin anew, got ${nameOf(strange)}; step it on its own`,
      )
    }
    for (const milestone of milestones) requireWhole('SequentialLR', 'a milestone', milestone, 1)
    if (milestones.length !== schedulers.length - 1 || milestones.some((m, i) => i > 0 && m <= milestones[i - 1]!)) {
      throw new MisconfigurationError(
        `SequentialLR: milestones are where the second scheduler and those after it begin, rising, got [${milestones.join(', ')}] for ${schedulers.length} schedulers`,
      )
    }
    this.optimizer = optimizer
    this.#schedulers = [...schedulers]
    this.#milestones = [...milestones]
    // Each has taken its initial step on top of the others'.
    for (const group of optimizer.paramGroups) group.lr = group.initialLr ?? group.lr
    for (const scheduler of schedulers) scheduler.lastEpoch--
    schedulers[0]!.step()
    this.#lastLr = schedulers[0]!.getLastLr()
  }

  /** The learning rate of each group, as set by the last step. */
  getLastLr(): number[] {
    return [...this.#lastLr]
  }

  /** One step of the scheduler whose turn it is; where its turn begins, its initial step. */
  step(): void {
    this.lastEpoch++
    const after = this.#milestones.findIndex((milestone) => milestone > this.lastEpoch)
    const i = after < 0 ? this.#milestones.length : after
    const scheduler = this.#schedulers[i]!
    if (i > 0 && this.#milestones[i - 1] === this.lastEpoch) scheduler.stepTo(0)
    else scheduler.step()
    this.#lastLr = scheduler.getLastLr()
  }

  stateDict(): SchedulerStateDict {
    const { lastEpoch } = this
    return {
      ...{ lastEpoch, lastLr: this.getLastLr(), milestones: [...this.#milestones] },
      schedulers: this.#schedulers.map((scheduler) => scheduler.stateDict()),
    }
  }

  /**
   * Goes on where `state` was saved. The optimizer's rates are in the optimizer's state.
   *
   * @throws MisconfigurationError when it is of other schedulers
   */
  loadStateDict(state: SchedulerStateDict): void {
    requireStateOf('SequentialLR', this.stateDict(), state)
    loadEach('SequentialLR', this.#schedulers, state.schedulers)
    this.lastEpoch = state.lastEpoch as number
    this.#lastLr = [...(state.lastLr as number[])]
    this.#milestones = [...(state.milestones as number[])]
  }
}

/** Several schedulers at once, stepped in turn: the factors of chainable ones multiply. */
export class ChainedScheduler implements LRSchedulerLike {
  readonly optimizer: Optimizer
  readonly #schedulers: readonly LRSchedulerLike[]
  #lastLr: readonly number[]

  /** @throws MisconfigurationError when there is none, one watches a metric, or they are of several optimizers */
  constructor(schedulers: readonly LRSchedulerLike[]) {
    const optimizer = schedulers[0]?.optimizer
    requireSchedulersOf('ChainedScheduler', optimizer, schedulers)
    this.optimizer = optimizer!
    this.#schedulers = [...schedulers]
    this.#lastLr = this.#rates()
  }

  /** The learning rate of each group, as set by the last step. */
  getLastLr(): number[] {
    return [...this.#lastLr]
  }

  step(): void {
    for (const scheduler of this.#schedulers) scheduler.step()
    this.#lastLr = this.#rates()
  }

  stateDict(): SchedulerStateDict {
    return { lastLr: this.getLastLr(), schedulers: this.#schedulers.map((scheduler) => scheduler.stateDict()) }
  }

  /**
   * Goes on where `state` was saved. The optimizer's rates are in the optimizer's state.
   *
   * @throws MisconfigurationError when it is of other schedulers
   */
  loadStateDict(state: SchedulerStateDict): void {
    requireStateOf('ChainedScheduler', this.stateDict(), state)
    loadEach('ChainedScheduler', this.#schedulers, state.schedulers)
    this.#lastLr = [...(state.lastLr as number[])]
  }

  #rates(): number[] {
    return this.optimizer.paramGroups.map(({ lr }) => lr)
  }
}

function requireSchedulersOf(
  who: string,
  optimizer: Optimizer | undefined,
  schedulers: readonly LRSchedulerLike[],
): void {
  if (schedulers.length === 0) throw new MisconfigurationError(`${who}: needs a scheduler, got none`)
  for (const [i, scheduler] of schedulers.entries()) {
    if (scheduler.optimizer !== optimizer) {
      throw new MisconfigurationError(
        `${who}: its schedulers are of one optimizer, got ${nameOf(scheduler)} of another at position ${i}`,
      )
    }
    if (scheduler.needsMetric) {
      throw new MisconfigurationError(
        `${who}: hands no metric on, got ${nameOf(scheduler)}, which watches one; step it on its own`,
      )
    }
  }
}

function nameOf(scheduler: LRSchedulerLike): string {
  return scheduler.constructor.name
}

function loadEach(who: string, schedulers: readonly LRSchedulerLike[], states: unknown): void {
  if (!Array.isArray(states) || states.length !== schedulers.length) {
    throw new MisconfigurationError(
      `${who}.loadStateDict: takes the state of ${schedulers.length} schedulers, got ${Array.isArray(states) ? states.length : typeof states}`,
    )
  }
  for (const [i, scheduler] of schedulers.entries()) scheduler.loadStateDict(states[i] as SchedulerStateDict)
}
