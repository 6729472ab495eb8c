import { OutOfRangeError } from '../../errors/errors.ts'
import { type DType, hostArray, isFloat } from '../../graph/dtype.ts'
import { numberToBfloat16, numberToFloat16 } from '../../util/half.ts'

/**
 * `x` as an element of a host array of `dtype`: bits for the half types.
 *
 * @throws OutOfRangeError when `x` is no value of an integer dtype or bool
 */
export function encodeNumber(who: string, x: number, dtype: DType): number {
  if (dtype === 'float16') return numberToFloat16(x)
  if (dtype === 'bfloat16') return numberToBfloat16(x)
  if (isFloat(dtype)) return x
  const element = hostArray(dtype, 1)
  element[0] = x
  const holds = dtype === 'bool' ? x === 0 || x === 1 : element[0] === x
  if (!holds) throw new OutOfRangeError(`${who}: ${dtype} has no such value, got ${x}`)
  return x
}
