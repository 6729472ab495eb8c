import type { DType, HostArray } from '@voltaic/core'
import {
  bfloat16ToNumber,
  float16ToNumber,
  type HostTensor,
  hostArray,
  hostTensor,
  numberToBfloat16,
  numberToFloat16,
  type Shape,
} from '@voltaic/core/graph'

/** The numbers that a host array of `dtype` stands for. */
export function decode(dtype: DType, data: HostArray): Float64Array {
  if (dtype === 'float16') return Float64Array.from(data, float16ToNumber)
  if (dtype === 'bfloat16') return Float64Array.from(data, bfloat16ToNumber)
  return Float64Array.from(data)
}

/** The host array of `numbers`, floats rounded to the nearest of `dtype`. */
function encode(dtype: DType, numbers: ArrayLike<number>): HostArray {
  const data = hostArray(dtype, numbers.length)
  if (dtype === 'float16') for (let i = 0; i < data.length; i++) data[i] = numberToFloat16(numbers[i]!)
  else if (dtype === 'bfloat16') for (let i = 0; i < data.length; i++) data[i] = numberToBfloat16(numbers[i]!)
  else data.set(numbers)
  return data
}

/** A host tensor of plain numbers. */
export function tensorOf(
  numbers: ArrayLike<number>,
  shape: Shape = [numbers.length],
  dtype: DType = 'float32',
): HostTensor {
  return hostTensor(encode(dtype, numbers), shape, dtype)
}

/** The numbers of a host tensor, row-major. */
export function numbersOf({ dtype, data }: HostTensor): Float64Array {
  return decode(dtype, data)
}

/** `x` as `dtype` holds it. */
export function rounded(dtype: DType, x: number): number {
  return decode(dtype, encode(dtype, [x]))[0]!
}

interface FloatFormat {
  /** Bits of the fraction, without the leading one. */
  readonly fractionBits: number
  /** Exponent of the least normal number. */
  readonly minExponent: number
}

const formats: Readonly<Partial<Record<DType, FloatFormat>>> = {
  float64: { fractionBits: 52, minExponent: -1022 },
  float32: { fractionBits: 23, minExponent: -126 },
  float16: { fractionBits: 10, minExponent: -14 },
  bfloat16: { fractionBits: 7, minExponent: -126 },
}

/** The least normal number of a float dtype; 0 of others. */
export function leastNormal(dtype: DType): number {
  const format = formats[dtype]
  return format === undefined ? 0 : 2 ** format.minExponent
}

/** The least positive number of a float dtype; 1 of others. */
export function leastPositive(dtype: DType): number {
  const format = formats[dtype]
  return format === undefined ? 1 : 2 ** format.minExponent * 2 ** -format.fractionBits
}

/** Half the distance from 1 to the next number; 0 for dtypes that are no floats. */
export function unitRoundoff(dtype: DType): number {
  const format = formats[dtype]
  return format === undefined ? 0 : 2 ** -(format.fractionBits + 1)
}

/** The distance from `x`, which is finite, to the next larger number of a float dtype (a unit in the last place). */
export function ulpOf(dtype: DType, x: number): number {
  const format = formats[dtype]
  if (format === undefined) return 0
  const size = Math.abs(x)
  const exponent = size === 0 ? format.minExponent : Math.max(Math.floor(Math.log2(size)), format.minExponent)
  // The logarithm of a number just below a power of two may be rounded up to that power.
  const exact = 2 ** exponent > size && exponent > format.minExponent ? exponent - 1 : exponent
  return 2 ** exact * 2 ** -format.fractionBits
}
