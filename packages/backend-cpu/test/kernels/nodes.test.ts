import * as g from '@voltaic/core/graph'
import { type DType, dtypes, type Shape, threefry2x32, type Value } from '@voltaic/core/graph'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  leaf,
  leafOf,
  numbersOf,
  SeededTensors,
  scalarLeaf,
  tensorOf,
} from '../../../core/test/support/host-tensors.ts'
import { runValues } from '../../../core/test/support/run-values.ts'
import { device, expectLikeReference } from '../support/against-reference.ts'

const numeric = dtypes.filter((dtype) => dtype !== 'bool')

beforeAll(() => device.setup())
afterAll(() => device.teardown())

const seeded = new SeededTensors(3)
const random = (dtype: DType, shape: Shape): Value => leafOf(seeded.tensor(dtype, shape))
const indices = (shape: Shape, bound: number): Value => leafOf(seeded.indices(shape, bound))

describe.each(dtypes)('on %s', (dtype) => {
  test('movement agrees', async () => {
    const x = random(dtype, [4, 6, 5])
    await expectLikeReference(
      [
        g.permute(x, [2, 0, 1]),
        g.reshape(g.permute(x, [2, 0, 1]), [3, 40]),
        g.broadcastTo(random(dtype, [3, 1]), [2, 3, 4]),
        g.slice(x, [1, 0, 2], [4, 6, 5], [2, 3, 1]),
        g.slice(x, [2, 0, 0], [2, 6, 5]),
        g.flip(x, [0, 2]),
        g.pad(
          x,
          [
            [1, 0],
            [0, 2],
            [3, 1],
          ],
          1,
        ),
        g.pad(
          random(dtype, [0, 2]),
          [
            [2, 1],
            [0, 0],
          ],
          0,
        ),
        g.concat([x, random(dtype, [4, 2, 5]), random(dtype, [4, 0, 5])], 1),
        g.concat([random(dtype, [3]), random(dtype, [5])], 0),
        g.reshape(random(dtype, [1, 1]), []),
      ],
      'exact',
    )
  })

  test('selection by index agrees', async () => {
    const x = random(dtype, [5, 4, 3])
    await expectLikeReference(
      [
        g.indexSelect(x, indices([2, 3], 5), 0),
        g.indexSelect(x, indices([7], 4), 1),
        g.indexSelect(x, indices([], 3), 2),
        g.indexSelect(x, indices([0], 3), 2),
        g.gather(x, indices([2, 4, 3], 5), 0),
        g.gather(x, indices([5, 2, 6], 3), 2),
      ],
      'exact',
    )
  })

  test('order agrees', async () => {
    const x = random(dtype, [3, 7, 4])
    await expectLikeReference(
      [...g.sort(x, 1, false), ...g.sort(x, 2, true), ...g.topK(x, 3, 1, true), ...g.topK(x, 0, 0, false)],
      'exact',
    )
    await expectLikeReference([g.argmax(x, 0), g.argmin(x, 1), g.argmax(x, 2)], 'exact')
  })
})

describe.each(numeric)('on %s', (dtype) => {
  test('addition at indices agrees', async () => {
    const x = random(dtype, [5, 4, 9])
    await expectLikeReference(
      [
        g.indexAdd(x, indices([6], 5), random(dtype, [6, 4, 9]), 0),
        g.indexAdd(x, indices([2, 2], 9), random(dtype, [5, 4, 2, 2]), 2),
        g.scatterAdd(x, indices([8, 4, 9], 5), random(dtype, [8, 4, 9]), 0),
        g.scatterAdd(x, indices([2, 3, 20], 9), random(dtype, [2, 3, 20]), 2),
        g.indexAdd(random(dtype, [3, 37]), indices([11], 3), random(dtype, [11, 37]), 0),
      ],
      'accumulation',
    )
  })

  test('running sums agree', async () => {
    const x = random(dtype, [3, 8, 2])
    const both = [false, true]
    const sums = both.flatMap((exclusive) => both.map((reverse) => g.cumsum(x, 1, { exclusive, reverse })))
    await expectLikeReference(sums, 'accumulation')
  })

  test('counting agrees', async () => {
    const row = g.iota([4, 9], 1, dtype)
    await expectLikeReference(
      [row, g.iota([5], 0, dtype), g.iota([0, 3], 0, dtype), g.add(row, g.permute(g.iota([9, 4], 0, dtype), [1, 0]))],
      'exact',
    )
  })
})

test.each(['float32', 'float64'] as const)('NaN of %s is largest in every order', async (dtype) => {
  const x = leaf([2, Number.NaN, -1, Number.POSITIVE_INFINITY, Number.NaN, 0], [6], dtype)
  await expectLikeReference([...g.sort(x, 0, false), ...g.sort(x, 0, true), g.argmax(x, 0), g.argmin(x, 0)], 'exact')
})

test('an index out of range is named, and what runs later is right', async () => {
  const x = random('float32', [5, 4])
  const wrong = leafOf(tensorOf([0, 5], [2], 'int32'))
  const message = /index out of range, got 5 in an axis of 5/
  await expect(runValues([g.indexSelect(x, wrong, 0)], device)).rejects.toThrow(message)
  await expect(
    runValues([g.scatterAdd(x, g.reshape(wrong, [1, 2]), random('float32', [1, 2]), 0)], device),
  ).rejects.toThrow(message)
  await expectLikeReference([g.neg(x)], 'exact')
})

describe('randomBits', () => {
  test.each([0, 1, 2, 7, 8, 9, 1001])('%i bits are those of Threefry', async (size) => {
    const [key0, key1, counter0, counter1] = [0xdeadbeef, 17, 0xfffffffe, 5]
    const words = [key0, key1, counter0, counter1].map((word) => scalarLeaf(word, 'uint32'))
    const [bits] = await runValues([g.randomBits(words as [Value, Value, Value, Value], [size])], device)
    const expected = Array.from(
      { length: size },
      (_, i) => threefry2x32(key0, key1, counter0 + (i >> 1), counter1)[i & 1],
    )
    expect(numbersOf(bits!)).toEqual(expected)
  })
})
