import type { Optimizer } from '../optimizer.ts'
import {
  perGroup,
  requireChoice,
  requireNotNegative,
  requireOptimizer,
  requireRange,
  requireStateOf,
  requireWhole,
} from './checks.ts'
import type { LRSchedulerLike, SchedulerStateDict } from './lr-scheduler.ts'

export interface ReduceLROnPlateauOptions {
  /** Whether less is better (default), or more. */
  readonly mode?: 'min' | 'max'
  /** What the rate is multiplied by, in [0, 1); default 0.1. */
  readonly factor?: number
  /** Steps without improvement that are put up with, a whole number ≥ 0; default 10. */
  readonly patience?: number
  /** How much is an improvement, ≥ 0; default 1e-4. */
  readonly threshold?: number
  /** Whether `threshold` is a share of the best (default), or a difference. */
  readonly thresholdMode?: 'rel' | 'abs'
  /** Steps after a reduction in which nothing counts as bad, a whole number ≥ 0; default 0. */
  readonly cooldown?: number
  /** The smallest rate, ≥ 0: one for all groups, also those added later, or one for each; default 0. */
  readonly minLr?: number | readonly number[]
  /** A change of the rate that is no larger is not made, ≥ 0; default 1e-8. */
  readonly eps?: number
}

/** Reduces the learning rate when a metric has stopped improving. A metric that is NaN does not improve. */
export class ReduceLROnPlateau implements LRSchedulerLike {
  readonly optimizer: Optimizer
  readonly needsMetric: boolean = true
  /** Steps taken. */
  lastEpoch = 0
  /** The best metric so far; null before the first. */
  best: number | null = null
  /** Steps without improvement. */
  numBadEpochs = 0
  cooldownCounter = 0
  #options: Required<ReduceLROnPlateauOptions>
  #lastLr: number[]

  /** @throws TypeError when `optimizer` is none; OutOfRangeError or MisconfigurationError when an option is out of range */
  constructor(optimizer: Optimizer, options: ReduceLROnPlateauOptions = {}) {
    const { mode = 'min', factor = 0.1, patience = 10, threshold = 1e-4, thresholdMode = 'rel' } = options
    const { cooldown = 0, minLr = 0, eps = 1e-8 } = options
    const who = 'ReduceLROnPlateau'
    requireOptimizer(who, optimizer)
    requireRange(who, 'factor', factor, factor >= 0 && factor < 1, 'in [0, 1)')
    requireWhole(who, 'patience', patience, 0)
    requireWhole(who, 'cooldown', cooldown, 0)
    requireNotNegative(who, { threshold, eps })
    requireChoice(who, 'mode', mode, ['min', 'max'])
    requireChoice(who, 'thresholdMode', thresholdMode, ['rel', 'abs'])
    for (const least of perGroup(who, 'minLr', minLr, optimizer.paramGroups.length)) {
      requireNotNegative(who, { minLr: least })
    }
    this.optimizer = optimizer
    this.#options = { mode, factor, patience, threshold, thresholdMode, cooldown, minLr, eps }
    this.#lastLr = this.#rates()
  }

  /** The learning rate of each group, as of the last step. */
  getLastLr(): number[] {
    return [...this.#lastLr]
  }

  /**
   * @param metric - what is watched
   * @throws TypeError without one; MisconfigurationError when a group was added and `minLr` is a list
   */
  step(metric?: number): void {
    if (typeof metric !== 'number') {
      throw new TypeError(
        `ReduceLROnPlateau: step takes the metric that it watches, a number, got ${typeof metric}; of a tensor, pass await metric.item()`,
      )
    }
    this.lastEpoch++
    if (this.#isBetter(metric)) {
      this.best = metric
      this.numBadEpochs = 0
    } else {
      this.numBadEpochs++
    }
    if (this.cooldownCounter > 0) {
      this.cooldownCounter--
      this.numBadEpochs = 0
    }
    if (this.numBadEpochs > this.#options.patience) {
      this.#reduce()
      this.cooldownCounter = this.#options.cooldown
      this.numBadEpochs = 0
    }
    this.#lastLr = this.#rates()
  }

  stateDict(): SchedulerStateDict {
    const { lastEpoch, best, numBadEpochs, cooldownCounter } = this
    const counts = { lastEpoch, best, numBadEpochs, cooldownCounter }
    return structuredClone({ ...this.#options, ...counts, lastLr: this.#lastLr })
  }

  /**
   * Goes on where `state` was saved. The optimizer's rates are in the optimizer's state.
   *
   * @throws MisconfigurationError when it is another scheduler's
   */
  loadStateDict(state: SchedulerStateDict): void {
    requireStateOf('ReduceLROnPlateau', this.stateDict(), state)
    const { lastEpoch, best, numBadEpochs, cooldownCounter, lastLr, ...options } = structuredClone(state)
    this.lastEpoch = lastEpoch as number
    this.best = best as number | null
    this.numBadEpochs = numBadEpochs as number
    this.cooldownCounter = cooldownCounter as number
    this.#lastLr = lastLr as number[]
    this.#options = options as unknown as Required<ReduceLROnPlateauOptions>
  }

  #isBetter(metric: number): boolean {
    const { mode, threshold, thresholdMode } = this.#options
    const sign = mode === 'min' ? -1 : 1
    // The first metric is better than none, if it is a number.
    if (this.best === null) return metric * sign > Number.NEGATIVE_INFINITY
    const margin = thresholdMode === 'rel' ? this.best * (1 + sign * threshold) : this.best + sign * threshold
    return mode === 'min' ? metric < margin : metric > margin
  }

  #reduce(): void {
    const { factor, minLr, eps } = this.#options
    const { paramGroups } = this.optimizer
    const least = perGroup('ReduceLROnPlateau', 'minLr', minLr, paramGroups.length)
    for (const [i, group] of paramGroups.entries()) {
      const reduced = Math.max(group.lr * factor, least[i]!)
      if (group.lr - reduced > eps) group.lr = reduced
    }
  }

  #rates(): number[] {
    return this.optimizer.paramGroups.map(({ lr }) => lr)
  }
}
