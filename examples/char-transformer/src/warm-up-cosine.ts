import { LRScheduler, type Optimizer, type SchedulerStateDict } from '@voltaic/core'

export interface WarmUpCosineOptions {
  /** Steps until the learning rate is what the optimizer was made with. */
  readonly warmUpSteps: number
  /** Steps until it is a twentieth of that. */
  readonly totalSteps: number
}

const least = 0.05

/** A learning rate that rises in a line, and falls along half a cosine wave. */
export class WarmUpCosine extends LRScheduler {
  readonly warmUpSteps: number
  readonly totalSteps: number

  constructor(optimizer: Optimizer, { warmUpSteps, totalSteps }: WarmUpCosineOptions) {
    super(optimizer)
    this.warmUpSteps = warmUpSteps
    this.totalSteps = totalSteps
    this.step()
  }

  protected override getLr(): number[] {
    const factor = this.#factor(this.lastEpoch)
    return this.groups.map((group) => group.initialLr! * factor)
  }

  protected override options(): SchedulerStateDict {
    return { warmUpSteps: this.warmUpSteps, totalSteps: this.totalSteps }
  }

  #factor(step: number): number {
    if (step < this.warmUpSteps) return (step + 1) / this.warmUpSteps
    const progress = Math.min((step - this.warmUpSteps) / (this.totalSteps - this.warmUpSteps), 1)
    return least + ((1 - least) * (1 + Math.cos(Math.PI * progress))) / 2
  }
}
