import { MisconfigurationError, ShapeError } from '../../errors/errors.ts'
import { stopGradient } from '../../graph/alias.ts'
import { broadcastTo, reshape } from '../../graph/build.ts'
import { batchNorm as batchNormValue, normalizeChannels } from '../../graph/composites/batch-norm.ts'
import { meanOver } from '../../graph/composites/statistics.ts'
import { formatShape } from '../../graph/spec.ts'
import type { Value } from '../../graph/value.ts'
import { Tensor } from '../../tensor/tensor.ts'
import {
  type ChannelNormInputs,
  checkChannelNorm,
  moveTowards,
  runningBuffers,
  unbiased,
  withoutStatistics,
} from './batch-norm.ts'

export interface InstanceNormInputs extends ChannelNormInputs {
  /** Whether each instance's own statistics are used, and the running ones moved if there are any. Default true. */
  readonly useInputStats?: boolean
}

/**
 * (x − E[x]) / √(Var[x] + ε)·w + b, mean and (biased) variance over all but batch and channels (Ulyanov, Vedaldi, Lempitsky
 * 2016). Running statistics move as those of `batchNorm`, towards the mean over the batch.
 *
 * @param x - floats `[batch, channels, …spatial]`
 * @throws ShapeError when weight, bias or statistics are not `[channels]`, or a channel has one element to normalise
 * @throws DTypeError when dtypes differ or are no floats; for half types the others may be float32
 * @throws MisconfigurationError without running statistics where they are used, and with some that cannot be moved
 */
export function instanceNorm(x: Tensor, { useInputStats = true, ...inputs }: InstanceNormInputs = {}): Tensor {
  const { runningMean, runningVar, weight, bias, momentum, eps } = checkChannelNorm('instanceNorm', x, inputs)
  if (!useInputStats) {
    if (runningMean === null || runningVar === null) {
      throw new MisconfigurationError(
        'instanceNorm: without the statistics of the input running ones are needed, got none; pass runningMean and runningVar',
      )
    }
    const statistics = { mean: stopGradient(runningMean.value), variance: stopGradient(runningVar.value) }
    return new Tensor(normalizeChannels(x.value, statistics, weight, bias, eps))
  }
  const buffers = runningBuffers('instanceNorm', runningMean, runningVar)
  if (x.numel === 0) return new Tensor(withoutStatistics(x.value, weight, bias))
  const [batch, channels, ...spatial] = x.shape as [number, number, ...number[]]
  const count = x.numel / (batch * channels)
  if (count === 1) {
    throw new ShapeError(
      `instanceNorm: needs more than one element in each channel of an instance, got ${formatShape(x.shape)}`,
    )
  }
  // The channels of all instances side by side, as one batch.
  const each = (perChannel: Value) => reshape(broadcastTo(perChannel, [batch, channels]), [batch * channels])
  const instances = reshape(x.value, [1, batch * channels, ...spatial])
  const [y, mean, variance] = batchNormValue(instances, each(weight), each(bias), eps)
  if (buffers !== null) {
    const overBatch = (statistic: Value) => reshape(meanOver(reshape(statistic, [batch, channels]), [0]), [channels])
    moveTowards(buffers.mean, overBatch(mean), momentum)
    moveTowards(buffers.variance, overBatch(unbiased(variance, count)), momentum)
  }
  return new Tensor(reshape(y, x.shape))
}
