import { DTypeError, OutOfRangeError } from '../../errors/errors.ts'
import { type DType, type HostArray, hostArray, isInteger } from '../../graph/dtype.ts'
import { type HostTensor, hostTensor, isHostArray } from '../../graph/host-tensor.ts'
import type { Transform } from '../transformed-dataset.ts'
import { encodeNumber } from './encode-number.ts'

/**
 * A class as a row of zeros with a one at its place.
 *
 * @param numClasses - a whole number ≥ 1
 * @param options.dtype - default float32, in which losses take probabilities
 * @returns a transform of whole numbers and integer samples `[...]` to `[..., numClasses]`; it throws OutOfRangeError when a
 * class is not from 0 to `numClasses` − 1, and DTypeError when a sample is no integer
 * @throws OutOfRangeError when `numClasses` is not a whole number ≥ 1
 */
export function oneHot(
  numClasses: number,
  { dtype = 'float32' }: { readonly dtype?: DType } = {},
): Transform<number | HostTensor | HostArray, HostTensor> {
  if (!(Number.isSafeInteger(numClasses) && numClasses >= 1)) {
    throw new OutOfRangeError(`oneHot: numClasses is a whole number ≥ 1, got ${numClasses}`)
  }
  const one = encodeNumber('oneHot', 1, dtype)
  return (input) => {
    const { data: classes, shape } = classesOf(input)
    const data = hostArray(dtype, classes.length * numClasses)
    for (let i = 0; i < classes.length; i++) {
      const label = classes[i]!
      if (!(Number.isInteger(label) && label >= 0 && label < numClasses)) {
        throw new OutOfRangeError(`oneHot: classes are whole numbers from 0 to ${numClasses - 1}, got ${label}`)
      }
      data[i * numClasses + label] = one
    }
    return { data, shape: [...shape, numClasses], dtype }
  }
}

function classesOf(input: number | HostTensor | HostArray): {
  readonly data: ArrayLike<number>
  readonly shape: readonly number[]
} {
  if (typeof input === 'number') return { data: [input], shape: [] }
  const sample = isHostArray(input) ? hostTensor(input) : input
  if (isInteger(sample.dtype)) return sample
  throw new DTypeError(`oneHot: classes are integers, got ${sample.dtype}; read them as int32 or uint8`)
}
