import { MisconfigurationError } from '../errors/errors.ts'
import { LRScheduler, type LRSchedulerLike } from '../optim/lr-scheduler/lr-scheduler.ts'
import { describeReturned, isScheduler } from './configured.ts'

/** When a scheduler is stepped: after batches, or after epochs. */
export type SchedulerInterval = 'step' | 'epoch'

/** A scheduler, and when it is stepped. */
export interface LRSchedulerConfig {
  readonly scheduler: LRSchedulerLike
  /** What is counted: batches of the epoch, or epochs. Default `'epoch'`. */
  readonly interval?: SchedulerInterval
  /** Stepped when the count is divisible by this. Default 1. */
  readonly frequency?: number
  /** Whether it is stepped with the monitored metric, after validation. Default: as its class says. */
  readonly reduceOnPlateau?: boolean
  /** Name of the logged metric that a plateau scheduler watches. */
  readonly monitor?: string
  /** Whether a metric that was not logged is an error, or a warning. Default true. */
  readonly strict?: boolean
  /** A name of its own in logs. Default: its optimizer's. */
  readonly name?: string
}

/** The same with nothing left open. */
export interface SchedulerSetup {
  readonly scheduler: LRSchedulerLike
  readonly interval: SchedulerInterval
  readonly frequency: number
  readonly reduceOnPlateau: boolean
  readonly monitor: string | null
  readonly strict: boolean
  readonly name: string | null
  /** The optimizer that it was returned with; null when it came in a list of its own. */
  readonly optimizerIdx: number | null
}

export interface SchedulerContext {
  /** Beside the scheduler, not in its own options. */
  readonly monitor: unknown
  readonly optimizerIdx: number | null
  readonly automatic: boolean
  readonly stepsSchedulers: boolean
  /** Gets what is strange and no error. */
  readonly warnings: string[]
}

const knownKeys: ReadonlySet<string> = new Set<keyof LRSchedulerConfig>([
  'scheduler',
  'interval',
  'frequency',
  'reduceOnPlateau',
  'monitor',
  'strict',
  'name',
])

/** What only the loop reads, which in manual optimization steps no scheduler. */
const automaticKeys: readonly string[] = ['reduceOnPlateau', 'monitor', 'strict'] satisfies (keyof LRSchedulerConfig)[]

/**
 * The setup of a scheduler that was returned bare or with options.
 *
 * @throws MisconfigurationError when it is none, or options are wrong; TypeError when it has no state to save
 */
export function schedulerSetup(entry: unknown, context: SchedulerContext): SchedulerSetup {
  const config: Partial<LRSchedulerConfig> = isScheduler(entry) ? { scheduler: entry } : asConfig(entry)
  const { scheduler, interval = 'epoch', frequency = 1, strict = true, name = null } = config
  if (!isScheduler(scheduler)) {
    throw new MisconfigurationError(
      `configureOptimizers: lrScheduler is a scheduler, or { scheduler } and its options, got ${describeReturned(entry)}`,
    )
  }
  checkTimes(interval, frequency)
  checkState(scheduler)
  const reduceOnPlateau = config.reduceOnPlateau ?? scheduler.needsMetric ?? false
  const monitor = config.monitor ?? context.monitor ?? null
  if (context.automatic) checkAutomatic(scheduler, { ...context, reduceOnPlateau, monitor })
  warn(config, interval, context)
  const { optimizerIdx } = context
  return {
    scheduler,
    interval,
    frequency,
    reduceOnPlateau,
    monitor: monitor as string | null,
    strict,
    name,
    optimizerIdx,
  }
}

function asConfig(entry: unknown): Partial<LRSchedulerConfig> {
  return typeof entry === 'object' && entry !== null ? entry : {}
}

function checkTimes(interval: unknown, frequency: unknown): void {
  if (interval !== 'step' && interval !== 'epoch') {
    throw new MisconfigurationError(
      `configureOptimizers: interval is 'step' or 'epoch', got ${describeReturned(interval)}`,
    )
  }
  if (!(Number.isInteger(frequency) && (frequency as number) >= 1)) {
    throw new MisconfigurationError(
      `configureOptimizers: a scheduler's frequency is a whole number ≥ 1, got ${describeReturned(frequency)}`,
    )
  }
}

function checkState(scheduler: Partial<LRSchedulerLike>): void {
  if (typeof scheduler.stateDict === 'function' && typeof scheduler.loadStateDict === 'function') return
  throw new TypeError(
    `configureOptimizers: a scheduler can be saved, got ${describeReturned(scheduler)} without stateDict() and loadStateDict(); write them`,
  )
}

function checkAutomatic(
  scheduler: LRSchedulerLike,
  {
    reduceOnPlateau,
    monitor,
    stepsSchedulers,
  }: { readonly reduceOnPlateau: boolean; readonly monitor: unknown; readonly stepsSchedulers: boolean },
): void {
  if (reduceOnPlateau && typeof monitor !== 'string') {
    throw new MisconfigurationError(
      `configureOptimizers: a plateau scheduler watches a metric, got ${describeReturned(scheduler)} without monitor; return { optimizer, lrScheduler, monitor: 'val_loss' }`,
    )
  }
  const isOurs = scheduler instanceof LRScheduler || scheduler.needsMetric !== undefined
  if (isOurs || stepsSchedulers) return
  throw new MisconfigurationError(
    `configureOptimizers: how to step a scheduler of one's own only its module knows, got ${describeReturned(scheduler)}; extend LRScheduler, or override lrSchedulerStep`,
  )
}

function warn(config: Partial<LRSchedulerConfig>, interval: SchedulerInterval, context: SchedulerContext): void {
  const { warnings, automatic } = context
  const keys = Object.keys(config)
  const unknown = keys.filter((key) => !knownKeys.has(key))
  if (unknown.length > 0) {
    warnings.push(
      `configureOptimizers: a scheduler's options are ${[...knownKeys].join(', ')}, got ${unknown.join(', ')}`,
    )
  }
  const ignored = keys.filter((key) => automaticKeys.includes(key))
  if (!automatic && ignored.length > 0) {
    warnings.push(
      `configureOptimizers: in manual optimization the module steps its schedulers, got ${ignored.join(', ')}; they are ignored`,
    )
  }
  if (automatic && interval === 'epoch' && config.scheduler?.countsBatches === true) {
    warnings.push(
      `configureOptimizers: ${describeReturned(config.scheduler)} counts batches, got interval 'epoch'; set interval: 'step'`,
    )
  }
}
