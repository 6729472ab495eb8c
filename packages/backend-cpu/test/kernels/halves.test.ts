import * as g from '@voltaic/core/graph'
import {
  bfloat16ToNumber,
  type DType,
  float16ToNumber,
  hostTensor,
  numberToBfloat16,
  numberToFloat16,
  type Shape,
  specOf,
  type Value,
} from '@voltaic/core/graph'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type HostStorage, leafOf, numbersOf, tensorOf } from '../../../core/test/support/host-tensors.ts'
import { runValues } from '../../../core/test/support/run-values.ts'
import { device } from '../support/against-reference.ts'

beforeAll(() => device.setup())
afterAll(() => device.teardown())

// `half.ts` of core is tested on all patterns, and computes in another way than the kernels do.
const formats = [
  { dtype: 'float16', toNumber: float16ToNumber, toBits: numberToFloat16, infinity: 0x7c00 },
  { dtype: 'bfloat16', toNumber: bfloat16ToNumber, toBits: numberToBfloat16, infinity: 0x7f80 },
] as const

const patterns = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits)

interface Way {
  readonly name: string
  readonly see: (x: Value) => Value
  /** The same order of the same numbers. */
  readonly order: (numbers: ArrayLike<number>) => readonly number[]
}

/** Shapes under which kernels take elements four at a time, or one by one: rows of three, turned about. */
const ways: readonly Way[] = [
  { name: 'four at a time', see: (x) => x, order: (numbers) => Array.from(numbers) },
  {
    name: 'one by one',
    see: (x) => {
      const rows = Math.floor(x.spec.size / 3)
      return g.flip(g.reshape(g.sliceAxis(x, 0, 0, rows * 3), [rows, 3]), [1])
    },
    order: (numbers) => {
      const length = Math.floor(numbers.length / 3) * 3
      return Array.from({ length }, (_, i) => numbers[i - (i % 3) + 2 - (i % 3)]!)
    },
  },
]

function bitsLeaf(dtype: DType, bits: Uint16Array<ArrayBuffer>, shape: Shape = [bits.length]): Value {
  return leafOf(hostTensor(bits, shape, dtype))
}

/** Places at which two lists of numbers differ; NaN is NaN, and zeros have signs. */
function differences(actual: ArrayLike<number>, expected: ArrayLike<number>): number[] {
  return Array.from(expected, (x, i) => (Object.is(actual[i], x) ? -1 : i)).filter((i) => i >= 0)
}

