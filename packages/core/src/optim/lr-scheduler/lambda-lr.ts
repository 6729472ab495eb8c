import type { Optimizer } from '../optimizer.ts'
import { perGroup } from './checks.ts'
import { LRScheduler, type SchedulerStateDict } from './lr-scheduler.ts'

/** From the number of a step, from 0, to a factor. */
export type LrLambda = (epoch: number) => number

export interface LambdaLROptions {
  /** One for all groups, or one for each. */
  readonly lrLambda: LrLambda | readonly LrLambda[]
}

/** The base rate times what a function makes of the step. The function is not part of the saved state. */
export class LambdaLR extends LRScheduler {
  readonly #lambdas: readonly LrLambda[]

  constructor(optimizer: Optimizer, { lrLambda }: LambdaLROptions) {
    super(optimizer)
    this.#lambdas = perGroup('LambdaLR', 'lrLambda', lrLambda, this.groups.length)
    this.step()
  }

  protected override getLr(): number[] {
    return this.baseLrs.map((lr, i) => lr * (this.#lambdas[i] ?? this.#lambdas[0]!)(this.lastEpoch))
  }

  protected override options(): SchedulerStateDict {
    return {}
  }
}

/** The rate of the step before times what a function makes of the step, from step 1 on. */
export class MultiplicativeLR extends LRScheduler {
  readonly #lambdas: readonly LrLambda[]

  constructor(optimizer: Optimizer, { lrLambda }: LambdaLROptions) {
    super(optimizer)
    this.#lambdas = perGroup('MultiplicativeLR', 'lrLambda', lrLambda, this.groups.length)
    this.step()
  }

  protected override getLr(): number[] {
    if (this.lastEpoch === 0) return this.groups.map(({ lr }) => lr)
    return this.groups.map(({ lr }, i) => lr * (this.#lambdas[i] ?? this.#lambdas[0]!)(this.lastEpoch))
  }

  protected override options(): SchedulerStateDict {
    return {}
  }
}
