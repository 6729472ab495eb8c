import type { Optimizer } from '../optimizer.ts'
import { requireRange, requireWhole } from './checks.ts'
import { LRScheduler, type SchedulerStateDict } from './lr-scheduler.ts'

export interface LinearLROptions {
  /** What the rate is multiplied by at first, in (0, 1]; default 1/3. */
  readonly startFactor?: number
  /** What it is multiplied by in the end, in [0, 1]; default 1. */
  readonly endFactor?: number
  /** Steps from one to the other, a whole number ≥ 1; default 5. */
  readonly totalIters?: number
}

/** The learning rate times a factor that goes linearly from `startFactor` to `endFactor`: a warm-up, by default. */
export class LinearLR extends LRScheduler {
  readonly startFactor: number
  readonly endFactor: number
  readonly totalIters: number

  constructor(optimizer: Optimizer, { startFactor = 1 / 3, endFactor = 1, totalIters = 5 }: LinearLROptions = {}) {
    super(optimizer)
    requireRange('LinearLR', 'startFactor', startFactor, startFactor > 0 && startFactor <= 1, 'in (0, 1]')
    requireRange('LinearLR', 'endFactor', endFactor, endFactor >= 0 && endFactor <= 1, 'in [0, 1]')
    requireWhole('LinearLR', 'totalIters', totalIters, 1)
    this.startFactor = startFactor
    this.endFactor = endFactor
    this.totalIters = totalIters
    this.start()
  }

  protected override getLr(): number[] {
    const { lastEpoch, startFactor, endFactor, totalIters } = this
    if (lastEpoch === 0) return this.groups.map(({ lr }) => lr * startFactor)
    if (lastEpoch > totalIters) return this.groups.map(({ lr }) => lr)
    const change = endFactor - startFactor
    const factor = 1 + change / (totalIters * startFactor + (lastEpoch - 1) * change)
    return this.groups.map(({ lr }) => lr * factor)
  }

  protected override closedForm(): number[] {
    const { lastEpoch, startFactor, endFactor, totalIters } = this
    const factor = startFactor + ((endFactor - startFactor) * Math.min(totalIters, lastEpoch)) / totalIters
    return this.baseLrs.map((lr) => lr * factor)
  }

  protected override options(): SchedulerStateDict {
    return { startFactor: this.startFactor, endFactor: this.endFactor, totalIters: this.totalIters }
  }
}
