import type { EpochMetric } from '../metrics/metric.ts'
import type { LRSchedulerLike } from '../optim/lr-scheduler/lr-scheduler.ts'
import type { Optimizer } from '../optim/optimizer.ts'
import type { GradientClipAlgorithm } from '../precision/precision-plugin.ts'
import type { WrappedOptimizer } from '../strategy/wrapped-optimizer.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** How the values of an epoch become one. */
export type ReduceFx = 'mean' | 'sum' | 'min' | 'max'

/** How a value is logged. Where both `onStep` and `onEpoch` are true, the names end in `_step` and `_epoch`. */
export interface LogOptions {
  /** Shown in the progress bar. Default false. */
  readonly progBar?: boolean
  /** Handed to loggers. Default true. */
  readonly logger?: boolean
  /** Each step's value is kept. Default: true in training steps. */
  readonly onStep?: boolean
  /** The epoch's value is kept. Default: true outside training steps. */
  readonly onEpoch?: boolean
  /** What the epoch's value is of its steps'. Default `'mean'`. */
  readonly reduceFx?: ReduceFx
  /** Weight of this value in the epoch's mean. Default: the first dimension of the batch's first tensor. */
  readonly batchSize?: number
  /** Where several processes train, whether the epoch's mean or sum is that of all of them. Default false. */
  readonly syncDist?: boolean
  /** Whether the name ends with the number of the loader, where there are several. Default true. */
  readonly addDataloaderIdx?: boolean
}

/** What a module sees of its run. */
export interface RunningTrainer {
  /** Number of the running epoch, from 0. */
  readonly currentEpoch: number
  /** Training batches that ended with an optimizer step. */
  readonly globalStep: number
  /** Batches whose gradients make one step now. */
  readonly accumulateGradBatches: number
  /** Whether the running training batch is the last of its epoch. */
  readonly isLastBatch: boolean
  /**
   * Steps that the whole fit will take, from epochs, batches, accumulation and `maxSteps`; `Infinity` without an end. In
   * `configureOptimizers` it says how long a schedule is to be.
   */
  readonly estimatedSteppingBatches: number
  /** Whether the validation before the training is on. */
  readonly sanityChecking: boolean
  /** Metrics as plain numbers, as of the last epoch end, and of validation runs. */
  readonly callbackMetrics: Readonly<Record<string, number>>
  /** True ends the fit after the running batch, once `minEpochs` and `minSteps` are done. */
  shouldStop: boolean
}

/** What a running loop gives its module. */
export interface ModuleHost {
  readonly globalStep: number
  readonly currentEpoch: number
  readonly trainer: RunningTrainer
  readonly optimizers: readonly WrappedOptimizer[]
  readonly lrSchedulers: readonly LRSchedulerLike[]
  log(name: string, value: Tensor | number | EpochMetric, options: LogOptions): void
  /** A batch of host arrays as tensors. */
  batchToDevice(batch: unknown): unknown
  manualBackward(loss: Tensor): Promise<void>
  unscaleGradients(optimizer: Optimizer): void
  clipGradients(optimizer: Optimizer, clipValue: number, algorithm: GradientClipAlgorithm): void
}
