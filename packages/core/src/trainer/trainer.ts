import type { Accelerator } from '../accelerator/accelerator.ts'
import type { Callback } from '../callbacks/callback.ts'
import { ModelCheckpoint } from '../callbacks/model-checkpoint.ts'
import { ModelSummary } from '../callbacks/model-summary.ts'
import { ProgressBar } from '../callbacks/progress-bar.ts'
import { Timer } from '../callbacks/timer.ts'
import type { Checkpoint } from '../checkpoint/checkpoint-file.ts'
import type { Batches } from '../data/batches.ts'
import { MisconfigurationError } from '../errors/errors.ts'
import type { Logger } from '../loggers/logger.ts'
import { EvaluationLoop } from '../loops/evaluation-loop.ts'
import { FitLoop } from '../loops/fit-loop.ts'
import { type GivenLoaders, type LoaderKind, LoaderSource } from '../loops/loaders.ts'
import type { LoopContext, LoopOptions } from '../loops/loop-context.ts'
import { MetricStore } from '../loops/metrics.ts'
import { PredictionLoop } from '../loops/prediction-loop.ts'
import { Progress } from '../loops/progress.ts'
import type { Loaders, Stage } from '../module/data-hooks.ts'
import { DataModule } from '../module/data-module.ts'
import type { TrainingModule } from '../module/training-module.ts'
import { precisionPlugin } from '../precision/precision.ts'
import { profileAccelerator } from '../profiler/profile-accelerator.ts'
import type { OnHost } from '../strategy/batch-to-device.ts'
import { SingleDeviceStrategy } from '../strategy/single-device-strategy.ts'
import type { Strategy } from '../strategy/strategy.ts'
import { currentAccelerator } from '../tensor/accelerator-in-use.ts'
import {
  checkMode,
  checkModule,
  checkNotInStep,
  describe,
  requireMethods,
  requireStep,
  warnOfValidation,
} from './checks.ts'
import { requireFitCheckpoint, type WholeCheckpoint } from './fit-checkpoint.ts'
import { hasNoEnd, loopOptions, type TrainerOptions } from './options.ts'
import { Run } from './run.ts'

/** Data of a fit. What is not here comes from the module's own loaders. */
export interface FitData<Batch> {
  readonly train?: Batches<OnHost<Batch>>
  /** Validated when `valCheckInterval` and `checkValEveryNEpoch` say, if the module has a `validationStep`. */
  readonly val?: Loaders<Batch>
}

export interface FitOptions {
  /** A saved fit that this one goes on from. */
  readonly checkpoint?: Checkpoint
}

/** What a run gets: loaders, and where more may come from. */
interface RunData {
  readonly given: GivenLoaders
  readonly dataModule: DataModule | null
}

/** Trains, validates, tests and predicts. It holds options and results; the loops do the work. */
export class Trainer {
  readonly options: TrainerOptions
  readonly #loopOptions: LoopOptions
  readonly #callbacks: readonly Callback[]
  #progress = new Progress()
  #metrics = new MetricStore()
  #lastFit: Run | null = null

