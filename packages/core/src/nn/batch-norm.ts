import { ShapeError } from '../errors/errors.ts'
import { formatShape } from '../graph/spec.ts'
import { type CreationOptions, ones, zeros } from '../tensor/creation.ts'
import { defaultDType } from '../tensor/default-dtype.ts'
import { Buffer, Parameter } from '../tensor/parameter.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { batchNorm } from './functional/batch-norm.ts'
import { checkCount, checkEps, checkNumber } from './functional/check-option.ts'
import { Module } from './module.ts'

export interface BatchNormOptions extends CreationOptions {
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number
  /** The share of each batch in the running statistics; null: they are the mean over all batches. Default 0.1. */
  readonly momentum?: number | null
  /** Whether scale and shift are learned. Default true. */
  readonly affine?: boolean
  /** Whether running statistics are kept, and used in evaluation. Default true. */
  readonly trackRunningStats?: boolean
}

/**
 * Normalises each channel to mean 0 and variance 1 over the batch, then scales and shifts; in evaluation with the running
 * statistics, which training moves; see `batchNorm`.
 */
export abstract class BatchNorm extends Module {
  /** Scale, `[numFeatures]`; begins as ones. */
  readonly weight: Parameter | null
  /** Shift, `[numFeatures]`; begins as zeros. */
  readonly bias: Parameter | null
  /** `[numFeatures]`; begins as zeros. */
  readonly runningMean: Buffer | null
  /** `[numFeatures]`; begins as ones. */
  readonly runningVar: Buffer | null
  /** How many batches moved the running statistics: int32 (PyTorch's is int64). */
  readonly numBatchesTracked: Buffer | null
  readonly numFeatures: number
  /** The share of each batch in the running statistics; null: they are the mean over all batches. */
  momentum: number | null
  readonly #eps: number

  constructor(numFeatures: number, options: BatchNormOptions = {}) {
    super()
    const { eps = 1e-5, momentum = 0.1, affine = true, trackRunningStats = true, dtype = defaultDType() } = options
    checkNormOptions(this.constructor.name, numFeatures, eps, momentum)
    const shape = [numFeatures]
    this.numFeatures = numFeatures
    this.#eps = eps
    this.momentum = momentum
    this.weight = affine ? new Parameter(ones(shape, { dtype })) : null
    this.bias = affine ? new Parameter(zeros(shape, { dtype })) : null
    this.runningMean = trackRunningStats ? new Buffer(zeros(shape, { dtype })) : null
    this.runningVar = trackRunningStats ? new Buffer(ones(shape, { dtype })) : null
    this.numBatchesTracked = trackRunningStats ? new Buffer(zeros([], { dtype: 'int32' })) : null
  }

  /** Numbers of dimensions that the input may have. */
  protected abstract readonly dimensions: readonly number[]

  /**
   * @param x - floats `[batch, numFeatures, …]`
   * @throws ShapeError when `x` has other dimensions or channels, and in training with one value in each channel
   */
  forward(x: Tensor): Tensor {
    checkChannels(this.constructor.name, x, { dimensions: this.dimensions, channelAxis: 1, channels: this.numFeatures })
    const { runningMean, runningVar, weight, bias } = this
    const training = this.training || runningMean === null
    const momentum = this.momentum ?? this.#shareOfBatch()
    const y = batchNorm(x, { runningMean, runningVar, weight, bias, training, momentum, eps: this.#eps })
    const { numBatchesTracked } = this
    if (this.training) numBatchesTracked?.assign(numBatchesTracked.add(1))
    return y
  }

  /** Puts the running statistics back to where they began. */
  resetRunningStats(): void {
    const { runningMean, runningVar, numBatchesTracked } = this
    runningMean?.assign(zeros(runningMean.shape, { dtype: runningMean.dtype }))
    runningVar?.assign(ones(runningVar.shape, { dtype: runningVar.dtype }))
    numBatchesTracked?.assign(zeros([], { dtype: 'int32' }))
  }

  /** 1 / n for the n-th batch: with that as momentum the running statistics are means over the batches. */
  #shareOfBatch(): number | Tensor {
    if (!this.training || this.numBatchesTracked === null) return 0
    const dtype = this.runningMean?.dtype === 'float64' ? 'float64' : 'float32'
    return this.numBatchesTracked.add(1).to(dtype).reciprocal()
  }
}

/** What a layer that normalises channels takes. */
export interface ChannelInput {
  readonly dimensions: readonly number[]
  readonly channelAxis: number
  readonly channels: number
}

/** @throws ShapeError when the input has other dimensions or channels */
export function checkChannels(who: string, x: Tensor, { dimensions, channelAxis, channels }: ChannelInput): void {
  if (!dimensions.includes(x.ndim)) {
    throw new ShapeError(`${who}: takes ${dimensions.join(' or ')} dimensions, got ${formatShape(x.shape)}`)
  }
  if (x.shape[channelAxis] !== channels) {
    throw new ShapeError(`${who}: the input has ${channels} channels, got ${formatShape(x.shape)}`)
  }
}

/** Checks what batch and instance norms are made with. @throws OutOfRangeError */
export function checkNormOptions(who: string, numFeatures: number, eps: number, momentum: number | null): void {
  checkCount(who, 'numFeatures', numFeatures)
  checkEps(who, eps)
  if (momentum !== null) checkNumber(who, 'momentum', momentum)
}

/** Batch norm of `[batch, numFeatures]` or `[batch, numFeatures, length]`; see `BatchNorm`. */
export class BatchNorm1d extends BatchNorm {
  protected override readonly dimensions: readonly number[] = [2, 3]
}

/** Batch norm of images `[batch, numFeatures, height, width]`; see `BatchNorm`. */
export class BatchNorm2d extends BatchNorm {
  protected override readonly dimensions: readonly number[] = [4]
}

/** Batch norm of volumes `[batch, numFeatures, depth, height, width]`; see `BatchNorm`. */
export class BatchNorm3d extends BatchNorm {
  protected override readonly dimensions: readonly number[] = [5]
}
