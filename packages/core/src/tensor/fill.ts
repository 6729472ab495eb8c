import { OutOfRangeError } from '../errors/errors.ts'
import { type DType, integerRange, isFloat } from '../graph/dtype.ts'
import { numberValue } from '../graph/record.ts'
import type { Value } from '../graph/value.ts'

/**
 * Refuses a number that an integer dtype does not hold, or that is NaN where it would have to be true or false.
 *
 * @throws OutOfRangeError
 */
export function checkHolds(who: string, dtype: DType, x: number): void {
  if (isFloat(dtype)) return
  const [low, high] = integerRange(dtype) ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  if (x >= low && x <= high && (dtype === 'bool' || Number.isInteger(x))) return
  throw new OutOfRangeError(`${who}: ${dtype} does not hold every number, got ${x}; cast to a float dtype`)
}

/** A number of the user's in `dtype`, 0-d. @throws OutOfRangeError when an integer dtype does not hold it */
export function fillValue(who: string, x: number, dtype: DType): Value {
  checkHolds(who, dtype, x)
  return numberValue(x, dtype)
}

/** The dtype in which places and steps of a sequence of `dtype` are computed: narrow ones do not hold them all. */
export function sequenceDType(dtype: DType): DType {
  if (dtype === 'uint8') return 'int32'
  return dtype === 'float16' || dtype === 'bfloat16' ? 'float32' : dtype
}
