import type { Accelerator } from '../accelerator/accelerator.ts'
import { type Callback, callCallbacks, type TrainerView } from '../callbacks/callback.ts'
import { ProgressBar } from '../callbacks/progress-bar.ts'
import { MisconfigurationError } from '../errors/errors.ts'
import { Accumulation } from '../loops/accumulation.ts'
import { type Batches, checkBatches } from '../loops/batches.ts'
import { EvaluationLoop } from '../loops/evaluation-loop.ts'
import { FitLoop } from '../loops/fit-loop.ts'
import type { LoopContext, LoopOptions } from '../loops/loop-context.ts'
import { MetricStore } from '../loops/metrics.ts'
import { beforeOptimizerStep, looksAtGradients, moduleHost } from '../loops/module-host.ts'
import { OptimizerSet } from '../loops/optimizer-set.ts'
import { PredictionLoop } from '../loops/prediction-loop.ts'
import { Progress } from '../loops/progress.ts'
import type { CallHook, HookArguments, HookName } from '../module/hooks.ts'
import { type ConfiguredOptimizers, configureOptimizers } from '../module/optimizer-config.ts'
import { TrainingModule } from '../module/training-module.ts'
import { precisionPlugin } from '../precision/precision.ts'
import { AwaitedPromises } from '../strategy/awaited.ts'
import type { OnHost } from '../strategy/batch-to-device.ts'
import { SingleDeviceStrategy } from '../strategy/single-device-strategy.ts'
import type { Strategy } from '../strategy/strategy.ts'
import { currentAccelerator } from '../tensor/accelerator-in-use.ts'
import { withAnomalyDetection } from '../tensor/anomaly-mode.ts'
import { realm } from '../tensor/realm.ts'
import { checkMode, loopOptions, type TrainerOptions } from './options.ts'

/** Data of a fit. */
export interface FitData<Batch> {
  readonly train: Batches<OnHost<Batch>>
  /** After each epoch, if the module has a `validationStep`. */
  readonly val?: Batches<OnHost<Batch>>
}

type Stage = TrainerView['stage']

/** Trains, validates, tests and predicts. It holds options and results; the loops do the work. */
export class Trainer {
  readonly options: TrainerOptions
  readonly #loopOptions: LoopOptions
  readonly #callbacks: readonly Callback[]
  #progress = new Progress()
  #metrics = new MetricStore()

  /** @throws MisconfigurationError when options contradict each other or are out of range */
  constructor(options: TrainerOptions = {}) {
    this.options = options
    this.#loopOptions = loopOptions(options)
    const { callbacks = [], enableProgressBar = true } = options
    const hasBar = callbacks.some((callback) => callback instanceof ProgressBar)
    this.#callbacks = enableProgressBar && !hasBar ? [new ProgressBar(), ...callbacks] : callbacks
  }

  /** Training batches that ended with an optimizer step, in the last fit. */
  get globalStep(): number {
    return this.#progress.globalStep
  }

  /** Number of the running epoch; after a fit, how many were run. */
  get currentEpoch(): number {
    return this.#progress.epoch
  }

  /** Metrics by name, as of the last epoch end, and of validation and test runs. */
  get callbackMetrics(): Readonly<Record<string, number>> {
    return this.#metrics.callbackMetrics
  }

