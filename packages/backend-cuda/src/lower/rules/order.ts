import { sizeOf } from '@voltaic/core/graph'

import type { Raw } from '../../program/program-builder.ts'
import type { Emitter } from '../emitter.ts'
import { type Rules, wideArithmetic } from '../rule.ts'

/** Sorting and the k largest, stable, NaN as largest. */
export const orderRules: Rules<'sort' | 'topK'> = {
  sort: {
    takes: wideArithmetic,
    exact: true,
    ordered: true,
    lower: (emit, { inputs: [x], attributes: { axis, descending } }) =>
      ordered(emit, x!, axis, x!.shape[axis]!, descending),
  },
  topK: {
    takes: wideArithmetic,
    exact: true,
    ordered: true,
    lower: (emit, { inputs: [x], attributes: { axis, k, largest } }) => ordered(emit, x!, axis, k, largest),
  },
}

/** The first `k` elements along `axis` in order, and their indices. */
function ordered(emit: Emitter, x: Raw, axis: number, k: number, descending: boolean): Raw[] {
  const axes = x.shape.map((_, i) => i)
  const order = [...axes.filter((i) => i !== axis), axis]
  const rows = emit.transpose(x, order)
  const length = rows.shape.at(-1)!
  const count = sizeOf(rows.shape) / length
  const keys = keysOf(emit, emit.reshape(rows, [count, length]))
  // Of equal keys the first comes first, whichever way they are turned.
  const [, indices] = emit.builder.ops(
    'TopKV2',
    [descending ? keys : emit.op('Invert', keys), emit.number(k, 'int32')],
    { sorted: true },
  )
  const starts = emit.ints(
    Array.from({ length: count }, (_, row) => row * length),
    [count, 1],
  )
  const flat = emit.reshape(rows, [count * length])
  const values = emit.gather(flat, emit.op('AddV2', indices!, starts), 0)
  const back = axes.map((i) => order.indexOf(i))
  const restore = (y: Raw) => emit.transpose(emit.reshape(y, [...rows.shape.slice(0, -1), k]), back)
  return [restore(values), restore(indices!)]
}

/** Integers that stand in the order of the numbers: those of NaN are the largest, those of both zeros equal. */
function keysOf(emit: Emitter, x: Raw): Raw {
  if (x.dtype === 'int32') return x
  const isDouble = x.dtype === 'double'
  const dtype = isDouble ? 'int64' : 'int32'
  const largest = isDouble ? emit.words([-1, 2 ** 31 - 1]) : emit.number(2 ** 31 - 1, 'int32')
  const bits = emit.bitcast(emit.op('AddV2', x, emit.number(0, x.dtype)), dtype)
  // Negative floats have their magnitude below the sign, and so the reverse of the order of integers.
  const isNegative = emit.op('Less', bits, emit.number(0, dtype))
  const keys = emit.select(isNegative, emit.op('BitwiseXor', bits, largest), bits)
  return emit.select(emit.op('IsNan', x), largest, keys)
}
