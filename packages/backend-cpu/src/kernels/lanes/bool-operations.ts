import type { ElementwiseName } from '@voltaic/core/graph'
import type { Expression, ValueType } from '../../wasm/assembler/index.ts'
import type { Lanes } from './lanes.ts'

type Operations<M extends ValueType> = Partial<Record<ElementwiseName, (args: readonly Expression<M>[]) => Expression>>

/** Elementwise primitives on bools, false before true. */
export function boolOperations<F extends ValueType, D extends ValueType, I extends ValueType, M extends ValueType>({
  int,
  xorMasks: xor,
}: Lanes<F, D, I, M>): Operations<M> {
  const { and, or, not } = int.masks
  return {
    not: ([x]) => not(x!),
    and: ([x, y]) => and(x!, y!),
    or: ([x, y]) => or(x!, y!),
    xor: ([x, y]) => xor(x!, y!),
    minimum: ([x, y]) => and(x!, y!),
    maximum: ([x, y]) => or(x!, y!),
    equal: ([x, y]) => not(xor(x!, y!)),
    less: ([x, y]) => and(not(x!), y!),
    lessEqual: ([x, y]) => or(not(x!), y!),
    isNan: ([x]) => xor(x!, x!),
    isFinite: ([x]) => not(xor(x!, x!)),
  }
}
