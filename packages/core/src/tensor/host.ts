import { type DType, type HostArray, hostArray } from '../graph/dtype.ts'
import type { NumberStorage } from '../graph/record.ts'
import type { TensorSpec } from '../graph/spec.ts'
import { bfloat16ToNumber, float16ToNumber, numberToBfloat16, numberToFloat16 } from '../util/half.ts'

/** `x` as an element of `dtype` is stored: half types as bits, bool as 0 or 1. */
function encodeNumber(x: number, dtype: DType): number {
  switch (dtype) {
    case 'float16':
      return numberToFloat16(x)
    case 'bfloat16':
      return numberToBfloat16(x)
    case 'bool':
      return x === 0 ? 0 : 1
    default:
      return x
  }
}

/** The number that an element stands for. */
export function decodeNumber(element: number, dtype: DType): number {
  switch (dtype) {
    case 'float16':
      return float16ToNumber(element)
    case 'bfloat16':
      return bfloat16ToNumber(element)
    default:
      return element
  }
}

/** Host data and spec of a plain number. */
export function numberToHost({ spec, value }: NumberStorage): [HostArray, TensorSpec] {
  const data = hostArray(spec.dtype, 1)
  data[0] = encodeNumber(value, spec.dtype)
  return [data, spec]
}

/** A flat host array of `dtype` from plain numbers and booleans. */
export function encodeNumbers(values: readonly (number | boolean)[], dtype: DType): HostArray {
  const data = hostArray(dtype, values.length)
  for (let i = 0; i < values.length; i++) data[i] = encodeNumber(Number(values[i]), dtype)
  return data
}

/** Numbers or booleans, nested as deep as the tensor has dimensions. */
export type NestedArray = number | boolean | readonly NestedArray[]

/** Host data as nested arrays: numbers, or booleans for `bool`. */
export function toNested(data: HostArray, { dtype, shape }: TensorSpec): NestedArray {
  const element = (i: number): number | boolean => (dtype === 'bool' ? data[i] !== 0 : decodeNumber(data[i]!, dtype))
  const build = (axis: number, offset: number): NestedArray => {
    if (axis === shape.length) return element(offset)
    const stride = shape.slice(axis + 1).reduce((product, n) => product * n, 1)
    return Array.from({ length: shape[axis]! }, (_, i) => build(axis + 1, offset + i * stride))
  }
  return build(0, 0)
}
