import { expect, test } from 'vitest'
import { iota, literal, randomBits } from '../../../src/graph/build.ts'
import { inputValue, scalarValue } from '../../../src/graph/record.ts'
import { specOf } from '../../../src/graph/spec.ts'
import { threefry2x32 } from '../../../src/util/threefry.ts'
import { scalarLeaf } from '../../support/host-tensors.ts'
import { numbers } from '../../support/run-values.ts'

test.each([
  { shape: [4], axis: 0, y: [0, 1, 2, 3] },
  { shape: [2, 3], axis: 0, y: [0, 0, 0, 1, 1, 1] },
  { shape: [2, 3], axis: 1, y: [0, 1, 2, 0, 1, 2] },
  { shape: [2, 2, 2], axis: 1, y: [0, 0, 1, 1, 0, 0, 1, 1] },
  { shape: [0, 3], axis: 1, y: [] },
])('iota of $shape along $axis', async ({ shape, axis, y }) => {
  for (const dtype of ['float32', 'float64', 'float16', 'bfloat16', 'int32', 'uint32', 'uint8'] as const) {
    expect(await numbers(iota(shape, axis, dtype))).toEqual(y)
  }
})

test('iota rounds as its dtype does', async () => {
  expect((await numbers(iota([2050], 0, 'float16'))).slice(2047)).toEqual([2047, 2048, 2048])
})

test.each([
  { dtype: 'float32', x: 0.1, y: Math.fround(0.1) },
  { dtype: 'float64', x: 0.1, y: 0.1 },
  { dtype: 'float16', x: 1e5, y: Number.POSITIVE_INFINITY },
  { dtype: 'bfloat16', x: -0, y: -0 },
  { dtype: 'float32', x: Number.NaN, y: Number.NaN },
  { dtype: 'float32', x: 2 ** -149, y: 2 ** -149 },
  { dtype: 'int32', x: -3, y: -3 },
  { dtype: 'uint32', x: 2 ** 32 - 1, y: 2 ** 32 - 1 },
  { dtype: 'bool', x: 1, y: 1 },
] as const)('a literal $x in $dtype is $y', async ({ dtype, x, y }) => {
  expect(await numbers(literal(x, dtype))).toEqual([y])
})

const words = [7, 2 ** 32 - 1, 2 ** 32 - 2, 5] as const

test.each([0, 1, 2, 7, 8])('%i random words are those of consecutive counters, modulo 2³²', async (count) => {
  const [key0, key1, counter0, counter1] = words
  const expected = Array.from({ length: 4 }, (_, i) => threefry2x32(key0, key1, counter0 + i, counter1))
  const asScalars = words.map((word) => scalarValue(word, 'uint32')) as never
  expect(await numbers(randomBits(asScalars, [count]))).toEqual(expected.flat().slice(0, count))
  const asTensors = words.map((word) => scalarLeaf(word, 'uint32')) as never
  expect(await numbers(randomBits(asTensors, [count]))).toEqual(expected.flat().slice(0, count))
})

test('random words follow row-major order whatever the shape', async () => {
  const scalars = words.map((word) => scalarValue(word, 'uint32')) as never
  expect(await numbers(randomBits(scalars, [2, 3]))).toEqual(await numbers(randomBits(scalars, [6])))
})

test('key and counter must be uint32 scalars', () => {
  const wrong = words.map(() => inputValue({ spec: specOf('int32', []) })) as never
  expect(() => randomBits(wrong, [2])).toThrow('randomBits: takes key and counter as four uint32 scalars')
})
