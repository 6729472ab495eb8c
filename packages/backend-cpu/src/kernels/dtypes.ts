import type { DType } from '@voltaic/core'

/** The dtypes that this backend computes in. */
export const cpuDTypes = ['float32', 'int32', 'uint32', 'bool'] as const

/** One of them. */
export type CpuDType = (typeof cpuDTypes)[number]

/** Whether the backend computes in `dtype`. */
export function isCpuDType(dtype: DType): dtype is CpuDType {
  return (cpuDTypes as readonly DType[]).includes(dtype)
}

/** Bytes of an element, as a power of two. */
export function log2Bytes(dtype: CpuDType): 0 | 2 {
  return dtype === 'bool' ? 0 : 2
}
