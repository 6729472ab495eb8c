import { type Callback, callCallbacks, type TrainerView } from '../callbacks/callback.ts'
import { MisconfigurationError } from '../errors/errors.ts'
import type { Logger, RunStatus } from '../loggers/logger.ts'
import { Accumulation } from '../loops/accumulation.ts'
import { restoreBeforeFit } from '../loops/fit-state.ts'
import type { LoaderSource } from '../loops/loaders.ts'
import type { LoopContext, LoopOptions } from '../loops/loop-context.ts'
import { MetricWriter } from '../loops/metric-writer.ts'
import type { MetricStore } from '../loops/metrics.ts'
import { beforeOptimizerStep, looksAtGradients, moduleHost } from '../loops/module-host.ts'
import { OptimizerSet } from '../loops/optimizer-set.ts'
import type { Progress } from '../loops/progress.ts'
import { Saves } from '../loops/saves.ts'
import type { Stage } from '../module/data-hooks.ts'
import type { DataModule } from '../module/data-module.ts'
import type { CallHook, HookArguments, HookName } from '../module/hooks.ts'
import { type ConfiguredOptimizers, configureOptimizers } from '../module/optimizer-config.ts'
import { TrainingModule } from '../module/training-module.ts'
import type { Profiler } from '../profiler/profiler.ts'
import { AwaitedPromises } from '../strategy/awaited.ts'
import type { Strategy } from '../strategy/strategy.ts'
import { withAnomalyDetection } from '../tensor/anomaly-mode.ts'
import { DeviceWatch } from './device-watch.ts'
import { dumpCheckpoint, type FitCheckpoint, restoreModule, type WholeCheckpoint } from './fit-checkpoint.ts'
import { trainerView } from './trainer-view.ts'

/** What a run is made of. */
export interface RunOptions {
  readonly stage: Stage
  readonly module: TrainingModule
  readonly dataModule: DataModule | null
  readonly loaders: LoaderSource
  readonly strategy: Strategy
  readonly options: LoopOptions
  readonly callbacks: readonly Callback[]
  readonly loggers: readonly Logger[]
  readonly progress: Progress
  readonly metrics: MetricStore
  readonly fastDevRun: boolean
  readonly detectAnomaly: boolean
  readonly signal: AbortSignal | null
  readonly profiler: Profiler | null
  /** What a fit goes on from. */
  readonly resumed: WholeCheckpoint | null
}

const noOptimizers: ConfiguredOptimizers = { optimizers: [], frequencies: null, schedulers: [], warnings: [] }

/** One run of a Trainer, from the first hook to the last: set-up, a loop, and what has to be put back whatever happens. */
export class Run {
  readonly #options: RunOptions
  readonly #context: LoopContext
  readonly #view: TrainerView
  #callbacks: readonly Callback[]
  #optimizers: OptimizerSet
  #watch: DeviceWatch | null = null
  #hasHeardOfError = false
  #isTornDown = false

  constructor(options: RunOptions) {
    this.#options = options
    this.#callbacks = options.callbacks
    this.#optimizers = this.#wrapped(noOptimizers)
    this.#context = this.#makeContext()
    const { strategy, metrics } = options
    metrics.processes = {
      worldSize: strategy.worldSize,
      allReduce: (tensors) => strategy.allReduce(tensors),
    }
    const { stage, fastDevRun, loggers } = options
    const dumpCheckpoint = (dump = {}) => this.dumpCheckpoint(dump)
    this.#view = trainerView(this.#context, { stage, fastDevRun, loggers, dumpCheckpoint })
  }

