import type { DType } from '@voltaic/core/graph'
import type { TfDType } from '../binding/tf-dtype.ts'
import type { Raw } from '../program/program-builder.ts'
import type { Emitter } from './emitter.ts'

/**
 * The dtype in which TensorFlow holds ours. uint32, for which it has hardly a kernel, lies as the int32 of the same bits;
 * bfloat16, for which a GPU has none, as float32 that was rounded.
 */
export const storage: Readonly<Record<DType, TfDType>> = {
  float32: 'float',
  float64: 'double',
  float16: 'half',
  bfloat16: 'float',
  int32: 'int32',
  uint32: 'int32',
  uint8: 'uint8',
  bool: 'bool',
}

/** `x` in a dtype of `takes`: itself, or wide enough to hold it. */
export function widen(emit: Emitter, x: Raw, takes: readonly TfDType[]): Raw {
  if (takes.includes(x.dtype)) return x
  return emit.cast(x, x.dtype === 'half' ? 'float' : 'int32')
}

/** `x` as `dtype` is stored, if it was computed wider: floats rounded, integers modulo 2⁸. */
export function narrow(emit: Emitter, x: Raw, dtype: DType): Raw {
  const wanted = storage[dtype]
  if (x.dtype === wanted) return x
  if (wanted === 'uint8') return emit.cast(emit.op('BitwiseAnd', x, emit.number(255, 'int32')), 'uint8')
  if (wanted === 'bool') return emit.op('NotEqual', x, emit.number(0, x.dtype))
  return emit.cast(x, wanted)
}

/** float32 rounded to the nearest bfloat16, ties to even. */
export function roundToBfloat16(emit: Emitter, x: Raw): Raw {
  return emit.cast(emit.cast(x, 'bfloat16'), 'float')
}

/** Bits of a uint32 as the int32 that has its place in the order; its own inverse. */
export function exchangeOrder(emit: Emitter, x: Raw): Raw {
  return emit.op('BitwiseXor', x, emit.number(-(2 ** 31), 'int32'))
}

/** Bits of a uint32 as an int64 of its value. */
export function unsignedToInt64(emit: Emitter, x: Raw): Raw {
  return emit.op('BitwiseAnd', emit.cast(x, 'int64'), emit.words([-1, 0]))
}
