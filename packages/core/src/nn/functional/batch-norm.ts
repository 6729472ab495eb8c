import { DTypeError, MisconfigurationError, ShapeError } from '../../errors/errors.ts'
import { stopGradient } from '../../graph/alias.ts'
import * as build from '../../graph/build.ts'
import { batchNorm as batchNormValue, normalizeChannels } from '../../graph/composites/batch-norm.ts'
import { numberValue } from '../../graph/record.ts'
import { formatShape, formatSpec } from '../../graph/spec.ts'
import type { Value } from '../../graph/value.ts'
import { requireFloat } from '../../tensor/operand.ts'
import { Buffer } from '../../tensor/parameter.ts'
import { Tensor } from '../../tensor/tensor.ts'
import { checkEps, checkNumber, checkShapeOf } from './check-option.ts'

/** Statistics, scale and shift of channels, `[channels]` each. */
export interface ChannelNormInputs {
  /** Running means: used in evaluation, moved in training, for which it is a `Buffer`. Default null: there are none. */
  readonly runningMean?: Tensor | null
  /** Running variances, likewise. */
  readonly runningVar?: Tensor | null
  /** Scale; null (default) for 1. */
  readonly weight?: Tensor | null
  /** Shift; null (default) for 0. */
  readonly bias?: Tensor | null
  /** The share of the batch in the running statistics; a 0-d tensor if it is computed. Default 0.1. */
  readonly momentum?: number | Tensor
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number
}

export interface BatchNormInputs extends ChannelNormInputs {
  /** Whether the batch's statistics are used and the running ones moved. Default false. */
  readonly training?: boolean
}

/**
 * (x − E[x]) / √(Var[x] + ε)·w + b in each channel, mean and (biased) variance over the batch and all else in training, the
 * running ones in evaluation (Ioffe and Szegedy 2015). In training the running statistics become
 * (1 − momentum)·running + momentum·batch, with the unbiased variance of the batch: the step's commit realises them.
 *
 * @param x - floats `[batch, channels, …]`
 * @throws ShapeError when weight, bias or statistics are not `[channels]`, or in training with one value in each channel
 * @throws DTypeError when dtypes differ or are no floats; for half types the others may be float32
 * @throws MisconfigurationError in evaluation without running statistics, and in training with some that are no `Buffer`
 */
export function batchNorm(x: Tensor, { training = false, ...inputs }: BatchNormInputs = {}): Tensor {
  const { runningMean, runningVar, weight, bias, momentum, eps } = checkChannelNorm('batchNorm', x, inputs)
  if (!training) {
    if (runningMean === null || runningVar === null) {
      throw new MisconfigurationError(
        `batchNorm: evaluation needs running statistics, got none; pass runningMean and runningVar, or training`,
      )
    }
    const statistics = { mean: stopGradient(runningMean.value), variance: stopGradient(runningVar.value) }
    return new Tensor(normalizeChannels(x.value, statistics, weight, bias, eps))
  }
  const buffers = runningBuffers('batchNorm', runningMean, runningVar)
  if (x.numel === 0) return new Tensor(withoutStatistics(x.value, weight, bias))
  const count = x.numel / x.shape[1]!
  if (count === 1) {
    throw new ShapeError(
      `batchNorm: training needs more than one value in each channel, got ${formatShape(x.shape)}; use a larger batch, or eval()`,
    )
  }
  const [y, mean, variance] = batchNormValue(x.value, weight, bias, eps)
  if (buffers !== null) {
    moveTowards(buffers.mean, mean, momentum)
    moveTowards(buffers.variance, unbiased(variance, count), momentum)
  }
  return new Tensor(y)
}

interface CheckedInputs {
  readonly runningMean: Tensor | null
  readonly runningVar: Tensor | null
  readonly weight: Value
  readonly bias: Value
  readonly momentum: number | Tensor
  readonly eps: number
}

/** Checks what normalises channels, and fills in what is missing. */
export function checkChannelNorm(who: string, x: Tensor, inputs: ChannelNormInputs): CheckedInputs {
  const { runningMean = null, runningVar = null, weight = null, bias = null, momentum = 0.1, eps = 1e-5 } = inputs
  requireFloat(who, x.value)
  if (x.ndim < 2) throw new ShapeError(`${who}: takes [batch, channels, …], got ${formatShape(x.shape)}`)
  const channels = [x.shape[1]!]
  checkShapeOf(who, 'running mean', runningMean, channels)
  checkShapeOf(who, 'running variance', runningVar, channels)
  checkShapeOf(who, 'weight', weight, channels)
  checkShapeOf(who, 'bias', bias, channels)
  for (const parameter of [runningMean, runningVar, weight, bias]) checkParameterDType(who, x, parameter)
  checkEps(who, eps)
  if (typeof momentum === 'number') checkNumber(who, 'momentum', momentum)
  const constant = (c: number) => build.broadcastTo(build.literalLike(x.value, c), channels)
  const [w, b] = [weight?.value ?? constant(1), bias?.value ?? constant(0)]
  return { runningMean, runningVar, weight: w, bias: b, momentum, eps }
}

/** Parameters in the dtype of the input, or in float32 for one of half precision. */
function checkParameterDType(who: string, x: Tensor, parameter: Tensor | null): void {
  if (parameter === null || parameter.dtype === x.dtype) return
  const isHalf = x.dtype === 'float16' || x.dtype === 'bfloat16'
  if (isHalf && parameter.dtype === 'float32') return
  throw new DTypeError(
    `${who}: input, parameters and statistics have one dtype, got ${formatSpec(x.value.spec)} and ${formatSpec(parameter.value.spec)}; cast the input, to('${parameter.dtype}')`,
  )
}

/** What becomes of an input without elements, which has no statistics to move any. */
export function withoutStatistics(x: Value, weight: Value, bias: Value): Value {
  return normalizeChannels(x, { mean: build.fullLike(bias, 0), variance: build.fullLike(bias, 1) }, weight, bias, 0)
}

/** Running statistics that can be moved, or null when there are none. */
export function runningBuffers(
  who: string,
  mean: Tensor | null,
  variance: Tensor | null,
): { readonly mean: Buffer; readonly variance: Buffer } | null {
  if (mean === null && variance === null) return null
  if (mean instanceof Buffer && variance instanceof Buffer) return { mean, variance }
  throw new MisconfigurationError(
    `${who}: running statistics that training moves are two Buffers, got others; make them with new Buffer(tensor)`,
  )
}

/** The variance of n values as an estimate of the one that they are drawn from. */
export function unbiased(variance: Value, n: number): Value {
  return build.mul(variance, build.literalLike(variance, n / (n - 1)))
}

/** running ← (1 − momentum)·running + momentum·batch */
export function moveTowards(running: Buffer, batch: Value, momentum: number | Tensor): void {
  const { dtype } = batch.spec
  const share = typeof momentum === 'number' ? numberValue(momentum, dtype) : build.cast(momentum.value, dtype)
  const rest = build.sub(build.literal(1, dtype), share)
  const kept = build.mul(build.cast(running.value, dtype), rest)
  const moved = build.add(kept, build.mul(stopGradient(batch), share))
  running.assign(new Tensor(build.cast(moved, running.dtype)))
}
