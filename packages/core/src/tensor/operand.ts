import { DTypeError } from '../errors/errors.ts'
import { cast } from '../graph/build.ts'
import { type DType, isFloat, isInteger, promote, promoteWithNumber } from '../graph/dtype.ts'
import { numberValue } from '../graph/record.ts'
import type { Value } from '../graph/value.ts'
import { defaultDType } from './default-dtype.ts'

/**
 * The two operands of a binary op in the dtype in which they meet. A number takes the tensor's, as PyTorch has it; two
 * numbers are of the default dtype.
 */
export function meet(x: Value | number, y: Value | number): [Value, Value] {
  if (typeof x === 'number') {
    if (typeof y === 'number') return [numberValue(x, defaultDType()), numberValue(y, defaultDType())]
    const [b, a] = withNumber(y, x)
    return [a, b]
  }
  if (typeof y === 'number') return withNumber(x, y)
  if (x.spec.dtype === y.spec.dtype) return [x, y]
  // A scalar tensor of the same kind or a lower one does not widen the other operand.
  const dtype = meetingDType(x, y)
  return [cast(x, dtype), cast(y, dtype)]
}

/** Any number of operands in the dtype in which they meet; one of them is a tensor. */
export function meetAll(operands: readonly (Value | number)[]): Value[] {
  const specs = operands.flatMap((x) => (typeof x === 'number' ? [] : [x.spec]))
  const groups = [
    specs.filter(({ rank }) => rank > 0).map(({ dtype }) => dtype),
    specs.filter(({ rank }) => rank === 0).map(({ dtype }) => dtype),
    operands.flatMap((x) => (typeof x === 'number' ? [promoteWithNumber('bool', x, defaultDType())] : [])),
  ]
  // Scalar tensors, and then numbers, widen the others only by their kind.
  const dtype = groups
    .filter((dtypes) => dtypes.length > 0)
    .map((dtypes) => dtypes.reduce(promote))
    .reduce((higher, lower) => (kindOf(lower) > kindOf(higher) ? lower : higher))
  return operands.map((x) => (typeof x === 'number' ? numberValue(x, dtype) : cast(x, dtype)))
}

function meetingDType(x: Value, y: Value): DType {
  const [a, b] = [x.spec.dtype, y.spec.dtype]
  if (x.spec.rank > 0 && y.spec.rank === 0 && kindOf(a) >= kindOf(b)) return a
  if (y.spec.rank > 0 && x.spec.rank === 0 && kindOf(b) >= kindOf(a)) return b
  return promote(a, b)
}

/** bool, then integers, then floats. */
function kindOf(dtype: DType): number {
  if (isFloat(dtype)) return 2
  return isInteger(dtype) ? 1 : 0
}

function withNumber(x: Value, n: number): [Value, Value] {
  const dtype = promoteWithNumber(x.spec.dtype, n, defaultDType())
  return [cast(x, dtype), numberValue(n, dtype)]
}

/** `x` as a float: integers and bool are cast to the default dtype. */
export function toFloat(x: Value): Value {
  return isFloat(x.spec.dtype) ? x : cast(x, defaultDType())
}

/**
 * Refuses what is no float.
 *
 * @throws DTypeError
 */
export function requireFloat(who: string, x: Value): void {
  if (!isFloat(x.spec.dtype)) {
    throw new DTypeError(`${who}: takes floats, got ${x.spec.dtype}; cast it first, to('float32')`)
  }
}
