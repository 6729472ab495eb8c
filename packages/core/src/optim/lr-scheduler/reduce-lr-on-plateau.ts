import { MisconfigurationError } from '../../errors/errors.ts'
import type { Optimizer } from '../optimizer.ts'
import { perGroup, requireRange, requireWhole } from './checks.ts'
import type { LRSchedulerLike, SchedulerStateDict } from './lr-scheduler.ts'

export interface ReduceLROnPlateauOptions {
  /** Whether less is better (default), or more. */
  readonly mode?: 'min' | 'max'
  /** What the rate is multiplied by, below 1; default 0.1. */
  readonly factor?: number
  /** Steps without improvement that are put up with; default 10. */
  readonly patience?: number
  /** How much is an improvement; default 1e-4. */
  readonly threshold?: number
  /** Whether `threshold` is a share of the best (default), or a difference. */
  readonly thresholdMode?: 'rel' | 'abs'
  /** Steps after a reduction in which nothing counts as bad; default 0. */
  readonly cooldown?: number
  /** The smallest rate: one for all groups, or one for each; default 0. */
  readonly minLr?: number | readonly number[]
  /** A smaller change of the rate is not made; default 1e-8. */
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

  /** @throws OutOfRangeError or MisconfigurationError when an option is out of range */
  constructor(optimizer: Optimizer, options: ReduceLROnPlateauOptions = {}) {
    const { mode = 'min', factor = 0.1, patience = 10, threshold = 1e-4, thresholdMode = 'rel' } = options
    const { cooldown = 0, minLr = 0, eps = 1e-8 } = options
    requireRange('ReduceLROnPlateau', 'factor', factor, factor < 1, 'below 1')
    requireWhole('ReduceLROnPlateau', 'patience', patience, 0)
    requireWhole('ReduceLROnPlateau', 'cooldown', cooldown, 0)
    requireChoice('mode', mode, ['min', 'max'])
    requireChoice('thresholdMode', thresholdMode, ['rel', 'abs'])
    perGroup('ReduceLROnPlateau', 'minLr', minLr, optimizer.paramGroups.length)
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
   * @throws TypeError without one
   */
  step(metric?: number): void {
    if (typeof metric !== 'number') {
      throw new TypeError(`ReduceLROnPlateau: step takes the metric that it watches, got ${typeof metric}`)
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
    return { ...this.#options, lastEpoch, best, numBadEpochs, cooldownCounter, lastLr: this.#lastLr }
  }

  loadStateDict({ lastEpoch, best, numBadEpochs, cooldownCounter, lastLr, ...options }: SchedulerStateDict): void {
    this.lastEpoch = lastEpoch as number
    this.best = best as number | null
    this.numBadEpochs = numBadEpochs as number
    this.cooldownCounter = cooldownCounter as number
    this.#lastLr = [...(lastLr as number[])]
    this.#options = { ...this.#options, ...(options as ReduceLROnPlateauOptions) }
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
    for (const [i, group] of this.optimizer.paramGroups.entries()) {
      const least = typeof minLr === 'number' ? minLr : (minLr[i] ?? 0)
      const reduced = Math.max(group.lr * factor, least)
      if (group.lr - reduced > eps) group.lr = reduced
    }
  }

  #rates(): number[] {
    return this.optimizer.paramGroups.map(({ lr }) => lr)
  }
}

function requireChoice(option: string, value: unknown, choices: readonly string[]): void {
  if (choices.includes(value as string)) return
  throw new MisconfigurationError(
    `ReduceLROnPlateau: ${option} is '${choices.join("' or '")}', got ${JSON.stringify(value)}`,
  )
}
