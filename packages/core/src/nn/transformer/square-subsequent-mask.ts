import { OutOfRangeError } from '../../errors/errors.ts'
import { iota, less, literal, where } from '../../graph/build.ts'
import { lowestFinite } from '../../graph/dtype.ts'
import type { CreationOptions } from '../../tensor/creation.ts'
import { defaultDType } from '../../tensor/default-dtype.ts'
import { Tensor } from '../../tensor/tensor.ts'

/**
 * The mask by which position i sees 0, …, i alone: `[size, size]`, 0 where it sees and the lowest finite number elsewhere.
 *
 * @param dtype - a float; default float32
 * @throws OutOfRangeError when `size` is no whole number
 * @throws DTypeError when `dtype` is no float
 */
export function generateSquareSubsequentMask(size: number, { dtype = defaultDType() }: CreationOptions = {}): Tensor {
  if (!Number.isInteger(size) || size < 0) {
    throw new OutOfRangeError(`generateSquareSubsequentMask: a size is a whole number ≥ 0, got ${size}`)
  }
  const isHidden = less(iota([size, 1], 0, 'int32'), iota([1, size], 1, 'int32'))
  return new Tensor(where(isHidden, literal(lowestFinite(dtype), dtype), literal(0, dtype)))
}