  /** @returns what `body`, the loop, gave */
  async run<Result>(body: (context: LoopContext) => Promise<Result>): Promise<Result> {
    const { module } = this.#options
    const hostBefore = module.attach(moduleHost(this.#context))
    try {
      await this.#setUp()
      const result = await this.#onAccelerator(body)
      await this.#tearDown()
      await this.#finalize(this.#context.isInterrupted() ? 'interrupted' : 'success')
      return result
    } catch (error) {
      await this.#tellOf(error)
      // What goes wrong in closing after a throw is of the same origin, and says less.
      await this.#tearDown().catch(() => {})
      await this.#finalize('failed').catch(() => {})
      throw error
    } finally {
      module.attach(hostBefore)
    }
  }

  async #setUp(): Promise<void> {
    const { stage, module, dataModule, callbacks } = this.#options
    this.#callbacks = joined(callbacks, await module.configureCallbacks())
    await dataModule?.prepareData()
    await module.prepareData()
    await dataModule?.setup(stage)
    await this.#call('setup', [stage])
  }

  async #tearDown(): Promise<void> {
    if (this.#isTornDown) return
    this.#isTornDown = true
    const { stage, dataModule } = this.#options
    await dataModule?.teardown(stage)
    await this.#call('teardown', [stage])
  }

  async #onAccelerator<Result>(body: (context: LoopContext) => Promise<Result>): Promise<Result> {
    const { strategy, module, detectAnomaly } = this.#options
    await strategy.setup(module)
    const watch = new DeviceWatch(strategy.accelerator)
    this.#watch = watch
    const result = await withAnomalyDetection(detectAnomaly, () => strategy.run(() => this.#loop(body, watch))).catch(
      async (error: unknown) => {
        await strategy.teardown().catch(() => {})
        throw error
      },
    )
    await strategy.teardown()
    return result
  }

  async #loop<Result>(body: (context: LoopContext) => Promise<Result>, watch: DeviceWatch): Promise<Result> {
    try {
      await this.#configure()
      const result = await body(this.#context)
      watch.check()
      return result
    } catch (error) {
      const reason = watch.reasonOf(error)
      // Callbacks hear of it while what is on the accelerator can still be read.
      await this.#tellOf(reason)
      throw reason
    }
  }

  /** Weights, optimizers, and what else a saved run had before its first hook: all of it, or the weights stay as they were. */
  async #configure(): Promise<void> {
    const { module, resumed } = this.#options
    const before = resumed === null ? null : module.stateDict()
    try {
      if (resumed !== null) await restoreModule(resumed, { callbacks: this.#callbacks, view: this.#view, module })
      const configured = this.#configured()
      for (const warning of configured.warnings) console.warn(warning)
      this.#optimizers = this.#wrapped(configured)
      if (resumed !== null) restoreBeforeFit(this.#context, resumed)
    } catch (error) {
      if (before !== null) module.loadStateDict(before)
      throw error
    }
    await this.#logHyperparameters()
  }

  async #logHyperparameters(): Promise<void> {
    const { stage, module, loggers } = this.#options
    const { hyperParameters } = module
    if (stage !== 'fit' || hyperParameters === null) return
    for (const logger of loggers) await logger.logHyperparams?.(hyperParameters)
  }

  /** What a fit can go on from, as of the last batch that was done. */
  dumpCheckpoint(options: { readonly weightsOnly?: boolean }): Promise<FitCheckpoint> {
    const { module } = this.#options
    return dumpCheckpoint(this.#context, { ...options, callbacks: this.#callbacks, view: this.#view, module })
  }

  /** Only a fit has optimizers. */
  #configured(): ConfiguredOptimizers {
    const { stage, module } = this.#options
    if (stage !== 'fit') return noOptimizers
    return configureOptimizers(module.configureOptimizers(), {
      automatic: module.automaticOptimization,
      stepsSchedulers: module.lrSchedulerStep !== TrainingModule.prototype.lrSchedulerStep,
    })
  }

  #wrapped(configured: ConfiguredOptimizers): OptimizerSet {
    const { strategy, module } = this.#options
    return new OptimizerSet(configured, {
      strategy,
      promises: this.#promises,
      isAutomatic: module.automaticOptimization,
      beforeOptimizerStep: (wrapped) => beforeOptimizerStep(this.#context, wrapped),
    })
  }

  readonly #promises = new AwaitedPromises()

  #makeContext(): LoopContext {
    const { module, dataModule, loaders, strategy, options, progress, metrics, loggers, signal } = this.#options
    const { logEveryNSteps, accumulateGradBatches } = options
    const run = this
    return {
      module,
      strategy,
      options,
      progress,
      accumulation: new Accumulation(accumulateGradBatches),
      loaders,
      transferHooks: dataModule ?? {},
      metrics,
      writer: new MetricWriter({ sinks: loggers, metrics, progress, logEveryNSteps }),
      get optimizers() {
        return run.#optimizers
      },
      promises: this.#promises,
      saves: new Saves(progress, metrics),
      evaluation: { numBatches: undefined },
      get looksAtGradients() {
        return looksAtGradients(module) || run.#callbacks.some(({ onBeforeZeroGrad }) => onBeforeZeroGrad !== undefined)
      },
      isInterrupted: () => signal?.aborted === true,
      call: ((name, ...args) => this.#call(name, args)) as CallHook,
    }
  }

  #call<Name extends HookName>(name: Name, args: HookArguments[Name]): Promise<unknown> {
    const { profiler } = this.#options
    return profiler === null ? this.#hook(name, args) : profiler.profile(name, () => this.#hook(name, args), 'hook')
  }

  #hook<Name extends HookName>(name: Name, args: HookArguments[Name]): Promise<unknown> {
    const { module, metrics } = this.#options
    return metrics.at(name, async () => {
      // A loop ends with its first hook on a lost device.
      if (!this.#isTornDown) this.#watch?.check()
      const [early, late] = name === 'onTrainEpochEnd' ? byWatching(this.#callbacks) : [this.#callbacks, []]
      await callCallbacks(early, name, this.#view, module, args)
      const hooks = module as { readonly [N in HookName]?: (...args: readonly unknown[]) => unknown }
      const returned = await hooks[name]?.(...args)
      if (late.length === 0) return returned
      // What the module's hook logged is to be seen.
      await metrics.endEpoch()
      await callCallbacks(late, name, this.#view, module, args)
      return returned
    })
  }

  async #tellOf(error: unknown): Promise<void> {
    if (this.#hasHeardOfError) return
    this.#hasHeardOfError = true
    await callCallbacks(this.#callbacks, 'onException', this.#view, this.#options.module, [error])
  }

  async #finalize(status: RunStatus): Promise<void> {
    for (const logger of this.#options.loggers) await logger.finalize?.(status)
  }
}

/** The Trainer's callbacks, and the module's in place of those of their classes. */
function joined(callbacks: readonly Callback[], ofModule: object | readonly object[]): readonly Callback[] {
  const own = [ofModule].flat() as readonly Callback[]
  const strange = own.find((callback) => typeof callback !== 'object' || callback === null)
  if (strange !== undefined) {
    throw new MisconfigurationError(
      `configureCallbacks: gives a callback or a list of them, got ${typeof strange}; return objects with hooks`,
    )
  }
  const isReplaced = ({ constructor }: Callback) =>
    constructor !== Object && own.some((other) => other instanceof constructor)
  return own.length === 0 ? callbacks : [...callbacks.filter((callback) => !isReplaced(callback)), ...own]
}

function byWatching(callbacks: readonly Callback[]): [Callback[], Callback[]] {
  const watching = callbacks.filter(({ watchesMetrics = false }) => watchesMetrics)
  return [callbacks.filter((callback) => !watching.includes(callback)), watching]
}
