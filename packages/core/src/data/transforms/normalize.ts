import { DTypeError, OutOfRangeError, ShapeError } from '../../errors/errors.ts'
import { type HostArray, hostArray } from '../../graph/dtype.ts'
import { type HostTensor, hostTensor, isHostArray } from '../../graph/host-tensor.ts'
import { sizeOf } from '../../graph/shape.ts'
import { formatShape, type Shape } from '../../graph/spec.ts'
import type { Transform } from '../transformed-dataset.ts'

/**
 * (x − mean) / std, channel by channel.
 *
 * Channels are the third dimension from the end, `[..., channels, height, width]`, and the first one of a sample with fewer
 * dimensions: each feature of a vector has its own numbers.
 *
 * @param mean - one number for each channel, or one for all
 * @param std - likewise, above 0
 * @returns a transform of float32 and float64 samples, which throws DTypeError for others and ShapeError when there
 * are not as many numbers as channels
 * @throws OutOfRangeError when a number is not finite, or a `std` not above 0
 * @throws ShapeError when there are no numbers, or `mean` and `std` are for different numbers of channels
 */
export function normalize(
  mean: number | readonly number[],
  std: number | readonly number[],
): Transform<HostTensor | HostArray, HostTensor> {
  const means = [mean].flat()
  const stds = [std].flat()
  checkNumbers(means, stds)
  const channelsGiven = Math.max(means.length, stds.length)
  return (input) => {
    const sample = isHostArray(input) ? hostTensor(input) : input
    checkFloat(sample)
    const channelSize = channelSizeOf(sample.shape, channelsGiven)
    const data = hostArray(sample.dtype, sample.data.length)
    for (let start = 0, channel = 0; start < data.length; start += channelSize, channel++) {
      const center = means[channel % means.length]!
      const scale = stds[channel % stds.length]!
      for (let i = start; i < start + channelSize; i++) data[i] = (sample.data[i]! - center) / scale
    }
    return { data, shape: sample.shape, dtype: sample.dtype }
  }
}

/** How many neighbouring elements belong to one channel. */
function channelSizeOf(shape: Shape, given: number): number {
  if (given === 1) return sizeOf(shape)
  const axis = Math.max(shape.length - 3, 0)
  if (shape[axis] === given) return sizeOf(shape.slice(axis + 1))
  throw new ShapeError(
    `normalize: ${given} means or deviations are for as many channels, got ${formatShape(shape)}; ` +
      'a sample is [channels, height, width]',
  )
}

function checkFloat({ dtype }: HostTensor): void {
  if (dtype === 'float32' || dtype === 'float64') return
  throw new DTypeError(`normalize: samples are float32 or float64, got ${dtype}; convertImageDtype makes them so`)
}

function checkNumbers(means: readonly number[], stds: readonly number[]): void {
  if (means.length === 0 || stds.length === 0) {
    throw new ShapeError(`normalize: mean and std are a number, or one for each channel, got an empty list`)
  }
  if (means.length !== stds.length && means.length !== 1 && stds.length !== 1) {
    throw new ShapeError(`normalize: mean and std are for the same channels, got ${means.length} and ${stds.length}`)
  }
  for (const mean of means) {
    if (!Number.isFinite(mean)) throw new OutOfRangeError(`normalize: a mean is a finite number, got ${mean}`)
  }
  for (const std of stds) {
    if (!(Number.isFinite(std) && std > 0))
      throw new OutOfRangeError(`normalize: a std is finite and above 0, got ${std}`)
  }
}
