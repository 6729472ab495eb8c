import type { DType } from '@voltaic/core/graph'
import type { Expression, FunctionBuilder, ValueType } from '../../wasm/assembler/index.ts'
import { type HalfDType, isHalf } from '../dtypes.ts'
import type { LaneValue } from './arithmetic.ts'
import { demoteToOdd, roundHalf, stickyInteger } from './half-lanes.ts'
import type { Floats, Integers, Lanes } from './lanes.ts'

/** Conversion to another dtype: what does not fit an integer is saturated, NaN becomes 0, all but 0 is true. */
export function castLanes<F extends ValueType, D extends ValueType, I extends ValueType, M extends ValueType>(
  lanes: Lanes<F, D, I, M>,
  f: FunctionBuilder,
  { dtype: from, register }: LaneValue,
  to: DType,
): Expression {
  const { single, double, int } = lanes
  if (from === to) return register
  if (isHalf(to)) return toHalf(lanes, f, { dtype: from, register }, to)
  if (from === 'float32' || isHalf(from)) {
    const x = register as Expression<F>
    if (to === 'float32') return x
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

/** Rounded once, whatever it comes from. */
function toHalf<F extends ValueType, D extends ValueType, I extends ValueType, M extends ValueType>(
  lanes: Lanes<F, D, I, M>,
  f: FunctionBuilder,
  { dtype: from, register }: LaneValue,
  to: HalfDType,
): Expression<F> {
  const { single } = lanes
  if (from === 'float32' || isHalf(from)) return roundHalf(lanes, f, to, register as Expression<F>)
  if (from === 'float64') return roundHalf(lanes, f, to, f.let(demoteToOdd(lanes, f, register as Expression<D>)))
  if (from === 'bool') return single.fromSigned(lanes.fromMask(register as Expression<M>))
  const x = register as Expression<I>
  if (from === 'uint8') return single.fromSigned(x)
  // Beyond 2²⁴ float32 rounds, where float16 is infinite.
  const isSigned = from === 'int32'
  const whole = to === 'bfloat16' ? f.let(stickyInteger(lanes, x, isSigned)) : x
  return roundHalf(lanes, f, to, f.let(isSigned ? single.fromSigned(whole) : single.fromUnsigned(whole)))
}

function fromFloat<F extends ValueType, I extends ValueType, M extends ValueType>(
  { kind, toSigned, toUnsigned }: Floats<F, I, M>,
  x: Expression<F>,
  to: DType,
): Expression {
  if (to === 'bool') return kind.ne(x, 0)
  if (to === 'uint8') return toUnsigned(kind.min(x, 255))
  return to === 'int32' ? toSigned(x) : toUnsigned(x)
}

function betweenIntegers<I extends ValueType, M extends ValueType>(
  int: Integers<I, M>,
  x: Expression<I>,
  from: 'int32' | 'uint32',
  to: DType,
): Expression {
  const isHigh = int.ltS(x, 0)
  if (to === 'uint8') {
    const bounded = int.select(int.leU(x, int.literal(255)), x, 255)
    return from === 'int32' ? int.select(isHigh, 0, bounded) : bounded
  }
  // Between signed and unsigned, the highest bit says what does not fit: too small for one, too large for the other.
  return int.select(isHigh, to === 'uint32' ? 0 : 0x7fffffff, x)
}
