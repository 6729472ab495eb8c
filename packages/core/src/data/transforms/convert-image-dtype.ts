import { DTypeError } from '../../errors/errors.ts'
import { type HostArray, hostArray } from '../../graph/dtype.ts'
import { type HostTensor, hostTensor, isHostArray } from '../../graph/host-tensor.ts'
import type { Transform } from '../transformed-dataset.ts'

/**
 * Pixels as floats: bytes from 0 to 255 become numbers from 0 to 1, floats are converted as they are.
 *
 * @param dtype - float32 or float64; default float32
 * @returns a transform of uint8, float32 and float64 samples of any shape, which throws DTypeError for others
 */
export function convertImageDtype(
  dtype: 'float32' | 'float64' = 'float32',
): Transform<HostTensor | HostArray, HostTensor> {
  if (dtype !== 'float32' && dtype !== 'float64') {
    throw new DTypeError(`convertImageDtype: images become float32 or float64, got ${dtype}`)
  }
  return (input) => {
    const image = isHostArray(input) ? hostTensor(input) : input
    const data = hostArray(dtype, image.data.length)
    const scale = rangeOf(image)
    for (let i = 0; i < data.length; i++) data[i] = image.data[i]! / scale
    return { data, shape: image.shape, dtype }
  }
}

function rangeOf({ dtype }: HostTensor): number {
  if (dtype === 'uint8') return 255
  if (dtype === 'float32' || dtype === 'float64') return 1
  throw new DTypeError(`convertImageDtype: images are uint8, float32 or float64, got ${dtype}`)
}
