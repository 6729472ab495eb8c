import type { DType } from '@voltaic/core'

/** Every float. */
export const floats: readonly DType[] = ['float32', 'float64', 'float16', 'bfloat16']

/** Those of at least 32 bits, for composites whose callers widen half types. */
export const wideFloats: readonly DType[] = ['float32', 'float64']
