import type { DType, ElementwiseName } from '@voltaic/core/graph'
import type { Expression, ValueType } from '../../wasm/assembler/index.ts'
import { isHalf } from '../dtypes.ts'
import type { KernelCode } from '../kernel.ts'
import { boolOperations } from './bool-operations.ts'
import { castLanes } from './cast-lanes.ts'
import { doubleOperations, singleOperations } from './float-operations.ts'
import { integerOperations } from './integer-operations.ts'
import type { Lanes } from './lanes.ts'

/** An operand: its register, and how to read it. */
export interface LaneValue {
  readonly dtype: DType
  readonly register: Expression
}

/**
 * One elementwise primitive on registers, which are locals. Half types are only converted: a plan has no arithmetic on them.
 *
 * @param dtype - of the result
 */
export function computeLanes<F extends ValueType, D extends ValueType, I extends ValueType, M extends ValueType>(
  lanes: Lanes<F, D, I, M>,
  code: KernelCode,
  { op, dtype, args }: { readonly op: ElementwiseName; readonly dtype: DType; readonly args: readonly LaneValue[] },
): Expression {
  const registers = args.map((arg) => arg.register)
  if (op === 'cast') return castLanes(lanes, code.f, args[0]!, dtype)
  if (op === 'where') return select(lanes, dtype, registers)
  const from = args[0]!.dtype
  if (from === 'float32') return singleOperations(lanes, code)[op]!(registers as Expression<F>[])
  if (from === 'float64') return doubleOperations(lanes, code)[op]!(registers as Expression<D>[])
  if (isHalf(from)) throw new TypeError(`cpu: no kernel for ${op} on ${from}`)
  if (from === 'bool') return boolOperations(lanes)[op]!(registers as Expression<M>[])
  return integerOperations(lanes, from)[op]!(registers as Expression<I>[])
}

function select<F extends ValueType, D extends ValueType, I extends ValueType, M extends ValueType>(
  { single, double, int }: Lanes<F, D, I, M>,
  dtype: DType,
  [mask, a, b]: readonly Expression[],
): Expression {
  if (dtype === 'float32') return single.kind.select(mask as Expression<M>, a as Expression<F>, b as Expression<F>)
  if (dtype === 'float64') return double.kind.select(mask as Expression<M>, a as Expression<D>, b as Expression<D>)
  // Masks are integers of the same width, in vectors and alone.
  return int.select(mask as Expression<M>, a as Expression<I>, b as Expression<I>)
}
