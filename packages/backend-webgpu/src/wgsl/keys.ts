import type { DType } from '@voltaic/core/graph'
import { numberType } from './layout.ts'

/** `x` as an unsigned integer in the order of its dtype: −0 as 0, NaN above all. */
export function sortKey(dtype: DType, x: string): string {
  return { f32: `f_key(${x})`, i32: `f_key_i32(${x})`, u32: x, bool: `select(0u, 1u, ${x})` }[numberType(dtype)]
}

/** The same the other way round; NaN stays above all. */
export function reversedKey(dtype: DType, x: string): string {
  const reversed = `(~${sortKey(dtype, x)})`
  return numberType(dtype) === 'f32' ? `select(${reversed}, 0xffffffffu, f_is_nan(${x}))` : reversed
}
