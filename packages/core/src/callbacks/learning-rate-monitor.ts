import { MisconfigurationError } from '../errors/errors.ts'
import type { SchedulerInterval, SchedulerSetup } from '../module/scheduler-config.ts'
import type { Optimizer, OptimizerOptions, ParamGroup } from '../optim/optimizer.ts'
import type { Callback, TrainerView } from './callback.ts'

export interface LearningRateMonitorOptions {
  /** When it looks: in steps that are logged, or in epochs. Default: for each scheduler when that is stepped. */
  readonly loggingInterval?: SchedulerInterval
  /** Whether momentum, or the first beta, is logged, too: `<name>-momentum`. Default false. */
  readonly logMomentum?: boolean
  /** Whether weight decay is logged, too: `<name>-weight_decay`. Default false. */
  readonly logWeightDecay?: boolean
}

/**
 * Hands the learning rates to the loggers, under `lr-<optimizer>` or the name of the scheduler's configuration; several groups
 * as `/pg1`, `/pg2`, a second optimizer of a class as `-1`. Logged is the rate with which the batch is trained.
 */
export class LearningRateMonitor implements Callback {
  readonly #options: LearningRateMonitorOptions

  /** @throws MisconfigurationError for an interval that there is not */
  constructor(options: LearningRateMonitorOptions = {}) {
    const { loggingInterval } = options
    if (loggingInterval !== undefined && loggingInterval !== 'step' && loggingInterval !== 'epoch') {
      throw new MisconfigurationError(
        `LearningRateMonitor: loggingInterval is 'step' or 'epoch', got ${JSON.stringify(loggingInterval)}`,
      )
    }
    this.#options = options
  }

  /** @throws MisconfigurationError without a logger */
  onTrainStart(trainer: TrainerView): void {
    if (trainer.hasLogger || trainer.fastDevRun) return
    throw new MisconfigurationError(
      'LearningRateMonitor: writes to loggers, got none; pass logger to the Trainer, or leave the callback out',
    )
  }

  async onTrainBatchStart(trainer: TrainerView): Promise<void> {
    if (trainer.isLogStep && this.#options.loggingInterval !== 'epoch') await this.#log(trainer, 'step')
  }

  async onTrainEpochStart(trainer: TrainerView): Promise<void> {
    if (this.#options.loggingInterval !== 'step') await this.#log(trainer, 'epoch')
  }

  async #log(trainer: TrainerView, interval: SchedulerInterval): Promise<void> {
    const { loggingInterval } = this.#options
    const numbers: Record<string, number> = {}
    for (const { optimizer, names, setup } of rates(trainer)) {
      // An optimizer without a scheduler is looked at whenever anything is.
      if (setup !== null && setup.interval !== interval && loggingInterval === undefined) continue
      for (const [i, group] of optimizer.paramGroups.entries())
        Object.assign(numbers, this.#numbersOf(names[i]!, group))
    }
    if (Object.keys(numbers).length > 0) await trainer.logMetrics(numbers)
  }

  #numbersOf(name: string, group: ParamGroup<OptimizerOptions>): Record<string, number> {
    const { logMomentum = false, logWeightDecay = false } = this.#options
    const { momentum, betas, weightDecay } = group as {
      readonly momentum?: number
      readonly betas?: readonly number[]
      readonly weightDecay?: number
    }
    return {
      [name]: group.lr,
      ...(logMomentum && { [`${name}-momentum`]: betas?.[0] ?? momentum ?? 0 }),
      ...(logWeightDecay && { [`${name}-weight_decay`]: weightDecay ?? 0 }),
    }
  }
}

/** An optimizer, the names of its groups, and the scheduler by which it is looked at. */
interface Rates {
  readonly optimizer: Optimizer
  readonly names: readonly string[]
  readonly setup: SchedulerSetup | null
}

/** Optimizers that have a scheduler, by these, and then all others. */
function rates({ optimizers, lrSchedulers }: TrainerView): Rates[] {
  const seen = new Map<string, number>()
  const scheduled = lrSchedulers.flatMap((setup) => {
    const { optimizer } = setup.scheduler as { readonly optimizer?: Optimizer }
    return optimizer === undefined ? [] : [{ optimizer, setup }]
  })
  const others = optimizers.filter((optimizer) => scheduled.every((other) => other.optimizer !== optimizer))
  return [...scheduled, ...others.map((optimizer) => ({ optimizer, setup: null }))].map(({ optimizer, setup }) => {
    const name = setup?.name ?? unique(`lr-${optimizer.constructor.name}`, seen)
    return { optimizer, setup, names: groupNames(name, optimizer.paramGroups) }
  })
}

/** The second of a name is `name-1`. */
function unique(name: string, seen: Map<string, number>): string {
  const count = seen.get(name) ?? 0
  seen.set(name, count + 1)
  return count === 0 ? name : `${name}-${count}`
}

/** @throws MisconfigurationError when two groups have one name */
function groupNames(name: string, groups: readonly ParamGroup<OptimizerOptions>[]): string[] {
  const own = groups.map((group, i) => (group as { readonly name?: string }).name ?? `pg${i + 1}`)
  const twice = own.find((other, i) => own.indexOf(other) !== i)
  if (twice !== undefined) {
    throw new MisconfigurationError(
      `LearningRateMonitor: groups of ${name} have names of their own, got ${JSON.stringify(twice)} twice; rename one`,
    )
  }
  const isUnnamed = groups.length === 1 && (groups[0] as { readonly name?: string }).name === undefined
  return isUnnamed ? [name] : own.map((group) => `${name}/${group}`)
}
