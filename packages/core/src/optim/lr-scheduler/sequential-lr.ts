import { MisconfigurationError } from '../../errors/errors.ts'
import type { Optimizer } from '../optimizer.ts'
import { requireWhole } from './checks.ts'
import type { LRScheduler, LRSchedulerLike, SchedulerStateDict } from './lr-scheduler.ts'

export interface SequentialLROptions {
  /** One after the other, all of the same optimizer. */
  readonly schedulers: readonly LRScheduler[]
  /** The steps at which the second, third, … begin: one fewer than schedulers, rising. */
  readonly milestones: readonly number[]
}

/** Schedulers one after the other, each from its own beginning: a warm-up and what comes after it, say. */
export class SequentialLR implements LRSchedulerLike {
  readonly optimizer: Optimizer
  /** Steps taken after the initial one. */
  lastEpoch = 0
  readonly #schedulers: readonly LRScheduler[]
  #milestones: readonly number[]
  #lastLr: number[]

  /** @throws MisconfigurationError when schedulers and milestones do not go together */
  constructor(optimizer: Optimizer, { schedulers, milestones }: SequentialLROptions) {
    requireSameOptimizer('SequentialLR', optimizer, schedulers)
    for (const milestone of milestones) requireWhole('SequentialLR', 'a milestone', milestone, 0)
    if (milestones.length !== schedulers.length - 1 || milestones.some((m, i) => i > 0 && m <= milestones[i - 1]!)) {
      throw new MisconfigurationError(
        `SequentialLR: milestones are where the second scheduler and those after it begin, rising, got [${milestones.join(', ')}] for ${schedulers.length} schedulers`,
      )
    }
    this.optimizer = optimizer
    this.#schedulers = schedulers
    this.#milestones = [...milestones]
    // Each has taken its initial step on top of the others'.
    for (const group of optimizer.paramGroups) group.lr = group.initialLr!
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
    return {
      lastEpoch: this.lastEpoch,
      lastLr: this.#lastLr,
      milestones: this.#milestones,
      schedulers: this.#schedulers.map((scheduler) => scheduler.stateDict()),
    }
  }

  loadStateDict(state: SchedulerStateDict): void {
    const { lastEpoch, lastLr, milestones, schedulers } = state
    loadEach('SequentialLR', this.#schedulers, schedulers)
    this.lastEpoch = lastEpoch as number
    this.#lastLr = [...(lastLr as number[])]
    this.#milestones = [...(milestones as number[])]
  }
}

/** Several schedulers at once: their factors multiply. */
export class ChainedScheduler implements LRSchedulerLike {
  readonly optimizer: Optimizer
  readonly #schedulers: readonly LRScheduler[]

  /** @throws MisconfigurationError when there is none, or they are of several optimizers */
  constructor(schedulers: readonly LRScheduler[]) {
    const optimizer = schedulers[0]?.optimizer
    requireSameOptimizer('ChainedScheduler', optimizer, schedulers)
    this.optimizer = optimizer!
    this.#schedulers = schedulers
  }

  /** The learning rate of each group, as set by the last step. */
  getLastLr(): number[] {
    return this.#schedulers.at(-1)!.getLastLr()
  }

  step(): void {
    for (const scheduler of this.#schedulers) scheduler.step()
  }

  stateDict(): SchedulerStateDict {
    return { lastLr: this.getLastLr(), schedulers: this.#schedulers.map((scheduler) => scheduler.stateDict()) }
  }

  loadStateDict({ schedulers }: SchedulerStateDict): void {
    loadEach('ChainedScheduler', this.#schedulers, schedulers)
  }
}

function requireSameOptimizer(who: string, optimizer: Optimizer | undefined, schedulers: readonly LRScheduler[]): void {
  if (schedulers.length === 0) throw new MisconfigurationError(`${who}: needs a scheduler, got none`)
  const foreign = schedulers.findIndex((scheduler) => scheduler.optimizer !== optimizer)
  if (foreign >= 0) {
    throw new MisconfigurationError(`${who}: its schedulers are of one optimizer, got another at position ${foreign}`)
  }
}

function loadEach(who: string, schedulers: readonly LRScheduler[], states: unknown): void {
  if (!Array.isArray(states) || states.length !== schedulers.length) {
    throw new MisconfigurationError(
      `${who}.loadStateDict: takes the state of ${schedulers.length} schedulers, got ${Array.isArray(states) ? states.length : typeof states}`,
    )
  }
  for (const [i, scheduler] of schedulers.entries()) scheduler.loadStateDict(states[i] as SchedulerStateDict)
}
