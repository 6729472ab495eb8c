import type { Optimizer } from '../optimizer.ts'
import { requireRange, requireWhole } from './checks.ts'
import { LRScheduler, type SchedulerStateDict } from './lr-scheduler.ts'

export interface ConstantLROptions {
  /** What the rate is multiplied by at first, 0 < factor ≤ 1; default 1/3. */
  readonly factor?: number
  /** Steps until it is whole again, a whole number ≥ 0; default 5. */
  readonly totalIters?: number
}

/** A part of the learning rate for `totalIters` steps, then all of it. */
export class ConstantLR extends LRScheduler {
  readonly factor: number
  readonly totalIters: number

  constructor(optimizer: Optimizer, { factor = 1 / 3, totalIters = 5 }: ConstantLROptions = {}) {
    super(optimizer)
    requireRange('ConstantLR', 'factor', factor, factor > 0 && factor <= 1, 'in (0, 1]')
    requireWhole('ConstantLR', 'totalIters', totalIters, 0)
    this.factor = factor
    this.totalIters = totalIters
    this.start()
  }

  protected override getLr(): number[] {
    return this.groups.map(({ lr }) => lr * this.#change())
  }

  #change(): number {
    if (this.totalIters === 0) return 1
    if (this.lastEpoch === 0) return this.factor
    return this.lastEpoch === this.totalIters ? 1 / this.factor : 1
  }

  protected override closedForm(): number[] {
    return this.baseLrs.map((lr) => (this.lastEpoch >= this.totalIters ? lr : lr * this.factor))
  }

  protected override options(): SchedulerStateDict {
    return { factor: this.factor, totalIters: this.totalIters }
  }
}
