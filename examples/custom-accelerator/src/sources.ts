import type { SourceAttributes } from '@voltaic/core/graph'
import { type Kernels, placesOf } from './operand.ts'

/** Ops that begin with nothing. */
export const sources: Kernels<keyof SourceAttributes> = {
  literal: ({ value }, out) => void out.data.fill(value),

  iota({ shape, axis }, out) {
    const strides = shape.map((_, i) => Number(i === axis))
    out.data.set(placesOf({ shape, strides, offset: 0 }))
  },

  randomBits(_, key0, key1, counter0, counter1, { data }) {
    for (let i = 0; i < data.length; i += 2) {
      const words = threefry(key0.data[0]!, key1.data[0]!, counter0.data[0]! + i / 2, counter1.data[0]!)
      data.set(words.slice(0, data.length - i), i)
    }
  },
}

const rotations: readonly number[] = [13, 15, 26, 6, 17, 29, 16, 24]

/** Threefry-2x32 with 20 rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011): two words. */
function threefry(key0: number, key1: number, counter0: number, counter1: number): number[] {
  const keys = [key0, key1, key0 ^ key1 ^ 0x1bd11bda]
  let x = (counter0 + key0) | 0
  let y = (counter1 + key1) | 0
  for (let round = 0; round < 20; round++) {
    const bits = rotations[round % 8]!
    x = (x + y) | 0
    y = ((y << bits) | (y >>> (32 - bits))) ^ x
    if (round % 4 !== 3) continue
    const injection = (round + 1) / 4
    x = (x + keys[injection % 3]!) | 0
    y = (y + keys[(injection + 1) % 3]! + injection) | 0
  }
  return [x, y]
}
