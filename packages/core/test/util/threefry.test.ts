import { describe, expect, test } from 'vitest'
import { threefry2x32 } from '../../src/util/threefry.ts'

// Random123, tests/kat_vectors, "threefry2x32 20": counter, key, result. The third uses the digits of π.
const knownAnswers = [
  { counter: [0x00000000, 0x00000000], key: [0x00000000, 0x00000000], result: [0x6b200159, 0x99ba4efe] },
  { counter: [0xffffffff, 0xffffffff], key: [0xffffffff, 0xffffffff], result: [0x1cb996fc, 0xbb002be7] },
  { counter: [0x243f6a88, 0x85a308d3], key: [0x13198a2e, 0x03707344], result: [0xc4923a9c, 0x483df7a0] },
] as const

describe('threefry2x32', () => {
  test.each(knownAnswers)(
    'gives the published answer for counter $counter and key $key',
    ({ counter, key, result }) => {
      expect(threefry2x32(key[0], key[1], counter[0], counter[1])).toEqual(result)
    },
  )

  test('takes its arguments modulo 2^32', () => {
    expect(threefry2x32(-1, 2 ** 32 - 1, 2 ** 32 + 5, -3)).toEqual(threefry2x32(2 ** 32 - 1, -1, 5, 2 ** 32 - 3))
  })
})
