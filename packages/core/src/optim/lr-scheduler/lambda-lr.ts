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

  /** @throws MisconfigurationError when there is not one function for each group */
  constructor(optimizer: Optimizer, { lrLambda }: LambdaLROptions) {
    super(optimizer)
    this.#lambdas = lambdasOf('LambdaLR', lrLambda, this.groups.length)
    this.start()
  }

  protected override getLr(): number[] {
    return this.baseLrs.map((lr, i) => lr * this.#lambdas[i]!(this.lastEpoch))
  }

  protected override options(): SchedulerStateDict {
    return {}
  }
}

/**
 * The rate of the step before times what a function makes of the step, from step 1 on; that is also what `stepTo` does. The
 * function is not part of the saved state.
 */
export class MultiplicativeLR extends LRScheduler {
  readonly #lambdas: readonly LrLambda[]

  /** @throws MisconfigurationError when there is not one function for each group */
  constructor(optimizer: Optimizer, { lrLambda }: LambdaLROptions) {
    super(optimizer)
    this.#lambdas = lambdasOf('MultiplicativeLR', lrLambda, this.groups.length)
    this.start()
  }

  protected override getLr(): number[] {
    if (this.lastEpoch === 0) return this.groups.map(({ lr }) => lr)
    return this.#lambdas.map((lambda, i) => this.groups[i]!.lr * lambda(this.lastEpoch))
  }

  protected override options(): SchedulerStateDict {
    return {}
  }
}

function lambdasOf(who: string, lrLambda: LambdaLROptions['lrLambda'], count: number): readonly LrLambda[] {
  const lambdas = perGroup(who, 'lrLambda', lrLambda, count)
  for (const lambda of lambdas) {
    if (typeof lambda !== 'function') throw new TypeError(`${who}: lrLambda is a function, got ${String(lambda)}`)
  }
  return lambdas
}
