import { DTypeError } from '../../errors/errors.ts'
import type { DType } from '../dtype.ts'
import type { None } from '../primitives.ts'
import { formatSpec, specOf } from '../spec.ts'
import { broadcast, checkClass, checkSameDtype, type DTypeClass, type Infer } from './checks.ts'

export function inferUnary(dtypes: DTypeClass): Infer<None> {
  return (who, [x]) => {
    checkClass(who, x!, dtypes)
    return [x!]
  }
}

export const inferUnaryToBool: Infer<None> = (_who, [x]) => [specOf('bool', x!.shape)]

export const inferCast: Infer<{ readonly dtype: DType }> = (_who, [x], { dtype }) => [specOf(dtype, x!.shape)]

export function inferBinary(dtypes: DTypeClass): Infer<None> {
  return (who, [a, b]) => {
    checkClass(who, a!, dtypes)
    checkSameDtype(who, a!, b!)
    return [specOf(a!.dtype, broadcast(who, a!, b!))]
  }
}

export const inferCompare: Infer<None> = (who, [a, b]) => {
  checkSameDtype(who, a!, b!)
  return [specOf('bool', broadcast(who, a!, b!))]
}

export const inferWhere: Infer<None> = (who, [condition, a, b]) => {
  if (condition!.dtype !== 'bool') throw new DTypeError(`${who}: the condition is bool, got ${formatSpec(condition!)}`)
  checkSameDtype(who, a!, b!)
  const shape = broadcast(who, a!, b!)
  return [specOf(a!.dtype, broadcast(who, condition!, specOf(a!.dtype, shape)))]
}
