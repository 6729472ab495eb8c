import { MisconfigurationError } from '../errors/errors.ts'
import type { SchedulerInterval, SchedulerSetup } from '../module/scheduler-config.ts'
import type { LoopContext } from './loop-context.ts'

/** Which schedulers are due. */
export interface Due {
  readonly interval: SchedulerInterval
  /** Batches done in the epoch, or epochs done: those are due whose frequency divides it. */
  readonly count: number
  /** The optimizers of the batch; schedulers returned with others wait. Default: all. */
  readonly active?: readonly number[]
}

/** Moves on the schedulers that are due and watch no metric. */
export async function stepSchedulers({ module, metrics, optimizers }: LoopContext, due: Due): Promise<void> {
  for (const { scheduler } of optimizers.schedulers.filter((setup) => !setup.reduceOnPlateau && isDue(setup, due))) {
    await metrics.at('lrSchedulerStep', () => module.lrSchedulerStep(scheduler, null))
  }
}

/**
 * Moves on the schedulers that are due and watch a metric.
 *
 * @throws MisconfigurationError when nothing was logged under the name that one watches, unless it is not strict
 */
export async function stepPlateauSchedulers(context: LoopContext, due: Due): Promise<void> {
  const { module, optimizers, metrics } = context
  const setups = optimizers.schedulers.filter((setup) => setup.reduceOnPlateau && isDue(setup, due))
  if (setups.length === 0) return
  // At the end of an epoch its mean counts, and not what was logged last.
  const logged = due.interval === 'epoch' ? metrics.callbackMetrics : await metrics.readAll()
  for (const { scheduler, monitor, strict } of setups) {
    const metric = logged[monitor!]
    if (metric !== undefined) await metrics.at('lrSchedulerStep', () => module.lrSchedulerStep(scheduler, metric))
    else if (strict) throw new MisconfigurationError(notLogged(monitor!, logged))
    else console.warn(notLogged(monitor!, logged))
  }
}

function isDue(setup: SchedulerSetup, { interval, count, active }: Due): boolean {
  if (setup.interval !== interval || count % setup.frequency !== 0) return false
  return active === undefined || setup.optimizerIdx === null || active.includes(setup.optimizerIdx)
}

function notLogged(monitor: string, logged: Readonly<Record<string, number>>): string {
  const names = Object.keys(logged)
  const there = names.length === 0 ? 'nothing was logged' : `there are ${names.join(', ')}`
  return `lrScheduler: its metric was not logged, got monitor ${JSON.stringify(monitor)}; ${there}. Log it, or set strict: false`
}
