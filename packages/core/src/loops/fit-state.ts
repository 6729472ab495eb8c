import { MisconfigurationError } from '../errors/errors.ts'
import type { EpochMetric } from '../metrics/metric.ts'
import { Metric, type MetricState } from '../metrics/metric.ts'
import type { SchedulerStateDict } from '../optim/lr-scheduler/lr-scheduler.ts'
import type { OptimizerStateDict } from '../optim/optimizer.ts'
import type { PrecisionStateDict } from '../precision/precision-plugin.ts'
import { defaultGenerator } from '../tensor/generator.ts'
import { snapshot } from '../tensor/snapshot.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { LoaderEpochs } from './loaders.ts'
import type { LoopContext } from './loop-context.ts'
import type { MetricStoreState } from './metrics.ts'
import type { ProgressState } from './progress.ts'

/** All that a fit needs to go on beside the weights of its module and the state of its callbacks. */
export interface FitState {
  readonly optimizers: readonly OptimizerStateDict[]
  readonly lrSchedulers: readonly SchedulerStateDict[]
  readonly precision: { readonly name: string; readonly state: PrecisionStateDict }
  readonly loop: LoopState
  /** The epoch that each loader takes next; null where it counts none. */
  readonly loaders: LoaderEpochs
  /** Of the default generator. */
  readonly random: { readonly seed: number; readonly draws: number }
  /** Gradients that are there: those of an open window, say. */
  readonly gradients: ReadonlyMap<string, Tensor>
  /** What is logged of the running epoch, and what epochs came to. */
  readonly metrics: MetricStoreState
  /** What the metrics of the module have accumulated. */
  readonly accumulated: ReadonlyMap<string, MetricState>
}

/** Counters of the loops. */
export interface LoopState extends ProgressState {
  readonly accumulateGradBatches: number
  /** Steps of each optimizer. */
  readonly stepCounts: readonly number[]
  /** Outputs of the running epoch's batches, for `trainingEpochEnd`. */
  readonly outputs: readonly unknown[]
}

/**
 * The state of a fit between two batches, or two epochs.
 *
 * @param epoch.outputs - of the running epoch's batches
 * @param epoch.isEpochOpen - whether the training loader is in the middle of one
 */
export function fitState(
  context: LoopContext,
  { outputs, isEpochOpen }: { readonly outputs: readonly unknown[]; readonly isEpochOpen: boolean },
): FitState {
  const { module, strategy, optimizers, progress, accumulation, loaders, metrics, saves } = context
  const named = namedMetrics(context)
  const nameOf = (metric: EpochMetric) => named.find(([, known]) => known === metric)?.[0] ?? null
  const gradients = module.namedParameters().filter(([, { gradient }]) => gradient.value !== null)
  return {
    optimizers: optimizers.wrapped.map(({ optimizer }) => optimizer.stateDict()),
    lrSchedulers: optimizers.schedulers.map(({ scheduler }) => scheduler.stateDict()),
    precision: { name: strategy.precision.precision, state: strategy.precision.stateDict() },
    loop: {
      ...progress.state(),
      accumulateGradBatches: accumulation.batches,
      stepCounts: optimizers.wrapped.map(({ stepCount }) => stepCount),
      outputs,
    },
    loaders: loaders.epochs(isEpochOpen),
    random: saves.random,
    gradients: new Map(gradients.map(([name, { gradient }]) => [name, snapshot(gradient.slot)])),
    metrics: metrics.stateDict(nameOf, saves.isMidBatch),
    accumulated: new Map(
      named.flatMap(([name, metric]) => {
        const state = metric.accumulated()
        return state === null ? [] : [[name, state] as const]
      }),
    ),
  }
}

/**
 * Takes over what a run can have before its first hook: optimizers, schedulers, precision, counters and gradients.
 *
 * @throws MisconfigurationError or ShapeError when it is the state of another fit
 */
export function restoreBeforeFit(context: LoopContext, state: FitState): void {
  const { module, strategy, optimizers, progress, accumulation } = context
  requireAsMany('optimizers', optimizers.wrapped.length, state.optimizers.length)
  requireAsMany('schedulers', optimizers.schedulers.length, state.lrSchedulers.length)
  for (const [i, wrapped] of optimizers.wrapped.entries()) {
    wrapped.optimizer.loadStateDict(state.optimizers[i]!)
    wrapped.restoreStepCount(state.loop.stepCounts[i]!)
  }
  for (const [i, { scheduler }] of optimizers.schedulers.entries()) scheduler.loadStateDict(state.lrSchedulers[i]!)
  const { name, state: ofPrecision } = state.precision
  if (name === strategy.precision.precision) strategy.precision.loadStateDict(ofPrecision)
  else
    console.warn(`fit: the checkpoint is of precision '${name}', got '${strategy.precision.precision}'; it goes on so`)
  progress.load(state.loop)
  accumulation.batches = state.loop.accumulateGradBatches
  for (const [parameterName, parameter] of module.namedParameters()) {
    parameter.grad = state.gradients.get(parameterName) ?? null
  }
}

/** Takes over what a sanity check would move: metrics, the epochs of loaders, and random numbers. */
export async function restoreBeforeTraining(context: LoopContext, state: FitState): Promise<void> {
  const { loaders, metrics } = context
  const named = new Map<string, Metric<never>>(namedMetrics(context))
  for (const [name, accumulated] of state.accumulated) named.get(name)?.loadAccumulated(accumulated)
  metrics.loadStateDict(state.metrics, (name): EpochMetric | undefined => named.get(name))
  await loaders.restore(state.loaders)
  defaultGenerator.state = state.random
}

function namedMetrics({ module }: LoopContext): [name: string, metric: Metric<never>][] {
  return module
    .namedModules()
    .flatMap(([name, inner]) => (inner instanceof Metric ? [[name, inner as Metric<never>]] : []))
}

function requireAsMany(what: string, have: number, saved: number): void {
  if (have === saved) return
  throw new MisconfigurationError(
    `fit: the checkpoint is of another configureOptimizers, got ${saved} ${what} for ${have}; configure as many`,
  )
}
