import type { LRScheduler } from '../../../src/optim/lr-scheduler/lr-scheduler.ts'
import type { Optimizer } from '../../../src/optim/optimizer.ts'
import { SGD, type SgdOptions } from '../../../src/optim/sgd.ts'
import { zeros } from '../../../src/tensor/creation.ts'
import { Parameter } from '../../../src/tensor/parameter.ts'

export function parameter(): Parameter {
  return new Parameter(zeros([1]))
}

/** An optimizer with a group for each rate. */
export function sgd(lrs: readonly number[], options: Partial<SgdOptions> = { momentum: 0.9 }): SGD {
  return new SGD(
    lrs.map((lr) => ({ params: [parameter()], lr })),
    options,
  )
}

export function ratesOf({ paramGroups }: Optimizer): number[] {
  return paramGroups.map(({ lr }) => lr)
}

/** Rates of the groups now and after each of `steps` steps. */
export function ratesAlong(scheduler: Pick<LRScheduler, 'step' | 'optimizer'>, steps: number): number[][] {
  const rates = [ratesOf(scheduler.optimizer)]
  for (let i = 0; i < steps; i++) {
    scheduler.step()
    rates.push(ratesOf(scheduler.optimizer))
  }
  return rates
}
