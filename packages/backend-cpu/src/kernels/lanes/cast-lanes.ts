import type { Expression, ValueType } from '../../wasm/assembler/index.ts'
import type { CpuDType } from '../dtypes.ts'
import type { LaneValue } from './arithmetic.ts'
import type { Lanes } from './lanes.ts'

/** Conversion to another dtype: what does not fit an integer is saturated, NaN becomes 0, all but 0 is true. */
export function castLanes<F extends ValueType, I extends ValueType, M extends ValueType>(
  lanes: Lanes<F, I, M>,
  { dtype: from, register }: LaneValue,
  to: CpuDType,
): Expression {
  if (from === to) return register
  const { float, int } = lanes
  if (from === 'float32') {
    const x = register as Expression<F>
    if (to === 'bool') return float.ne(x, 0)
    return to === 'int32' ? lanes.signedFromFloat(x) : lanes.unsignedFromFloat(x)
  }
  if (from === 'bool') {
    const x = lanes.fromMask(register as Expression<M>)
    return to === 'float32' ? lanes.floatFromSigned(x) : x
  }
  const x = register as Expression<I>
  if (to === 'bool') return int.ne(x, 0)
  if (to === 'float32') return from === 'int32' ? lanes.floatFromSigned(x) : lanes.floatFromUnsigned(x)
  // Between signed and unsigned, the highest bit says what does not fit: too small for one, too large for the other.
  return int.select(int.ltS(x, 0), to === 'uint32' ? 0 : 0x7fffffff, x)
}
