import type { Optimizer } from '../optimizer.ts'
import { requireNotNegative, requireWhole } from './checks.ts'
import { LRScheduler, type SchedulerStateDict } from './lr-scheduler.ts'

export interface StepLROptions {
  /** Steps between two drops, a whole number ≥ 1. */
  readonly stepSize: number
  /** Factor of a drop, ≥ 0; default 0.1. */
  readonly gamma?: number
}

/** Multiplies the learning rate by `gamma` every `stepSize` steps. */
export class StepLR extends LRScheduler {
  readonly stepSize: number
  readonly gamma: number

  constructor(optimizer: Optimizer, { stepSize, gamma = 0.1 }: StepLROptions) {
    super(optimizer)
    requireWhole('StepLR', 'stepSize', stepSize, 1)
    requireNotNegative('StepLR', { gamma })
    this.stepSize = stepSize
    this.gamma = gamma
    this.start()
  }

  protected override getLr(): number[] {
    const isDrop = this.lastEpoch > 0 && this.lastEpoch % this.stepSize === 0
    return this.groups.map(({ lr }) => (isDrop ? lr * this.gamma : lr))
  }

  protected override closedForm(): number[] {
    return this.baseLrs.map((lr) => lr * this.gamma ** Math.floor(this.lastEpoch / this.stepSize))
  }

  protected override options(): SchedulerStateDict {
    return { stepSize: this.stepSize, gamma: this.gamma }
  }
}
