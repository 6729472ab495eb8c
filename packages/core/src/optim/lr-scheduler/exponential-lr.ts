import type { Optimizer } from '../optimizer.ts'
import { requireNotNegative } from './checks.ts'
import { LRScheduler, type SchedulerStateDict } from './lr-scheduler.ts'

export interface ExponentialLROptions {
  /** Factor of each step, ≥ 0. */
  readonly gamma: number
}

/** Multiplies the learning rate by `gamma` at every step. */
export class ExponentialLR extends LRScheduler {
  readonly gamma: number

  constructor(optimizer: Optimizer, { gamma }: ExponentialLROptions) {
    super(optimizer)
    requireNotNegative('ExponentialLR', { gamma })
    this.gamma = gamma
    this.start()
  }

  protected override getLr(): number[] {
    return this.groups.map(({ lr }) => (this.lastEpoch === 0 ? lr : lr * this.gamma))
  }

  protected override closedForm(): number[] {
    return this.baseLrs.map((lr) => lr * this.gamma ** this.lastEpoch)
  }

  protected override options(): SchedulerStateDict {
    return { gamma: this.gamma }
  }
}
