import type { Expression, ValueType } from '../../wasm/assembler/index.ts'
import type { CpuDType } from '../dtypes.ts'
import type { LaneValue } from './arithmetic.ts'
import type { Floats, Integers, Lanes } from './lanes.ts'

/** Conversion to another dtype: what does not fit an integer is saturated, NaN becomes 0, all but 0 is true. */
export function castLanes<F extends ValueType, D extends ValueType, I extends ValueType, M extends ValueType>(
  lanes: Lanes<F, D, I, M>,
  { dtype: from, register }: LaneValue,
  to: CpuDType,
): Expression {
  const { single, double, int } = lanes
  if (from === to) return register
  if (from === 'float32') {
    const x = register as Expression<F>
    return to === 'float64' ? lanes.promote(x) : fromFloat(single, x, to)
  }
  if (from === 'float64') {
    const x = register as Expression<D>
    return to === 'float32' ? lanes.demote(x) : fromFloat(double, x, to)
  }
  const x = from === 'bool' ? lanes.fromMask(register as Expression<M>) : (register as Expression<I>)
  if (to === 'float32') return from === 'uint32' ? single.fromUnsigned(x) : single.fromSigned(x)
  if (to === 'float64') return from === 'uint32' ? double.fromUnsigned(x) : double.fromSigned(x)
  if (to === 'bool') return int.ne(x, 0)
  return from === 'bool' || from === 'uint8' ? x : betweenIntegers(int, x, from, to)
}

function fromFloat<F extends ValueType, I extends ValueType, M extends ValueType>(
  { kind, toSigned, toUnsigned }: Floats<F, I, M>,
  x: Expression<F>,
  to: CpuDType,
): Expression {
  if (to === 'bool') return kind.ne(x, 0)
  if (to === 'uint8') return toUnsigned(kind.min(x, 255))
  return to === 'int32' ? toSigned(x) : toUnsigned(x)
}

function betweenIntegers<I extends ValueType, M extends ValueType>(
  int: Integers<I, M>,
  x: Expression<I>,
  from: 'int32' | 'uint32',
  to: CpuDType,
): Expression {
  const isHigh = int.ltS(x, 0)
  if (to === 'uint8') {
    const bounded = int.select(int.leU(x, int.literal(255)), x, 255)
    return from === 'int32' ? int.select(isHigh, 0, bounded) : bounded
  }
  // Between signed and unsigned, the highest bit says what does not fit: too small for one, too large for the other.
  return int.select(isHigh, to === 'uint32' ? 0 : 0x7fffffff, x)
}
