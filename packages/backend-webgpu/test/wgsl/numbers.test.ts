import { describe, expect, test } from 'vitest'
import { bytesOf } from '../../src/wgsl/layout.ts'
import { constant, extreme } from '../../src/wgsl/numbers.ts'

describe('constants', () => {
  test.each([
    [0.1, '0.10000000149011612f'],
    [3, '3.0f'],
    [1e20, '100000002004087730000.0f'],
    [2 ** -149, '1.401298464324817e-45f'],
    [-0, 'f_bits(2147483648u)'],
    [Number.POSITIVE_INFINITY, 'f_bits(2139095040u)'],
    [1e300, 'f_bits(2139095040u)'],
    [Number.NaN, 'f_bits(2143289344u)'],
  ])('%d is %s', (x, text) => {
    expect(constant('float32', x)).toBe(text)
  })

  test('integers and bool have their own', () => {
    expect(constant('int32', -(2 ** 31))).toBe('bitcast<i32>(2147483648u)')
    expect(constant('uint32', 2 ** 32 - 1)).toBe('4294967295u')
    expect(constant('bool', 1)).toBe('true')
  })

  test('reductions of bytes start within bytes', () => {
    expect(extreme('uint8', 'largest')).toBe('255u')
  })
})

test.each([
  ['float32', 3, false, 12],
  ['float16', 3, false, 8],
  ['bfloat16', 3, false, 8],
  ['bool', 5, false, 8],
  ['bool', 5, true, 20],
  ['float32', 0, false, 4],
] as const)('%s: %d numbers, wide: %s, take %d bytes', (dtype, size, wide, bytes) => {
  expect(bytesOf({ dtype, size, wide })).toBe(bytes)
})
