import { bfloat16ToNumber, type DType, float16ToNumber, numberToBfloat16, numberToFloat16 } from '@voltaic/core/graph'

const log2OfBytes = {
  float32: 2,
  float64: 3,
  float16: 1,
  bfloat16: 1,
  int32: 2,
  uint32: 2,
  uint8: 0,
  bool: 0,
} as const satisfies Readonly<Record<DType, number>>

/** A float of two bytes: a kernel has it in a register as the float32 of the same value. */
export type HalfDType = 'float16' | 'bfloat16'

/** Whether `dtype` is a float of two bytes. */
export function isHalf(dtype: DType): dtype is HalfDType {
  return dtype === 'float16' || dtype === 'bfloat16'
}

/** Bytes of an element, as a power of two. */
export function log2Bytes(dtype: DType): 0 | 1 | 2 | 3 {
  return log2OfBytes[dtype]
}

/** The number of a half type that is nearest to `x`, ties to even. */
export function roundToHalf(dtype: HalfDType, x: number): number {
  return dtype === 'float16' ? float16ToNumber(numberToFloat16(x)) : bfloat16ToNumber(numberToBfloat16(x))
}
