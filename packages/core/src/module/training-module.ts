import { MisconfigurationError } from '../errors/errors.ts'
import type { EpochMetric } from '../metrics/metric.ts'
import type { LRSchedulerLike } from '../optim/lr-scheduler/lr-scheduler.ts'
import type { Optimizer } from '../optim/optimizer.ts'
import type { GradientClipAlgorithm } from '../precision/precision-plugin.ts'
import type { OnHost } from '../strategy/batch-to-device.ts'
import type { WrappedOptimizer } from '../strategy/wrapped-optimizer.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { unwrapped, type WrapsOptimizer } from './configured.ts'
import type { Awaitable } from './data-hooks.ts'
import type { LogOptions, ModuleHost, RunningTrainer } from './module-host.ts'
import type { OptimizerConfig } from './optimizer-config.ts'
import { TrainingHooks } from './training-hooks.ts'

/** What a step may return: the loss, an object with the loss and more, or nothing. */
export type StepOutput = Tensor | { readonly loss: Tensor; readonly [name: string]: unknown } | null

/** What a step of manual optimization or of evaluation may return. */
export type FreeStepOutput = Tensor | { readonly [name: string]: unknown } | null | undefined | void

export interface OptimizerStepOptions {
  readonly epoch: number
  readonly batchIdx: number
  readonly optimizer: WrappedOptimizer
  readonly optimizerIdx: number
  /** Forward, zeroGrad and backward; an override must see to it that it runs. */
  readonly optimizerClosure: () => Promise<Tensor | null>
}

export interface LoadFromCheckpointOptions {
  readonly hyperParameters?: Readonly<Record<string, unknown>>
  readonly strict?: boolean
}

export interface ZeroGradOptions {
  readonly epoch: number
  readonly batchIdx: number
  readonly optimizer: Optimizer
  readonly optimizerIdx: number
}

export interface GradientClippingOptions {
  readonly optimizer: Optimizer
  readonly optimizerIdx: number
  /** Null when the Trainer was given none. */
  readonly gradientClipVal: number | null
  readonly gradientClipAlgorithm: GradientClipAlgorithm | null
}

/**
 * A module that knows how it is trained: its step, its optimizers, and hooks for everything the loop does. Subclass it,
 * write `trainingStep` and `configureOptimizers`, and hand it to a Trainer.
 */
export abstract class TrainingModule<Batch = unknown> extends TrainingHooks<Batch> {
  /** Whether the loop zeroes, goes backward and steps. False: `trainingStep` does all that itself. */
  automaticOptimization = true
  #host: ModuleHost | null = null
  #hyperParameters: Readonly<Record<string, unknown>> | null = null

  /** What the module was made with, as `saveHyperparameters` was told; null without. */
  get hyperParameters(): Readonly<Record<string, unknown>> | null {
    return this.#hyperParameters
  }

  /**
   * Notes what the module is made with. Loggers get it when a fit begins, and checkpoints keep it, so that `loadFromCheckpoint`
   * can make the module anew. Called again, it adds.
   *
   * @param hyperParameters - the argument of the constructor: plain data
   */
  saveHyperparameters(hyperParameters: Readonly<Record<string, unknown>>): void {
    this.#hyperParameters = structuredClone({ ...this.#hyperParameters, ...hyperParameters })
  }

  /**
   * A module of this class with the weights of a checkpoint, made with the hyper-parameters that were saved.
   *
   * @param checkpoint - what `readCheckpoint` or `decodeCheckpoint` gave
   * @param options.hyperParameters - in place of saved ones of these names
   * @param options.strict - default true; false loads the weights that fit by name
   * @throws MisconfigurationError or ShapeError naming everything that does not fit
   */
  static async loadFromCheckpoint<Made extends Pick<TrainingModule, 'onLoadCheckpoint' | 'loadStateDict'>>(
    this: new (
      hyperParameters: never,
    ) => Made,
    checkpoint: Readonly<Record<string, unknown>>,
    { hyperParameters = {}, strict = true }: LoadFromCheckpointOptions = {},
  ): Promise<Made> {
    const { stateDict, hyperParameters: saved } = Object(checkpoint) as {
      stateDict?: unknown
      hyperParameters?: object
    }
    if (!(stateDict instanceof Map)) {
      throw new MisconfigurationError(
        `loadFromCheckpoint: takes a checkpoint, got ${typeof checkpoint} without stateDict; pass what readCheckpoint() gave`,
      )
    }
    const module = new this({ ...saved, ...hyperParameters } as never)
    await module.onLoadCheckpoint(checkpoint)
    module.loadStateDict(stateDict, { strict })
    return module
  }

