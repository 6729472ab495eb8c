import { readScalar, type ScalarSpec, sizeOf, threefry2x32 } from '@voltaic/core/graph'

import type { Shape } from '../../ops/op-definition.ts'
import type { Raw } from '../../program/program-builder.ts'
import type { Emitter } from '../emitter.ts'
import { everything, type Rules } from '../rule.ts'
import { storage } from '../storage.ts'
import { threefryBits } from './threefry.ts'

/** Primitives without tensors to start from. */
export const sourceRules: Rules<'iota' | 'literal' | 'randomBits'> = {
  iota: {
    takes: everything,
    lower: (emit, { attributes: { shape, axis, dtype } }) => {
      const along = Array.from({ length: shape[axis]! }, (_, i) => (dtype === 'bool' ? Number(i > 0) : i))
      const row = emit.numbers(
        along,
        storage[dtype],
        shape.map((n, i) => (i === axis ? n : 1)),
      )
      return emit.broadcastTo(row, shape)
    },
  },
  literal: {
    takes: everything,
    lower: (emit, { attributes: { value, dtype } }) => emit.number(value, storage[dtype]),
  },
  randomBits: {
    takes: everything,
    lower: (emit, { inputs, attributes: { shape } }) => {
      const scalars = inputs.map(({ slot }) => emit.scalars.get(slot))
      const areKnown = scalars.every((scalar) => scalar !== undefined)
      return areKnown ? hostBits(emit, scalars, shape) : threefryBits(emit, inputs, shape)
    },
  },
}

/**
 * Random bits made on the host, where key and counter are: TensorFlow would take some hundred and fifty ops for them, its
 * additions of int32 on the host too.
 */
function hostBits(emit: Emitter, scalars: readonly ScalarSpec[], shape: Shape): Raw {
  const size = sizeOf(shape)
  return emit.builder.host(
    (block) => {
      const [key0, key1, counter0, counter1] = scalars.map((scalar) => readScalar(block, scalar)) as [
        number,
        number,
        number,
        number,
      ]
      const bits = new Int32Array(size)
      for (let i = 0; i < size; i += 2) {
        const words = threefry2x32(key0, key1, counter0 + i / 2, counter1)
        bits[i] = words[0]
        // Past the end of an odd number of elements, a typed array ignores it.
        bits[i + 1] = words[1]
      }
      return bits
    },
    'int32',
    shape,
  )
}
