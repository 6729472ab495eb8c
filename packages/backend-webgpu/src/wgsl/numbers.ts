import type { DType } from '@voltaic/core/graph'
import { type NumberType, numberType } from './layout.ts'

/** `x` as an unsigned number of WGSL; negative ones wrap. */
export function u32(x: number): string {
  return `${x >>> 0}u`
}

/** The constant `x` in the type in which kernels compute with `dtype`. */
export function constant(dtype: DType, x: number): string {
  switch (numberType(dtype)) {
    case 'bool':
      return x === 0 ? 'false' : 'true'
    case 'i32':
      return `bitcast<i32>(${u32(x)})`
    case 'u32':
      return u32(x)
    case 'f32':
      return float(x)
  }
}

const word = new DataView(new ArrayBuffer(4))

// WGSL has no literals of NaN and infinities, and refuses constant expressions of them.
function float(x: number): string {
  if (Number.isNaN(x)) return 'f_bits(2143289344u)'
  const rounded = Math.fround(x)
  word.setFloat32(0, rounded)
  if (!Number.isFinite(rounded) || Object.is(rounded, -0)) return `f_bits(${word.getUint32(0)}u)`
  const text = rounded.toString()
  return `${/[.e]/.test(text) ? text : `${text}.0`}f`
}

/** The least (`min`) or largest (`max`) number that a reduction over `dtype` starts from. */
export function extreme(dtype: DType, which: 'least' | 'largest'): string {
  const least = which === 'least'
  const type: NumberType = numberType(dtype)
  if (type === 'bool') return least ? 'false' : 'true'
  if (type === 'f32') return constant(dtype, least ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY)
  if (type === 'i32') return constant(dtype, least ? -(2 ** 31) : 2 ** 31 - 1)
  if (least) return '0u'
  return dtype === 'uint8' ? '255u' : '4294967295u'
}
