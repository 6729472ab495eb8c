import type { Optimizer } from '../optimizer.ts'
import { requireNotNegative, requireWhole } from './checks.ts'
import { LRScheduler, type SchedulerStateDict } from './lr-scheduler.ts'

export interface CosineAnnealingLROptions {
  /** Steps from the base rate to the smallest, half a period: a whole number ≥ 1. */
  readonly tMax: number
  /** The smallest rate, ≥ 0; default 0. */
  readonly etaMin?: number
}

/** η_min + (lr − η_min)·(1 + cos(π·t / tMax)) / 2 (Loshchilov and Hutter 2017, without restarts). */
export class CosineAnnealingLR extends LRScheduler {
  readonly tMax: number
  readonly etaMin: number

  constructor(optimizer: Optimizer, { tMax, etaMin = 0 }: CosineAnnealingLROptions) {
    super(optimizer)
    requireWhole('CosineAnnealingLR', 'tMax', tMax, 1)
    requireNotNegative('CosineAnnealingLR', { etaMin })
    this.tMax = tMax
    this.etaMin = etaMin
    this.start()
  }

  protected override getLr(): number[] {
    const { lastEpoch, tMax, etaMin } = this
    if (lastEpoch === 0) return this.groups.map(({ lr }) => lr)
    if ((lastEpoch - 1 - tMax) % (2 * tMax) === 0) {
      // The step before was at the bottom, from where no factor leads up.
      const rise = (1 - Math.cos(Math.PI / tMax)) / 2
      return this.baseLrs.map((base, i) => this.groups[i]!.lr + (base - etaMin) * rise)
    }
    const height = (t: number) => 1 + Math.cos((Math.PI * t) / tMax)
    const factor = height(lastEpoch) / height(lastEpoch - 1)
    return this.groups.map(({ lr }) => factor * (lr - etaMin) + etaMin)
  }

  protected override closedForm(): number[] {
    const height = (1 + Math.cos((Math.PI * this.lastEpoch) / this.tMax)) / 2
    return this.baseLrs.map((lr) => this.etaMin + (lr - this.etaMin) * height)
  }

  protected override options(): SchedulerStateDict {
    return { tMax: this.tMax, etaMin: this.etaMin }
  }
}