describe.each(formats)('$dtype', ({ dtype, toNumber, toBits, infinity }) => {
  test('every pattern comes back as it was uploaded', async () => {
    const buffer = device.upload(patterns, specOf(dtype, [patterns.length]))
    const [data] = await device.download([buffer])
    expect(differences(data!, patterns)).toEqual([])
    buffer.dispose()
  })

  test('what is only moved keeps its bits, those of NaN too', async () => {
    const x = bitsLeaf(dtype, patterns, [256, 256])
    const [back, turned] = await runValues([g.permute(g.permute(x, [1, 0]), [1, 0]), g.permute(x, [1, 0])], device)
    expect(differences(back!.data, patterns)).toEqual([])
    const expected = patterns.map((i) => (i % 256) * 256 + (i >> 8))
    expect(differences(turned!.data, expected)).toEqual([])
  })

  describe.each(ways)('$name', ({ see, order }) => {
    test.each(['float32', 'float64'] as const)('every pattern is the number that it stands for in %s', async (to) => {
      const [actual] = await runValues([g.cast(see(bitsLeaf(dtype, patterns)), to)], device)
      const expected = order(patterns).map(toNumber)
      expect(differences(numbersOf(actual!), expected)).toEqual([])
    })

    test.each(['float32', 'float64'] as const)('%s is rounded to the nearest, ties to even', async (from) => {
      const numbers = roundedNumbers(from, toNumber, infinity)
      const x = leafOf(tensorOf(numbers, undefined, from))
      const [actual] = await runValues([g.cast(see(x), dtype)], device)
      const expected = order(numbersOf((x.storage as HostStorage).tensor)).map((number) => toNumber(toBits(number)))
      expect(differences(numbersOf(actual!), expected)).toEqual([])
    })

    test.each(['int32', 'uint32'] as const)('%s is rounded once', async (from) => {
      const numbers = wholeNumbers(from === 'int32')
      const x = leafOf(tensorOf(numbers, undefined, from))
      const [actual] = await runValues([g.cast(see(x), dtype)], device)
      const expected = order(numbersOf((x.storage as HostStorage).tensor)).map((number) => toNumber(toBits(number)))
      expect(differences(numbersOf(actual!), expected)).toEqual([])
    })
  })

  test('every result of a chain is rounded before the next step', async () => {
    const [a, b] = [1, 2 ** -8].map((x) => leafOf(tensorOf([x, x, x, x, x], undefined, dtype)))
    // 1 + 2⁻⁸ is no bfloat16, and 1 + 2⁻⁸ · 2⁻⁸ neither type's.
    const outputs = [g.sub(g.add(a!, b!), a!), g.sub(g.add(a!, g.mul(b!, b!)), a!)]
    const [first, second] = (await runValues(outputs, device)).map(numbersOf)
    expect(first).toEqual(new Array(5).fill(dtype === 'float16' ? 2 ** -8 : 0))
    expect(second).toEqual(new Array(5).fill(0))
  })

  test('a sum is rounded at its end alone', async () => {
    const ones = leafOf(tensorOf(new Array(5000).fill(1), [5000], dtype))
    const sums = [g.sum(ones, [0]), g.sum(g.reshape(ones, [50, 100]), [0, 1])]
    const indices = leafOf(tensorOf(new Array(5000).fill(1), [5000], 'int32'))
    const added = g.indexAdd(leafOf(tensorOf([0, 0], [2], dtype)), indices, ones, 0)
    const [first, second, both] = (await runValues([...sums, added], device)).map(numbersOf)
    const nearest = toNumber(toBits(5000))
    expect([first, second, both]).toEqual([[nearest], [nearest], [0, nearest]])
  })

  test('a product of matrices is rounded at its end alone, and so is what it is made from', async () => {
    const length = 3000
    const x = leafOf(tensorOf(new Array(length).fill(1 + 2 ** -12), [1, length], 'float32'))
    const ones = leafOf(tensorOf(new Array(length).fill(1), [length, 1], dtype))
    const product = g.matmul(g.cast(x, dtype), ones)
    const [result, wide] = (await runValues([product, g.cast(product, 'float32')], device)).map(numbersOf)
    expect(result).toEqual([toNumber(toBits(length))])
    expect(wide).toEqual(result)
  })

  test('a scalar that comes with a run is rounded', async () => {
    const x = leafOf(tensorOf([1, 2, 3, 4, 5], [5], dtype))
    const third = g.cast(g.scalarValue(1 / 3), dtype)
    const [actual] = await runValues([g.mul(x, third)], device)
    const rounded = toNumber(toBits(1 / 3))
    expect(numbersOf(actual!)).toEqual([1, 2, 3, 4, 5].map((n) => toNumber(toBits(n * rounded))))
  })
})

/** Each number of the type, the middle between it and the next, and what lies beside both, now with one sign, now with the other. */
function roundedNumbers(from: 'float32' | 'float64', toNumber: (bits: number) => number, infinity: number): number[] {
  const numbers = [Number.NaN, 2 ** -149, -3.4e38, ...(from === 'float64' ? [5e-324, -1e300] : [])]
  const epsilon = from === 'float32' ? 2 ** -23 : 2 ** -50
  for (let bits = 0; bits <= infinity; bits++) {
    const low = toNumber(bits)
    const middle = bits < infinity - 1 ? (low + toNumber(bits + 1)) / 2 : low
    const sign = (bits & 2) === 0 ? 1 : -1
    for (const x of [low, middle]) numbers.push(sign * x, sign * x * (1 + epsilon), sign * x * (1 - epsilon))
  }
  return numbers
}

/** Whole numbers beside those that both types hold and beside ties, of every size. */
function wholeNumbers(isSigned: boolean): number[] {
  const limit = isSigned ? 2 ** 31 - 1 : 2 ** 32 - 1
  const numbers: number[] = []
  for (let exponent = 0; exponent <= 24; exponent++) {
    for (let fraction = 256; fraction < 512; fraction += 3) {
      for (const step of [-1, 0, 1]) numbers.push(fraction * 2 ** exponent + step)
    }
  }
  const whole = numbers.filter((x) => x <= limit).concat([0, 1, limit])
  return isSigned ? whole.flatMap((x) => [x, -x]) : whole
}
