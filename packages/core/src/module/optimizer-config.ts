import { MisconfigurationError } from '../errors/errors.ts'
import type { LRSchedulerLike } from '../optim/lr-scheduler/lr-scheduler.ts'
import { Optimizer } from '../optim/optimizer.ts'
import { describeReturned, isOptimizer, isScheduler, unwrapped, type WrapsOptimizer } from './configured.ts'
import { type LRSchedulerConfig, type SchedulerSetup, schedulerSetup } from './scheduler-config.ts'

/** An optimizer with what belongs to it. */
export interface OptimizerWithScheduler {
  readonly optimizer: Optimizer | WrapsOptimizer
  readonly lrScheduler?: LRSchedulerLike | LRSchedulerConfig
  /** What a scheduler given as such monitors. */
  readonly monitor?: string
  /**
   * For how many batches in a row the optimizer is active, before it is the turn of the next one: for all optimizers, or for
   * none, which makes all of them active in every batch.
   */
  readonly frequency?: number
}

type Schedulers = LRSchedulerLike | LRSchedulerConfig

/**
 * What `configureOptimizers` may return: an optimizer; several; an optimizer with its scheduler; several such; a list of
 * optimizers and a scheduler or a list of them; null to train nothing.
 */
export type OptimizerConfig =
  | Optimizer
  | WrapsOptimizer
  | readonly (Optimizer | WrapsOptimizer)[]
  | OptimizerWithScheduler
  | readonly OptimizerWithScheduler[]
  | readonly [readonly (Optimizer | WrapsOptimizer)[], Schedulers | readonly Schedulers[]]
  | null

/** A configuration in its one normal form. */
export interface ConfiguredOptimizers {
  readonly optimizers: readonly Optimizer[]
  /** Batches in a row of each optimizer; null when all are active in every batch. */
  readonly frequencies: readonly number[] | null
  readonly schedulers: readonly SchedulerSetup[]
  /** What was found strange, to be said once. */
  readonly warnings: readonly string[]
}

export interface ConfigureOptions {
  /** Whether the loop steps schedulers: not in manual optimization. */
  readonly automatic: boolean
  /** Whether the module says itself how a scheduler is stepped. */
  readonly stepsSchedulers: boolean
}

/**
 * Brings what `configureOptimizers` returned to its normal form.
 *
 * @throws MisconfigurationError when it is none of the allowed forms, or its parts do not go together
 * @throws TypeError when a scheduler has no state to save
 */
export function configureOptimizers(config: OptimizerConfig, options: ConfigureOptions): ConfiguredOptimizers {
  if (config === null) return { optimizers: [], frequencies: null, schedulers: [], warnings: [] }
  const warnings: string[] = []
  const entries = entriesOf(config)
  const optimizers = entries.optimizers.map(unwrapped)
  const schedulers = entries.schedulers.map(({ config, monitor, optimizerIdx }) =>
    schedulerSetup(config, { monitor, optimizerIdx, warnings, ...options }),
  )
  for (const { scheduler } of schedulers) checkOwner(scheduler, optimizers)
  for (const key of entries.unknownKeys) {
    warnings.push(
      `configureOptimizers: an optimizer's options are optimizer, lrScheduler, monitor and frequency, got ${key}`,
    )
  }
  if (new Set(optimizers).size < optimizers.length) {
    throw new MisconfigurationError('configureOptimizers: each optimizer is returned once, got one twice')
  }
  return { optimizers, frequencies: frequenciesOf(entries.frequencies), schedulers, warnings }
}

interface SchedulerEntry {
  readonly config: unknown
  readonly monitor: unknown
  readonly optimizerIdx: number | null
}

interface Entries {
  readonly optimizers: readonly (Optimizer | WrapsOptimizer)[]
  readonly frequencies: readonly unknown[]
  readonly schedulers: readonly SchedulerEntry[]
  readonly unknownKeys: readonly string[]
}

function entriesOf(config: unknown): Entries {
  const list: readonly unknown[] = Array.isArray(config) ? config : [config]
  if (list.length > 0 && list.every(isOptimizer)) return bare(list, [])
  if (list.length === 2 && Array.isArray(list[0]) && list[0].length > 0 && list[0].every(isOptimizer)) {
    return bare(list[0], Array.isArray(list[1]) ? list[1] : [list[1]])
  }
  if (list.length > 0 && list.every(isOptimizerWithScheduler)) return withOptions(list)
  throw new MisconfigurationError(
    `configureOptimizers: no known form, got ${describeReturned(config)}; return an optimizer, a list of them, { optimizer, lrScheduler }, a list of such, [optimizers, schedulers] or null`,
  )
}

function bare(optimizers: readonly (Optimizer | WrapsOptimizer)[], schedulers: readonly unknown[]): Entries {
  return {
    optimizers,
    frequencies: optimizers.map(() => undefined),
    schedulers: schedulers.map((config) => ({ config, monitor: undefined, optimizerIdx: null })),
    unknownKeys: [],
  }
}

const knownKeys: ReadonlySet<string> = new Set<keyof OptimizerWithScheduler>([
  'optimizer',
  'lrScheduler',
  'monitor',
  'frequency',
])

function withOptions(list: readonly OptimizerWithScheduler[]): Entries {
  return {
    optimizers: list.map(({ optimizer }) => optimizer),
    frequencies: list.map(({ frequency }) => frequency),
    schedulers: list.flatMap(({ lrScheduler, monitor }, optimizerIdx) =>
      lrScheduler === undefined ? [] : [{ config: lrScheduler, monitor, optimizerIdx }],
    ),
    unknownKeys: list.flatMap((entry) => Object.keys(entry).filter((key) => !knownKeys.has(key))),
  }
}

function isOptimizerWithScheduler(entry: unknown): entry is OptimizerWithScheduler {
  // A scheduler alone has an optimizer, too.
  if (typeof entry !== 'object' || entry === null || isScheduler(entry)) return false
  return isOptimizer((entry as { readonly optimizer?: unknown }).optimizer)
}

function frequenciesOf(frequencies: readonly unknown[]): readonly number[] | null {
  const given = frequencies.filter((frequency) => frequency !== undefined)
  if (given.length === 0) return null
  if (given.length < frequencies.length) {
    throw new MisconfigurationError(
      `configureOptimizers: all optimizers have a frequency or none has, got ${given.length} of ${frequencies.length}`,
    )
  }
  for (const frequency of given) {
    if (!(Number.isInteger(frequency) && (frequency as number) >= 1)) {
      throw new MisconfigurationError(
        `configureOptimizers: an optimizer's frequency is a whole number ≥ 1, got ${describeReturned(frequency)}`,
      )
    }
  }
  return given as number[]
}

function checkOwner(scheduler: LRSchedulerLike, optimizers: readonly Optimizer[]): void {
  // A scheduler of one's own may not say whose it is.
  const { optimizer } = scheduler as Partial<LRSchedulerLike>
  if (optimizer === undefined || !(optimizer instanceof Optimizer) || optimizers.includes(optimizer)) return
  throw new MisconfigurationError(
    `configureOptimizers: a scheduler belongs to one of the optimizers, got ${describeReturned(scheduler)} of another; return its optimizer too`,
  )
}