  /**
   * Trains `module`. Afterwards, also after a throw, its parameters are on the host and usable.
   *
   * @throws MisconfigurationError when options, module and data do not go together
   */
  async fit<Batch>(module: TrainingModule<Batch>, data: FitData<Batch>): Promise<void> {
    const { train, val } = Object(data) as FitData<Batch>
    if (train === undefined) {
      throw new MisconfigurationError(
        `fit: takes { train, val }, got ${describe(data)} without train; pass { train: loader }`,
      )
    }
    checkModule('fit', module)
    requireMethods(module)
    checkMode(module as TrainingModule, this.#loopOptions)
    checkBatches('fit', train)
    if (val !== undefined) checkBatches('fit', val)
    warnOfValidation(module, val !== undefined)
    this.#progress = new Progress()
    this.#metrics = new MetricStore()
    await this.#run('fit', module, (context) => new FitLoop(context).run(train, val ?? null))
  }

  /** Runs `validationStep` over `data`. @returns means of what was logged */
  async validate<Batch>(
    module: TrainingModule<Batch>,
    data: Batches<OnHost<Batch>>,
  ): Promise<Readonly<Record<string, number>>> {
    requireStep(module, 'validationStep', 'validate')
    checkBatches('validate', data)
    return this.#run('validate', module, (context) => new EvaluationLoop(context, 'Validation').run(data))
  }

  /** Runs `testStep` over `data`. @returns means of what was logged */
  async test<Batch>(
    module: TrainingModule<Batch>,
    data: Batches<OnHost<Batch>>,
  ): Promise<Readonly<Record<string, number>>> {
    requireStep(module, 'testStep', 'test')
    checkBatches('test', data)
    return this.#run('test', module, (context) => new EvaluationLoop(context, 'Test').run(data))
  }

  /** What `predictStep`, or else `forward`, makes of each batch of `data`. */
  async predict<Batch>(module: TrainingModule<Batch>, data: Batches<OnHost<Batch>>): Promise<unknown[]> {
    checkModule('predict', module)
    checkBatches('predict', data)
    return this.#run('predict', module, (context) => new PredictionLoop(context).run(data))
  }

  async #run<Batch, Result>(
    stage: Stage,
    typedModule: TrainingModule<Batch>,
    body: (context: LoopContext) => Promise<Result>,
  ): Promise<Result> {
    const module = typedModule as unknown as TrainingModule
    checkNotInStep(stage, module)
    const strategy = this.#strategy()
    await strategy.setup(module)
    const result = await withAnomalyDetection(this.options.detectAnomaly ?? false, () =>
      strategy.run(() => this.#attached(stage, module, strategy, body)),
    ).catch(async (error: unknown) => {
      // What goes wrong in closing after a throw is of the same origin, and says less.
      await strategy.teardown().catch(() => {})
      throw error
    })
    await strategy.teardown()
    return result
  }

  async #attached<Result>(
    stage: Stage,
    module: TrainingModule,
    strategy: Strategy,
    body: (context: LoopContext) => Promise<Result>,
  ): Promise<Result> {
    const promises = new AwaitedPromises()
    const evaluation = { numBatches: undefined as number | undefined }
    const accumulation = new Accumulation(this.#loopOptions.accumulateGradBatches)
    const view = this.#view(stage, evaluation, accumulation)
    const call: CallHook = (name, ...args) => this.#call(view, module, name, args)
    const options = this.#loopOptions
    const configured = configuredFor(stage, module)
    for (const warning of configured.warnings) console.warn(warning)
    const optimizers = new OptimizerSet(configured, {
      strategy,
      promises,
      stepped: () => {},
      beforeOptimizerStep: (wrapped) => beforeOptimizerStep(context, wrapped),
    })
    const context: LoopContext = {
      module,
      strategy,
      options,
      progress: this.#progress,
      accumulation,
      metrics: this.#metrics,
      optimizers,
      promises,
      evaluation,
      looksAtGradients:
        looksAtGradients(module) || this.#callbacks.some((callback) => callback.onBeforeZeroGrad !== undefined),
      call,
    }
    const hostBefore = module.attach(moduleHost(context))
    try {
      return await body(context)
    } catch (error) {
      await callCallbacks(this.#callbacks, 'onException', view, module, [error])
      throw error
    } finally {
      module.attach(hostBefore)
    }
  }

  async #call<Name extends HookName>(
    view: TrainerView,
    module: TrainingModule,
    name: Name,
    args: HookArguments[Name],
  ): Promise<unknown> {
    await callCallbacks(this.#callbacks, name, view, module, args)
    const hooks = module as { readonly [N in HookName]?: (...args: readonly unknown[]) => unknown }
    return hooks[name]?.(...args)
  }

  #strategy(): Strategy {
    const { strategy, accelerator, precision = '32-true' } = this.options
    if (strategy !== undefined) return strategy
    const chosen: Accelerator = accelerator ?? currentAccelerator().accelerator
    return new SingleDeviceStrategy(chosen, precisionPlugin(precision))
  }

  #view(stage: Stage, evaluation: LoopContext['evaluation'], accumulation: Accumulation): TrainerView {
    const progress = this.#progress
    const metrics = this.#metrics
    const { maxEpochs } = this.#loopOptions
    return {
      stage,
      maxEpochs,
      get currentEpoch() {
        return progress.epoch
      },
      get globalStep() {
        return progress.globalStep
      },
      get numBatches() {
        return stage !== 'fit' || metrics.scope === 'evaluation' ? evaluation.numBatches : progress.numBatches
      },
      get accumulateGradBatches() {
        return accumulation.batches
      },
      set accumulateGradBatches(batches) {
        accumulation.batches = batches
      },
      get callbackMetrics() {
        return metrics.callbackMetrics
      },
      readProgressMetrics: () => metrics.readProgress(),
      stop() {
        progress.shouldStop = true
      },
    }
  }
}

/** Optimizers and schedulers of a run: only a fit has any. */
function configuredFor(stage: Stage, module: TrainingModule): ConfiguredOptimizers {
  if (stage !== 'fit') return { optimizers: [], frequencies: null, schedulers: [], warnings: [] }
  return configureOptimizers(module.configureOptimizers(), {
    automatic: module.automaticOptimization,
    stepsSchedulers: module.lrSchedulerStep !== TrainingModule.prototype.lrSchedulerStep,
  })
}

/** A run inside a step of the same module would wait for the end of that step, which waits for the run. */
function checkNotInStep(stage: Stage, module: TrainingModule): void {
  if (realm.step === null || !module.isRunning) return
  throw new MisconfigurationError(
    `${stage}: ${module.constructor.name} is in the middle of a step; run it in a hook between batches, onTrainEpochEnd say`,
  )
}

function checkModule(who: string, module: unknown): void {
  if (module instanceof TrainingModule) return
  throw new MisconfigurationError(
    `${who}: trains and runs TrainingModules, got ${describe(module)}; extend TrainingModule`,
  )
}

/** What an abstract class demands, for those who write JavaScript. */
function requireMethods(module: TrainingModule<never>): void {
  for (const method of ['trainingStep', 'configureOptimizers'] as const) {
    if (typeof module[method] === 'function') continue
    throw new MisconfigurationError(
      `fit: a module says how it is trained, got ${describe(module)} without ${method}; write one`,
    )
  }
}

/** One without the other is skipped. */
function warnOfValidation(module: TrainingModule<never>, hasData: boolean): void {
  const hasStep = module.validationStep !== undefined
  if (hasStep === hasData) return
  const missing = hasStep
    ? 'has a validationStep, got no val; pass { train, val } to run it'
    : 'has no validationStep, got val; write one to use it'
  console.warn(`fit: ${describe(module)} ${missing}`)
}

function describe(value: unknown): string {
  return typeof value === 'object' && value !== null ? value.constructor.name : typeof value
}

function requireStep(module: TrainingModule<never>, step: 'validationStep' | 'testStep', who: string): void {
  checkModule(who, module)
  if (module[step] === undefined) {
    throw new MisconfigurationError(`${who}: ${module.constructor.name} has no ${step}; write one`)
  }
}
