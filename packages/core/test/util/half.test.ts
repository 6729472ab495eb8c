import { describe, expect, test } from 'vitest'
import {
  bfloat16ToNumber,
  float16ToNumber,
  numberToBfloat16,
  numberToFloat16,
  roundToBfloat16,
  roundToFloat16,
} from '../../src/util/half.ts'

const formats = [
  {
    name: 'float16',
    toNumber: float16ToNumber,
    toBits: numberToFloat16,
    round: roundToFloat16,
    infinity: 0x7c00,
    nan: 0x7e00,
  },
  {
    name: 'bfloat16',
    toNumber: bfloat16ToNumber,
    toBits: numberToBfloat16,
    round: roundToBfloat16,
    infinity: 0x7f80,
    nan: 0x7fc0,
  },
]

describe.each(formats)('$name', ({ toNumber, toBits, round, infinity, nan }) => {
  test('every pattern but NaN comes back from its number', () => {
    const wrong: number[] = []
    for (let bits = 0; bits < 0x10000; bits++) {
      const x = toNumber(bits)
      const isNaN = (bits & 0x7fff) > infinity
      if (isNaN ? !Number.isNaN(x) : toBits(x) !== bits || !Object.is(round(x), x)) wrong.push(bits)
    }
    expect(wrong).toEqual([])
  })

  test('numbers grow with their patterns', () => {
    for (let bits = 0; bits < infinity; bits++) {
      if (!(toNumber(bits) < toNumber(bits + 1))) expect.fail(`at pattern ${bits}`)
    }
  })

  test('between neighbours the nearer wins, and halfway the even one', () => {
    const wrong: number[] = []
    for (let bits = 0; bits < infinity - 1; bits++) {
      const [low, high] = [toNumber(bits), toNumber(bits + 1)]
      const middle = (low + high) / 2
      const even = bits % 2 === 0 ? bits : bits + 1
      const right =
        toBits(middle) === even &&
        toBits(-middle) === (even | 0x8000) &&
        // Closer to the middle than a float32 can tell.
        toBits(middle - (high - low) * 2 ** -40) === bits &&
        toBits(middle + (high - low) * 2 ** -40) === bits + 1
      if (!right) wrong.push(bits)
    }
    expect(wrong).toEqual([])
  })

  test('NaN stays NaN and has a quiet pattern', () => {
    expect(round(Number.NaN)).toBeNaN()
    expect(toBits(Number.NaN)).toBe(nan)
  })

  test('infinities and zeros keep their signs', () => {
    for (const x of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0]) expect(round(x)).toBe(x)
    expect(toBits(-0)).toBe(0x8000)
    expect(round(-Number.MIN_VALUE)).toBe(-0)
    expect(round(Number.MAX_VALUE)).toBe(Number.POSITIVE_INFINITY)
  })
})

test.each([
  // The largest finite float16, the first number that overflows, the smallest subnormal and half of it.
  { x: 65504, bits: 0x7bff },
  { x: 65519.99, bits: 0x7bff },
  { x: 65520, bits: 0x7c00 },
  { x: 2 ** -24, bits: 0x0001 },
  { x: 2 ** -25, bits: 0x0000 },
  { x: 2 ** -25 * (1 + Number.EPSILON), bits: 0x0001 },
  { x: 2 ** -14 - 2 ** -25, bits: 0x0400 },
  { x: 1 / 3, bits: 0x3555 },
])('the float16 of $x has the pattern $bits', ({ x, bits }) => {
  expect(numberToFloat16(x)).toBe(bits)
})

test.each([
  { x: 1 / 3, bits: 0x3eab },
  { x: 3.38953139e38, bits: 0x7f7f },
  { x: 2 ** 128 - 2 ** 119, bits: 0x7f80 },
  { x: 2 ** -133, bits: 0x0001 },
  { x: 2 ** -134, bits: 0x0000 },
])('the bfloat16 of $x has the pattern $bits', ({ x, bits }) => {
  expect(numberToBfloat16(x)).toBe(bits)
})