  /**
   * One batch. In automatic optimization the returned loss is differentiated; null skips the backward pass.
   *
   * @param batchIdx - number of the batch in its epoch, from 0
   * @param optimizerIdx - number of the optimizer, 0 with a single one
   */
  abstract trainingStep(batch: Batch, batchIdx: number, optimizerIdx: number): Awaitable<FreeStepOutput>

  /** The optimizers, and with them the learning rate schedulers. */
  abstract configureOptimizers(): OptimizerConfig

  /**
   * The outputs of all training batches of an epoch, before `onTrainEpochEnd`. With several optimizers in automatic
   * optimization a list for each of them.
   *
   * @param outputs - on the host: scalars as numbers, other tensors as nested arrays
   */
  trainingEpochEnd?(outputs: readonly unknown[]): Awaitable<void>
  /** The same of a validation run, before `onValidationEpochEnd`. */
  validationEpochEnd?(outputs: readonly unknown[]): Awaitable<void>

  /** @param dataloaderIdx - number of the loader, 0 with a single one */
  validationStep?(batch: Batch, batchIdx: number, dataloaderIdx: number): Awaitable<FreeStepOutput>
  testStep?(batch: Batch, batchIdx: number, dataloaderIdx: number): Awaitable<FreeStepOutput>
  /** What the model makes of a batch; by default `forward(batch)`. */
  predictStep?(batch: Batch, batchIdx: number, dataloaderIdx: number): unknown

  /** By default every host array in the batch becomes a tensor, with the dtype of the precision where there is one. */
  transferBatchToDevice(batch: OnHost<Batch>, _dataloaderIdx: number): Awaitable<Batch> {
    return this.host.batchToDevice(batch) as Batch
  }

  /** Comes before a validation with which no window of accumulation is open. In manual optimization gradients are kept. */
  onValidationModelZeroGrad(): Awaitable<void> {
    if (this.automaticOptimization) this.zeroGrad()
  }

  /** Adds up the gradients of `loss`. */
  backward(loss: Tensor): Awaitable<void> {
    loss.backward()
  }

  /** One step of one optimizer; by default `optimizer.step(optimizerClosure)`. */
  async optimizerStep({ optimizer, optimizerClosure }: OptimizerStepOptions): Promise<void> {
    await optimizer.step(optimizerClosure)
  }

  /** Forgets the gradients before a backward pass. */
  optimizerZeroGrad({ optimizer }: ZeroGradOptions): Awaitable<void> {
    optimizer.zeroGrad()
  }

  /** Clips gradients before an update; by default as the Trainer was told. Call `clipGradients` in an override. */
  configureGradientClipping({
    optimizer,
    gradientClipVal,
    gradientClipAlgorithm,
  }: GradientClippingOptions): Awaitable<void> {
    this.clipGradients(optimizer, { gradientClipVal, gradientClipAlgorithm })
  }

  /** Moves a scheduler on; `metric` is what a plateau scheduler monitors. */
  lrSchedulerStep(scheduler: LRSchedulerLike, metric: number | null): Awaitable<void> {
    if (metric === null) scheduler.step()
    else scheduler.step(metric)
  }

  /**
   * Clips the gradients of `optimizer`; null clips nothing.
   *
   * @param optimizer - as hooks give it, or wrapped as `optimizers()` does in manual optimization
   * @param options.gradientClipAlgorithm - default `'norm'`
   * @throws TypeError for a value that is no number, MisconfigurationError for an algorithm that there is not
   */
  clipGradients(
    optimizer: Optimizer | WrapsOptimizer,
    {
      gradientClipVal,
      gradientClipAlgorithm = null,
    }: { readonly gradientClipVal: number | null; readonly gradientClipAlgorithm?: GradientClipAlgorithm | null },
  ): void {
    if (gradientClipVal === null) return
    if (typeof gradientClipVal !== 'number') {
      throw new TypeError(`clipGradients: gradientClipVal is a number or null, got ${typeof gradientClipVal}`)
    }
    const algorithm = gradientClipAlgorithm ?? 'norm'
    if (algorithm !== 'norm' && algorithm !== 'value') {
      throw new MisconfigurationError(
        `clipGradients: gradientClipAlgorithm is 'norm' or 'value', got ${JSON.stringify(algorithm)}`,
      )
    }
    this.host.clipGradients(unwrapped(optimizer), gradientClipVal, algorithm)
  }

