import { MisconfigurationError } from '../errors/errors.ts'
import type { LRSchedulerLike } from '../optim/lr-scheduler.ts'
import { Optimizer } from '../optim/optimizer.ts'

/** A scheduler, and when it is stepped. */
export interface LRSchedulerConfig {
  readonly scheduler: LRSchedulerLike
  /** Stepped after every so many batches, or epochs. Default `'epoch'`. */
  readonly interval?: 'step' | 'epoch'
  /** Default 1. */
  readonly frequency?: number
}

export interface OptimizerWithScheduler {
  readonly optimizer: Optimizer
  readonly lrScheduler?: LRSchedulerLike | LRSchedulerConfig
}

/**
 * What `configureOptimizers` may return: an optimizer; several; an optimizer with its scheduler; optimizers and schedulers
 * as two lists; null to train nothing.
 */
export type OptimizerConfig =
  | Optimizer
  | readonly Optimizer[]
  | OptimizerWithScheduler
  | readonly OptimizerWithScheduler[]
  | readonly [readonly Optimizer[], readonly (LRSchedulerLike | LRSchedulerConfig)[]]
  | null

/** A configuration in its one normal form. */
export interface ConfiguredOptimizers {
  readonly optimizers: readonly Optimizer[]
  readonly schedulers: readonly Required<LRSchedulerConfig>[]
}

/**
 * Brings what `configureOptimizers` returned to its normal form.
 *
 * @throws MisconfigurationError when it is none of the allowed forms
 */
export function configureOptimizers(config: OptimizerConfig): ConfiguredOptimizers {
  if (config === null) return { optimizers: [], schedulers: [] }
  if (config instanceof Optimizer) return { optimizers: [config], schedulers: [] }
  const entries: readonly unknown[] = Array.isArray(config) ? config : [config]
  if (entries.length > 0 && entries.every((entry) => entry instanceof Optimizer)) {
    return { optimizers: entries as Optimizer[], schedulers: [] }
  }
  if (entries.length === 2 && entries.every(Array.isArray)) {
    const [optimizers, schedulers] = entries as [unknown[], unknown[]]
    if (optimizers.every((entry) => entry instanceof Optimizer)) {
      return checked({ optimizers: optimizers as Optimizer[], schedulers: schedulers.map(toSchedulerConfig) })
    }
  }
  if (entries.length > 0 && entries.every(isOptimizerWithScheduler)) {
    const schedulers = entries.flatMap(({ lrScheduler }) => (lrScheduler === undefined ? [] : [lrScheduler]))
    return checked({
      optimizers: entries.map(({ optimizer }) => optimizer),
      schedulers: schedulers.map(toSchedulerConfig),
    })
  }
  throw new MisconfigurationError(
    `configureOptimizers: no known form, got ${describe(config)}; return an optimizer, a list of them, { optimizer, lrScheduler }, [optimizers, schedulers] or null`,
  )
}

function isOptimizerWithScheduler(entry: unknown): entry is OptimizerWithScheduler {
  // A scheduler alone has an optimizer, too.
  if (typeof entry !== 'object' || entry === null || isScheduler(entry)) return false
  return (entry as OptimizerWithScheduler).optimizer instanceof Optimizer
}

function isScheduler(entry: unknown): entry is LRSchedulerLike {
  return typeof entry === 'object' && entry !== null && typeof (entry as LRSchedulerLike).step === 'function'
}

function toSchedulerConfig(entry: unknown): Required<LRSchedulerConfig> {
  if (isScheduler(entry)) return { scheduler: entry, interval: 'epoch', frequency: 1 }
  const { scheduler, interval = 'epoch', frequency = 1 } = (entry ?? {}) as Partial<LRSchedulerConfig>
  if (!isScheduler(scheduler)) {
    throw new MisconfigurationError(`configureOptimizers: lrScheduler needs a scheduler, got ${describe(entry)}`)
  }
  if (interval !== 'step' && interval !== 'epoch') {
    throw new MisconfigurationError(
      `configureOptimizers: interval is 'step' or 'epoch', got ${JSON.stringify(interval)}`,
    )
  }
  if (!(Number.isInteger(frequency) && frequency >= 1)) {
    throw new MisconfigurationError(`configureOptimizers: frequency is a whole number ≥ 1, got ${frequency}`)
  }
  return { scheduler, interval, frequency }
}

function checked(configured: ConfiguredOptimizers): ConfiguredOptimizers {
  for (const { scheduler } of configured.schedulers) {
    if (!configured.optimizers.includes(scheduler.optimizer)) {
      throw new MisconfigurationError(
        `configureOptimizers: a scheduler belongs to one of the optimizers, got ${describe(scheduler)} of another; return its optimizer too`,
      )
    }
  }
  return configured
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(describe).join(', ')}]`
  if (typeof value === 'object' && value !== null) return value.constructor?.name ?? 'an object'
  return String(value)
}
