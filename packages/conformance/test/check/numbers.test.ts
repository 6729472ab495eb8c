import { expect, test } from 'vitest'
import { leastNormal, leastPositive, rounded, ulpOf } from '../../src/check/numbers.ts'

test.each([
  ['float32', 1, 2 ** -23],
  ['float32', 1.999, 2 ** -23],
  ['float32', 2, 2 ** -22],
  ['float32', -0.75, 2 ** -24],
  ['float32', 0, 2 ** -149],
  ['float32', 1e-40, 2 ** -149],
  ['float64', 1, 2 ** -52],
  ['float64', 2 ** 53 - 1, 1],
  ['float16', 1, 2 ** -10],
  ['bfloat16', 1, 2 ** -7],
  ['int32', 5, 0],
] as const)('a unit in the last place of %s at %d is %d', (dtype, x, expected) => {
  expect(ulpOf(dtype, x)).toBe(expected)
})

test.each(['float32', 'float64', 'float16', 'bfloat16'] as const)(
  '%s holds its least numbers, and nothing below',
  (dtype) => {
    const [least, normal] = [leastPositive(dtype), leastNormal(dtype)]
    expect(rounded(dtype, least)).toBe(least)
    expect(rounded(dtype, least / 2)).toBe(0)
    expect(rounded(dtype, normal)).toBe(normal)
    expect(ulpOf(dtype, normal)).toBe(least)
  },
)