  /**
   * In manual optimization: brings the gradients of `optimizer` to their true size before they are looked at or changed;
   * `clipGradients` and `optimizer.step()` do it of themselves. A second call changes nothing; only '16-mixed' scales any.
   *
   * @param optimizer - as `optimizers()` gives it
   */
  unscaleGradients(optimizer: Optimizer | WrapsOptimizer): void {
    this.host.unscaleGradients(unwrapped(optimizer))
  }

  /**
   * In manual optimization: adds up the gradients of `loss`, with the precision's scaling and the backward hooks. Await it.
   *
   * @throws MisconfigurationError in automatic optimization
   */
  manualBackward(loss: Tensor): Promise<void> {
    if (this.automaticOptimization) {
      throw new MisconfigurationError(
        'manualBackward: is for manual optimization, got automaticOptimization = true; set it to false, or return the loss from trainingStep',
      )
    }
    return this.host.manualBackward(loss)
  }

  /** The only optimizer. @throws MisconfigurationError when there is another number of them */
  optimizer(): WrappedOptimizer {
    const { optimizers } = this.host
    if (optimizers.length !== 1) {
      throw new MisconfigurationError(`optimizer: there is not exactly one, got ${optimizers.length}; use optimizers()`)
    }
    return optimizers[0]!
  }

  /** All optimizers, in the order in which they were configured. */
  optimizers<N extends number = number>(): Tuple<WrappedOptimizer, N> {
    return this.host.optimizers as Tuple<WrappedOptimizer, N>
  }

  /** The only scheduler. @throws MisconfigurationError when there is another number of them */
  lrScheduler(): LRSchedulerLike {
    const { lrSchedulers } = this.host
    if (lrSchedulers.length !== 1) {
      throw new MisconfigurationError(
        `lrScheduler: there is not exactly one, got ${lrSchedulers.length}; use lrSchedulers()`,
      )
    }
    return lrSchedulers[0]!
  }

  /** All schedulers, in the order in which they were configured. */
  lrSchedulers<N extends number = number>(): Tuple<LRSchedulerLike, N> {
    return this.host.lrSchedulers as Tuple<LRSchedulerLike, N>
  }

  /**
   * Notes a metric. Costs no read-back: values stay on the device until someone looks at them.
   *
   * @param value - a number, a tensor of one element, or a `Metric`, which is computed and reset when the epoch ends
   * @throws MisconfigurationError when the tensor has more
   */
  log(name: string, value: Tensor | number | EpochMetric, options: LogOptions = {}): void {
    this.host.log(name, value, options)
  }

  /** Notes several metrics in one way. @throws MisconfigurationError as `log` does */
  logDict(metrics: Readonly<Record<string, Tensor | number | EpochMetric>>, options: LogOptions = {}): void {
    for (const [name, value] of Object.entries(metrics)) this.log(name, value, options)
  }

  /** The run that the module is in. @throws MisconfigurationError when it is in none */
  get trainer(): RunningTrainer {
    return this.host.trainer
  }

  /** Training batches that ended with an optimizer step, over all epochs. */
  get globalStep(): number {
    return this.#host?.globalStep ?? 0
  }

  /** Number of the running epoch, from 0. */
  get currentEpoch(): number {
    return this.#host?.currentEpoch ?? 0
  }

  /** What the loop gives the module for the time of a run. */
  get host(): ModuleHost {
    if (this.#host === null) {
      throw new MisconfigurationError(
        `${this.constructor.name}: is not being trained; optimizers(), log() and their like work inside a Trainer's hooks and steps`,
      )
    }
    return this.#host
  }

  /** Whether a Trainer is running it. */
  get isRunning(): boolean {
    return this.#host !== null
  }

  /** For the Trainer: begins a run, or ends one with what this gave when it began. */
  attach(host: ModuleHost | null): ModuleHost | null {
    const before = this.#host
    this.#host = host
    return before
  }
}

type Tuple<T, N extends number, Found extends readonly T[] = []> = number extends N
  ? readonly T[]
  : Found['length'] extends N
    ? Found
    : Tuple<T, N, readonly [...Found, T]>
