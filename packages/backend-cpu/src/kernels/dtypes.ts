import type { DType } from '@voltaic/core'

const log2OfBytes = { float32: 2, float64: 3, int32: 2, uint32: 2, uint8: 0, bool: 0 } as const

/** One of the dtypes that this backend computes in. */
export type CpuDType = keyof typeof log2OfBytes

/** The dtypes that this backend computes in. */
export const cpuDTypes: readonly CpuDType[] = Object.keys(log2OfBytes) as CpuDType[]

/** Whether the backend computes in `dtype`. */
export function isCpuDType(dtype: DType): dtype is CpuDType {
  return Object.hasOwn(log2OfBytes, dtype)
}

/** Bytes of an element, as a power of two. */
export function log2Bytes(dtype: CpuDType): 0 | 2 | 3 {
  return log2OfBytes[dtype]
}
