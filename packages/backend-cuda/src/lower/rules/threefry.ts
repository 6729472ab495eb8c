import { sizeOf } from '@voltaic/core/graph'

import type { Shape } from '../../ops/op-definition.ts'
import type { Raw } from '../../program/program-builder.ts'
import type { Emitter } from '../emitter.ts'

// Of the Skein hash function, which Threefry is derived from.
const parity = 0x1bd11bda
const rotations: readonly (readonly number[])[] = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
]

/**
 * Threefry-2x32 with 20 rounds (J. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011) as ops on int32,
 * for a key or a counter that only the device knows.
 *
 * @param inputs - key and counter, two 0-d words each
 */
export function threefryBits(emit: Emitter, inputs: readonly Raw[], shape: Shape): Raw {
  const size = sizeOf(shape)
  const pairs = Math.ceil(size / 2)
  const xor = (x: Raw, y: Raw) => emit.op('BitwiseXor', x, y)
  const add = (x: Raw, y: Raw) => emit.op('AddV2', x, y)
  const number = (x: number) => emit.number(x, 'int32')
  const [key0, key1, counter0, counter1] = inputs as [Raw, Raw, Raw, Raw]
  const keys = [key0, key1, xor(xor(key0, key1), number(parity))]
  const counters = emit.ints(Array.from({ length: pairs }, (_, i) => i))
  let x0 = add(add(counter0, counters), key0)
  let x1 = emit.broadcastTo(add(counter1, key1), [pairs])
  for (let group = 1; group <= 5; group++) {
    for (const bits of rotations[(group + 1) % 2]!) {
      x0 = add(x0, x1)
      x1 = xor(rotated(emit, x1, bits), x0)
    }
    x0 = add(x0, keys[group % 3]!)
    x1 = add(x1, add(keys[(group + 1) % 3]!, number(group)))
  }
  const words = emit.reshape(emit.stack([x0, x1], 1), [2 * pairs])
  return emit.reshape(emit.sliceAxis(words, 0, 0, size), shape)
}

function rotated(emit: Emitter, x: Raw, bits: number): Raw {
  const left = emit.op('LeftShift', x, emit.number(bits, 'int32'))
  // The shift copies the sign: what it brings in from the left is cut off.
  const right = emit.op('RightShift', x, emit.number(32 - bits, 'int32'))
  return emit.op('BitwiseOr', left, emit.op('BitwiseAnd', right, emit.number(2 ** bits - 1, 'int32')))
}
