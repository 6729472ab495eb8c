import { OutOfRangeError } from '../../errors/errors.ts'
import type { Optimizer } from '../optimizer.ts'
import { requireNotNegative, requireRange, requireWhole } from './checks.ts'
import { LRScheduler, type SchedulerStateDict } from './lr-scheduler.ts'

export interface WarmupCosineLROptions {
  /** Steps in which the rate rises, a whole number ≥ 0. */
  readonly warmupSteps: number
  /** Steps in all, more than those; from then on the rate is the smallest. */
  readonly totalSteps: number
  /** What the rate is multiplied by at first, in [0, 1]; default 0. */
  readonly startFactor?: number
  /** The smallest rate, ≥ 0; default 0. */
  readonly etaMin?: number
}

/**
 * A linear warm-up, then half a cosine down: lr·(s + (1 − s)·t/w) for t < w, and
 * η_min + (lr − η_min)·(1 + cos(π·(t − w)/(T − w))) / 2 from there to T. Counts batches: use it with `interval: 'step'`.
 */
export class WarmupCosineLR extends LRScheduler {
  readonly countsBatches: boolean = true
  readonly warmupSteps: number
  readonly totalSteps: number
  readonly startFactor: number
  readonly etaMin: number

  constructor(optimizer: Optimizer, options: WarmupCosineLROptions) {
    super(optimizer)
    const { warmupSteps, totalSteps, startFactor = 0, etaMin = 0 } = options
    requireWhole('WarmupCosineLR', 'warmupSteps', warmupSteps, 0)
    requireWhole('WarmupCosineLR', 'totalSteps', totalSteps, 1)
    requireRange('WarmupCosineLR', 'startFactor', startFactor, startFactor >= 0 && startFactor <= 1, 'in [0, 1]')
    requireNotNegative('WarmupCosineLR', { etaMin })
    if (warmupSteps >= totalSteps) {
      throw new OutOfRangeError(
        `WarmupCosineLR: the warm-up is a part of the steps, got ${warmupSteps} of ${totalSteps}`,
      )
    }
    this.warmupSteps = warmupSteps
    this.totalSteps = totalSteps
    this.startFactor = startFactor
    this.etaMin = etaMin
    this.start()
  }

  protected override getLr(): number[] {
    const { lastEpoch, warmupSteps, totalSteps, startFactor, etaMin } = this
    if (lastEpoch < warmupSteps) {
      const factor = startFactor + (1 - startFactor) * (lastEpoch / warmupSteps)
      return this.baseLrs.map((lr) => lr * factor)
    }
    const share = Math.min((lastEpoch - warmupSteps) / (totalSteps - warmupSteps), 1)
    return this.baseLrs.map((lr) => etaMin + ((lr - etaMin) * (1 + Math.cos(Math.PI * share))) / 2)
  }

  protected override options(): SchedulerStateDict {
    const { warmupSteps, totalSteps, startFactor, etaMin } = this
    return { warmupSteps, totalSteps, startFactor, etaMin }
  }
}