  /** @throws MisconfigurationError when options contradict each other or are out of range */
  constructor(options: TrainerOptions = {}) {
    this.options = options
    this.#loopOptions = loopOptions(options)
    this.#callbacks = callbacksOf(options)
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

  /** What was logged for loggers, as of the last epoch end. */
  get loggedMetrics(): Readonly<Record<string, number>> {
    return this.#metrics.loggedMetrics
  }

  /** What was logged for the progress bar, as of the last epoch end. */
  get progressBarMetrics(): Readonly<Record<string, number>> {
    return this.#metrics.progBarMetrics
  }

  /**
   * Trains `module`. Afterwards, also after a throw, its parameters are on the host and usable.
   *
   * @param data - loaders, or a data module; without, the module's own loaders
   * @param options.checkpoint - goes on from there as if the fit had never ended: with the next batch, or the next epoch
   * @throws MisconfigurationError when options, module and data do not go together, or with the checkpoint
   */
  async fit<Batch>(
    module: TrainingModule<Batch>,
    data?: FitData<Batch> | DataModule<Batch>,
    { checkpoint }: FitOptions = {},
  ): Promise<void> {
    const runData = dataOf(data, (given) => Object(given) as GivenLoaders)
    const loaders = this.#loaders('fit', module, runData)
    if (!loaders.has('train')) {
      throw new MisconfigurationError(
        `fit: takes { train, val }, got ${describe(data)} without train; pass { train: loader }`,
      )
    }
    checkModule('fit', module)
    requireMethods(module)
    checkMode(module, this.#loopOptions)
    warnOfValidation(module, loaders.has('val'))
    if (hasNoEnd(this.options)) {
      console.warn('fit: nothing says when it ends, it trains for 1000 epochs; set maxEpochs, maxSteps or maxTime')
    }
    const resumed = checkpoint === undefined ? null : requireFitCheckpoint(checkpoint)
    this.#progress = new Progress()
    this.#metrics = new MetricStore()
    const run = { ...runData, loaders, resumed }
    await this.#run('fit', module, run, (context) => new FitLoop(context, resumed).run())
  }

  /**
   * All that the last fit needs to go on, for `fit(module, data, { checkpoint })`.
   *
   * @param options.weightsOnly - default false; true leaves out all but the weights
   * @throws MisconfigurationError before the first fit
   */
  async dumpCheckpoint(options: { readonly weightsOnly?: boolean } = {}): Promise<Checkpoint> {
    if (this.#lastFit === null) {
      throw new MisconfigurationError('dumpCheckpoint: there is nothing to save, got no fit yet; call fit() first')
    }
    return this.#lastFit.dumpCheckpoint(options)
  }

  /** Runs `validationStep` over `data`, or the module's own loaders. @returns what was logged of the epoch */
  async validate<Batch>(
    module: TrainingModule<Batch>,
    data?: Loaders<Batch> | DataModule<Batch>,
  ): Promise<Readonly<Record<string, number>>> {
    requireStep(module, 'validationStep', 'validate')
    return this.#over('val', module, data, (context) => new EvaluationLoop(context, 'Validation').run())
  }

  /** Runs `testStep` over `data`, or the module's own loaders. @returns what was logged of the epoch */
  async test<Batch>(
    module: TrainingModule<Batch>,
    data?: Loaders<Batch> | DataModule<Batch>,
  ): Promise<Readonly<Record<string, number>>> {
    requireStep(module, 'testStep', 'test')
    return this.#over('test', module, data, (context) => new EvaluationLoop(context, 'Test').run())
  }

  /**
   * What `predictStep`, or else `forward`, makes of each batch of `data`, or of the module's own loaders. Of several loaders
   * a list for each.
   */
  async predict<Batch>(module: TrainingModule<Batch>, data?: Loaders<Batch> | DataModule<Batch>): Promise<unknown[]> {
    checkModule('predict', module)
    return this.#over('predict', module, data, (context) => new PredictionLoop(context).run())
  }

  /** A run over data of one kind. */
  #over<Result>(
    kind: 'val' | 'test' | 'predict',
    module: TrainingModule,
    data: unknown,
    body: (context: LoopContext) => Promise<Result>,
  ): Promise<Result> {
    const stage = kind === 'val' ? 'validate' : kind
    const runData = dataOf(data, (given) => ({ [kind]: given }))
    const loaders = this.#loaders(stage, module, runData)
    if (!loaders.has(kind)) {
      throw new MisconfigurationError(
        `${stage}: batches come from what can be iterated, got ${describe(data)}; pass a DataLoader, say`,
      )
    }
    return this.#run(stage, module, { ...runData, loaders }, body)
  }

  #loaders(stage: Stage, module: TrainingModule, { given, dataModule }: RunData): LoaderSource {
    const { overfitBatches = 0 } = this.options
    const unshuffled: LoaderKind[] = overfitBatches > 0 ? ['train', 'val', 'test'] : []
    const owners = dataModule === null ? [Object(module) as TrainingModule] : [dataModule, Object(module)]
    return new LoaderSource(stage, given, { owners, unshuffled: new Set(unshuffled) })
  }

  #run<Result>(
    stage: Stage,
    module: TrainingModule,
    {
      loaders,
      dataModule,
      resumed = null,
    }: RunData & {
      readonly loaders: LoaderSource
      readonly resumed?: WholeCheckpoint | null
    },
    body: (context: LoopContext) => Promise<Result>,
  ): Promise<Result> {
    checkNotInStep(stage, module)
    const { fastDevRun = false, detectAnomaly = false, signal = null } = this.options
    const run = new Run({
      stage,
      module,
      dataModule,
      loaders,
      strategy: this.#strategy(),
      options: this.#loopOptions,
      callbacks: this.#callbacks,
      loggers: fastDevRun ? [] : loggersOf(this.options),
      progress: this.#progress,
      metrics: this.#metrics,
      fastDevRun: Boolean(fastDevRun),
      detectAnomaly,
      signal,
      profiler: this.options.profiler ?? null,
      resumed,
    })
    if (stage === 'fit') this.#lastFit = run
    return run.run(body)
  }

  #strategy(): Strategy {
    const { strategy, accelerator, precision = '32-true', profiler } = this.options
    if (strategy !== undefined) return strategy
    const asked: Accelerator = accelerator ?? currentAccelerator().accelerator
    const chosen = profiler === undefined ? asked : profileAccelerator(asked, profiler)
    return new SingleDeviceStrategy(chosen, precisionPlugin(precision))
  }
}

/** Those that were given, and those that options ask for. */
function callbacksOf(options: TrainerOptions): readonly Callback[] {
  const { callbacks = [], enableProgressBar = true, enableModelSummary = false, maxTime } = options
  const { enableCheckpointing = true, defaultRootDir } = options
  const has = (kind: typeof ProgressBar | typeof ModelSummary | typeof ModelCheckpoint) =>
    callbacks.some((callback) => callback instanceof kind)
  const summary = enableModelSummary && !has(ModelSummary) ? [new ModelSummary()] : []
  const bar = enableProgressBar && !has(ProgressBar) ? [new ProgressBar()] : []
  const after = maxTime === undefined ? [] : [new Timer({ duration: maxTime })]
  const saves = enableCheckpointing && defaultRootDir !== undefined && !has(ModelCheckpoint)
  // Behind all others: it saves what they leave.
  const saving = saves ? [new ModelCheckpoint({ store: defaultRootDir })] : []
  return [...summary, ...bar, ...callbacks, ...after, ...saving]
}

function loggersOf({ logger = false }: TrainerOptions): readonly Logger[] {
  return logger === false ? [] : [logger].flat()
}

function dataOf(data: unknown, given: (data: unknown) => GivenLoaders): RunData {
  if (data instanceof DataModule) return { given: {}, dataModule: data }
  return { given: data === undefined ? {} : given(data), dataModule: null }
}
