import { type DType, isFloat } from '@voltaic/core/graph'
import type { Raw } from '../../program/program-builder.ts'
import type { Emitter } from '../emitter.ts'
import { roundToBfloat16, storage, unsignedToInt64 } from '../storage.ts'

/** `x` of dtype `from` as `to`, both as they are stored: integers saturate, NaN becomes 0, anything but 0 is true. */
export function convert(emit: Emitter, x: Raw, from: DType, to: DType): Raw {
  if (to === 'bool') return emit.op('NotEqual', x.dtype === 'uint8' ? emit.cast(x, 'int32') : x, zeroOf(emit, x))
  if (isFloat(to)) return toFloat(emit, from === 'uint32' ? unsignedToInt64(emit, x) : x, from, to)
  if (isFloat(from)) return saturated(emit, x, to)
  return between(emit, x, from, to)
}

function zeroOf(emit: Emitter, x: Raw): Raw {
  return emit.number(0, x.dtype === 'uint8' ? 'int32' : x.dtype)
}

function toFloat(emit: Emitter, x: Raw, from: DType, to: DType): Raw {
  const isHalf = to === 'float16' || to === 'bfloat16'
  const y = emit.cast(isHalf && from === 'float64' ? roundedToOdd(emit, x) : x, storage[to])
  // bfloat16 is float32 already, and other dtypes may hold what it does not.
  return to === 'bfloat16' && from !== 'bool' && from !== 'uint8' ? roundToBfloat16(emit, y) : y
}

/**
 * A double as the float next to it towards 0, its last bit set where that is not exact: so rounded, it can be rounded to a
 * half type as if it never had been.
 */
function roundedToOdd(emit: Emitter, x: Raw): Raw {
  const near = emit.cast(x, 'float')
  const back = emit.cast(near, 'double')
  const bits = emit.bitcast(near, 'int32')
  const isBeyond = emit.op('Greater', emit.op('Abs', back), emit.op('Abs', x))
  const one = emit.number(1, 'int32')
  const odd = emit.op('BitwiseOr', emit.select(isBeyond, emit.op('Sub', bits, one), bits), one)
  return emit.bitcast(emit.select(emit.op('Equal', back, x), bits, odd), 'float')
}

/** Floats towards zero. */
function saturated(emit: Emitter, x: Raw, to: DType): Raw {
  // float32 does not hold the largest of 32 bits, and of an infinity no cast is defined.
  const wide = emit.cast(x, 'double')
  const number = emit.select(emit.op('IsNan', wide), emit.number(0, 'double'), wide)
  const [least, largest] = ranges[to]!
  const held = emit.op(
    'Minimum',
    emit.op('Maximum', number, emit.number(least, 'double')),
    emit.number(largest, 'double'),
  )
  if (to === 'uint32') return emit.cast(emit.cast(held, 'int64'), 'int32')
  return emit.cast(emit.cast(held, 'int32'), storage[to])
}

const ranges: Partial<Record<DType, readonly [least: number, largest: number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  uint8: [0, 255],
}

/** Among integers and bool. */
function between(emit: Emitter, x: Raw, from: DType, to: DType): Raw {
  const int = emit.cast(x, 'int32')
  const zero = emit.number(0, 'int32')
  if (from === 'bool' || from === 'uint8' || from === to) return emit.cast(int, storage[to])
  if (from === 'int32') {
    const positive = emit.op('Maximum', int, zero)
    return to === 'uint32' ? positive : emit.cast(emit.op('Minimum', positive, emit.number(255, 'int32')), 'uint8')
  }
  // Bits of a uint32 from 2³¹ on are those of a negative int32.
  const largest = emit.number(2 ** 31 - 1, 'int32')
  const held = emit.select(emit.op('Less', int, zero), largest, int)
  return to === 'int32' ? held : emit.cast(emit.op('Minimum', held, emit.number(255, 'int32')), 'uint8')
}
