import { OutOfRangeError } from '../../errors/errors.ts'
import { type DType, integerRange } from '../../graph/dtype.ts'
import { broadcast } from '../../graph/infer/checks.ts'
import type { Value } from '../../graph/value.ts'
import { meet, toFloat } from '../operand.ts'
import { type Operand, valueOf } from './handle.ts'

/** The value of an operand, or the number that it is. @throws TypeError when it is neither */
export function operandOf(who: string, x: Operand): Value | number {
  return typeof x === 'number' ? x : valueOf(who, x, 'a tensor or a number')
}

/**
 * The two operands of a method in the dtype in which they meet.
 *
 * @throws ShapeError when they do not broadcast
 */
export function operandsOf(who: string, x: Value, other: Operand): [Value, Value] {
  const operands = meet(x, operandOf(who, other))
  const [a, b] = [operands[0].spec, operands[1].spec]
  // Ops check their operands too, but under their own names, and `lt` is a `less`.
  if (a !== b && a.rank > 0 && b.rank > 0) broadcast(who, a, b)
  return operands
}

/**
 * As `operandsOf`, for methods to which a number that has wrapped around is another one, as it is to comparisons and not to
 * a sum.
 *
 * @throws OutOfRangeError when the tensor's dtype does not hold the number
 */
export function exactOperandsOf(who: string, x: Value, other: Operand): [Value, Value] {
  const operands = operandsOf(who, x, other)
  if (typeof other === 'number') checkInRange(who, other, operands[0].spec.dtype)
  return operands
}

/** As `operandsOf`, as floats: beside a number, integers are float32 before they meet, so that they take any number. */
export function floatOperandsOf(who: string, x: Value, other: Operand): [Value, Value] {
  const [a, b] = operandsOf(who, typeof other === 'number' ? toFloat(x) : x, other)
  return [toFloat(a), toFloat(b)]
}

/** Refuses a number that an integer dtype cannot hold. @throws OutOfRangeError */
export function checkInRange(who: string, x: number, dtype: DType): void {
  const range = integerRange(dtype)
  if (range !== undefined && (x < range[0] || x > range[1])) {
    throw new OutOfRangeError(`${who}: ${dtype} holds ${range[0]} to ${range[1]}, got ${x}; cast the tensor first`)
  }
}
