import type { Optimizer } from '../optimizer.ts'
import { requireNotNegative, requireWhole } from './checks.ts'
import { LRScheduler, type SchedulerStateDict } from './lr-scheduler.ts'

export interface PolynomialLROptions {
  /** Steps until the rate is 0, a whole number ≥ 1; default 5. */
  readonly totalIters?: number
  /** Exponent ≥ 0; default 1. */
  readonly power?: number
}

/** lr·(1 − min(t, totalIters) / totalIters)^power */
export class PolynomialLR extends LRScheduler {
  readonly totalIters: number
  readonly power: number

  constructor(optimizer: Optimizer, { totalIters = 5, power = 1 }: PolynomialLROptions = {}) {
    super(optimizer)
    requireWhole('PolynomialLR', 'totalIters', totalIters, 1)
    requireNotNegative('PolynomialLR', { power })
    this.totalIters = totalIters
    this.power = power
    this.start()
  }

  protected override getLr(): number[] {
    const { lastEpoch, totalIters, power } = this
    if (lastEpoch === 0 || lastEpoch > totalIters) return this.groups.map(({ lr }) => lr)
    const factor = ((1 - lastEpoch / totalIters) / (1 - (lastEpoch - 1) / totalIters)) ** power
    return this.groups.map(({ lr }) => lr * factor)
  }

  protected override closedForm(): number[] {
    const factor = (1 - Math.min(this.totalIters, this.lastEpoch) / this.totalIters) ** this.power
    return this.baseLrs.map((lr) => lr * factor)
  }

  protected override options(): SchedulerStateDict {
    return { totalIters: this.totalIters, power: this.power }
  }
}
