import type { EpochMetric } from '../metrics/metric.ts'
import type { LRSchedulerLike } from '../optim/lr-scheduler/lr-scheduler.ts'
import type { Optimizer } from '../optim/optimizer.ts'
import type { GradientClipAlgorithm } from '../precision/precision-plugin.ts'
import type { WrappedOptimizer } from '../strategy/wrapped-optimizer.ts'
import type { Tensor } from '../tensor/tensor.ts'

export interface LogOptions {
  /** Shown in the progress bar. Default false. */
  readonly progBar?: boolean
  /** Each step's value is kept. Default: true in training steps. */
  readonly onStep?: boolean
  /** The mean over the epoch is kept. Default: true outside training steps. */
  readonly onEpoch?: boolean
  /** Weight of this value in the epoch's mean. Default: the first dimension of the batch's first tensor. */
  readonly batchSize?: number
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
  /** Metrics as plain numbers, as of the last epoch end, and of validation runs. */
  readonly callbackMetrics: Readonly<Record<string, number>>
  /** True ends the fit after the running batch. */
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
  manualBackward(loss: Tensor): Promise<void>
  clipGradients(optimizer: Optimizer, clipValue: number, algorithm: GradientClipAlgorithm): void
}
