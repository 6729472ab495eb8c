import { type CreationOptions, ones, zeros } from '../tensor/creation.ts'
import { defaultDType } from '../tensor/default-dtype.ts'
import { Buffer, Parameter } from '../tensor/parameter.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { checkChannels, checkNormOptions } from './batch-norm.ts'
import { instanceNorm } from './functional/instance-norm.ts'
import { Module } from './module.ts'

export interface InstanceNormOptions extends CreationOptions {
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number
  /** The share of each batch in the running statistics; null for 0: they stay. Default 0.1. */
  readonly momentum?: number | null
  /** Whether scale and shift are learned. Default false. */
  readonly affine?: boolean
  /** Whether running statistics are kept, and used in evaluation. Default false. */
  readonly trackRunningStats?: boolean
}

/** Normalises each channel of each instance to mean 0 and variance 1; see `instanceNorm`. */
abstract class InstanceNorm extends Module {
  /** Scale, `[numFeatures]`; begins as ones. */
  readonly weight: Parameter | null
  /** Shift, `[numFeatures]`; begins as zeros. */
  readonly bias: Parameter | null
  /** `[numFeatures]`; begins as zeros. */
  readonly runningMean: Buffer | null
  /** `[numFeatures]`; begins as ones. */
  readonly runningVar: Buffer | null
  /** Stays 0: as in PyTorch, it is there for the state dict alone. */
  readonly numBatchesTracked: Buffer | null
  readonly numFeatures: number
  readonly #eps: number
  readonly #momentum: number

  constructor(numFeatures: number, options: InstanceNormOptions = {}) {
    super()
    const { eps = 1e-5, momentum = 0.1, affine = false, trackRunningStats = false, dtype = defaultDType() } = options
    checkNormOptions(this.constructor.name, numFeatures, eps, momentum)
    const shape = [numFeatures]
    this.numFeatures = numFeatures
    this.#eps = eps
    this.#momentum = momentum ?? 0
    this.weight = affine ? new Parameter(ones(shape, { dtype })) : null
    this.bias = affine ? new Parameter(zeros(shape, { dtype })) : null
    this.runningMean = trackRunningStats ? new Buffer(zeros(shape, { dtype })) : null
    this.runningVar = trackRunningStats ? new Buffer(ones(shape, { dtype })) : null
    this.numBatchesTracked = trackRunningStats ? new Buffer(zeros([], { dtype: 'int32' })) : null
  }

  /** Number of spatial dimensions. */
  protected abstract readonly spatial: number

  /**
   * @param x - floats `[batch, numFeatures, …spatial]`, or without batch
   * @throws ShapeError when `x` has other dimensions or channels, or one element in each
   */
  forward(x: Tensor): Tensor {
    const { spatial, numFeatures: channels } = this
    const isBatch = x.ndim === spatial + 2
    checkChannels(this.constructor.name, x, {
      dimensions: [spatial + 1, spatial + 2],
      channelAxis: isBatch ? 1 : 0,
      channels,
    })
    return isBatch ? this.#normalize(x) : this.#normalize(x.unsqueeze(0)).squeeze(0)
  }

  #normalize(x: Tensor): Tensor {
    const { runningMean, runningVar, weight, bias } = this
    const useInputStats = this.training || runningMean === null
    const [momentum, eps] = [this.#momentum, this.#eps]
    return instanceNorm(x, { runningMean, runningVar, weight, bias, useInputStats, momentum, eps })
  }
}

/** Instance norm of `[batch, numFeatures, length]`; see `InstanceNorm`. */
export class InstanceNorm1d extends InstanceNorm {
  protected override readonly spatial: number = 1
}

/** Instance norm of images `[batch, numFeatures, height, width]`; see `InstanceNorm`. */
export class InstanceNorm2d extends InstanceNorm {
  protected override readonly spatial: number = 2
}

/** Instance norm of volumes `[batch, numFeatures, depth, height, width]`; see `InstanceNorm`. */
export class InstanceNorm3d extends InstanceNorm {
  protected override readonly spatial: number = 3
}
