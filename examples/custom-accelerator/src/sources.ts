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
    const keys = [key0.data[0]!, key1.data[0]!, key0.data[0]! ^ key1.data[0]! ^ 0x1bd11bda]
    for (let i = 0; i < data.length; i += 2) {
      const words = threefry(keys, Int32Array.of(counter0.data[0]! + i / 2, counter1.data[0]!))
      data.set(words.slice(0, data.length - i), i)
    }
  },
}

const rotations: readonly number[] = [13, 15, 26, 6, 17, 29, 16, 24]

/** Threefry-2x32 with 20 rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011), in place. */
function threefry(keys: readonly number[], words: Int32Array): Int32Array {
  for (let round = 0; round <= 20; round++) {
    if (round % 4 === 0) {
      words[0]! += keys[(round / 4) % 3]!
      words[1]! += keys[(round / 4 + 1) % 3]! + round / 4
    }
    if (round === 20) break
    const bits = rotations[round % 8]!
    words[0]! += words[1]!
    words[1] = ((words[1]! << bits) | (words[1]! >>> (32 - bits))) ^ words[0]!
  }
  return words
}
