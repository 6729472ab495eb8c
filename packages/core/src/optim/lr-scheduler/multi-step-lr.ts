import type { Optimizer } from '../optimizer.ts'
import { requireNotNegative, requireWhole } from './checks.ts'
import { LRScheduler, type SchedulerStateDict } from './lr-scheduler.ts'

export interface MultiStepLROptions {
  /** Steps at which the rate drops, whole numbers ≥ 0 in any order; one that comes twice drops twice. */
  readonly milestones: readonly number[]
  /** Factor of a drop, ≥ 0; default 0.1. */
  readonly gamma?: number
}

/** Multiplies the learning rate by `gamma` at each milestone. */
export class MultiStepLR extends LRScheduler {
  readonly milestones: readonly number[]
  readonly gamma: number

  constructor(optimizer: Optimizer, { milestones, gamma = 0.1 }: MultiStepLROptions) {
    super(optimizer)
    for (const milestone of milestones) requireWhole('MultiStepLR', 'a milestone', milestone, 0)
    requireNotNegative('MultiStepLR', { gamma })
    this.milestones = [...milestones]
    this.gamma = gamma
    this.start()
  }

  protected override getLr(): number[] {
    const drops = this.milestones.filter((milestone) => milestone === this.lastEpoch).length
    return this.groups.map(({ lr }) => (drops === 0 ? lr : lr * this.gamma ** drops))
  }

  protected override closedForm(): number[] {
    const drops = this.milestones.filter((milestone) => milestone <= this.lastEpoch).length
    return this.baseLrs.map((lr) => lr * this.gamma ** drops)
  }

  protected override options(): SchedulerStateDict {
    return { milestones: this.milestones, gamma: this.gamma }
  }
}
