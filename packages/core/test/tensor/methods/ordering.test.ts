import { describe, expect, test } from 'vitest'
import { OutOfRangeError } from '../../../src/errors/errors.ts'
import { dtypes } from '../../../src/graph/dtype.ts'
import { tensor, zeros } from '../../../src/tensor/creation.ts'
import type { NestedArray } from '../../../src/tensor/host.ts'
import type { ValuesAndIndices } from '../../../src/tensor/methods/reductions.ts'

const nan = Number.NaN
const ties = tensor([3, 1, 3, nan, 1])
const m = tensor([
  [3, 1, 2],
  [0, 5, 4],
])

async function both({ values, indices }: ValuesAndIndices): Promise<[NestedArray, NestedArray]> {
  expect(indices.dtype).toBe('int32')
  return [await values.array(), await indices.array()]
}

describe('order', () => {
  test.each<[string, () => ValuesAndIndices, NestedArray, NestedArray]>([
    ['sort', () => ties.sort(), [1, 1, 3, 3, nan], [1, 4, 0, 2, 3]],
    ['sort descending', () => ties.sort(-1, { descending: true }), [nan, 3, 3, 1, 1], [3, 0, 2, 1, 4]],
    [
      'sort along a dimension',
      () => m.sort(0),
      [
        [0, 1, 2],
        [3, 5, 4],
      ],
      [
        [1, 0, 0],
        [0, 1, 1],
      ],
    ],
    ['sort of a scalar', () => tensor(2).sort(), 2, 0],
    ['sort of nothing', () => zeros([0]).sort(), [], []],
    [
      'topk',
      () => m.topk(2),
      [
        [3, 2],
        [5, 4],
      ],
      [
        [0, 2],
        [1, 2],
      ],
    ],
    ['topk of the smallest', () => m.topk(1, 0, { largest: false }), [[0, 1, 2]], [[1, 0, 0]]],
    ['topk with NaN', () => ties.topk(2), [nan, 3], [3, 0]],
    ['topk of none', () => m.topk(0), [[], []], [[], []]],
    ['topk of a scalar', () => tensor(2).topk(1), 2, 0],
    ['kthvalue', () => m.kthvalue(2), [2, 4], [2, 2]],
    ['kthvalue, dimension kept', () => m.kthvalue(1, 0, { keepDim: true }), [[0, 1, 2]], [[1, 0, 0]]],
    ['kthvalue of a scalar', () => tensor(2).kthvalue(1), 2, 0],
  ])('%s', async (_, act, values, indices) => {
    expect(await both(act())).toEqual([values, indices])
  })

  test('argsort gives the indices of sort', async () => {
    expect(await ties.argsort().array()).toEqual([1, 4, 0, 2, 3])
    expect(await tensor(2).argsort().array()).toBe(0)
  })

  test.each(dtypes)('of %s', async (dtype) => {
    const x = tensor([1, 0, 1], { dtype })
    const { values, indices } = x.sort()
    expect([values.dtype, await values.to('float32').array()]).toEqual([dtype, [0, 1, 1]])
    expect(await indices.array()).toEqual([1, 0, 2])
    expect(await x.topk(1).values.to('float32').array()).toEqual([1])
  })
})

describe('unique', () => {
  test('gives the different elements, where each is and how often', async () => {
    const { values, inverse, counts } = await tensor(
      [
        [3, 1],
        [3, -2],
      ],
      { dtype: 'int32' },
    ).unique()
    expect([values.dtype, await values.array()]).toEqual(['int32', [-2, 1, 3]])
    expect([inverse.dtype, await inverse.array()]).toEqual([
      'int32',
      [
        [2, 1],
        [2, 0],
      ],
    ])
    expect([counts.dtype, await counts.array()]).toEqual(['int32', [1, 1, 2]])
  })

  test('takes every NaN as another', async () => {
    const { values, counts } = await ties.add(nan).unique()
    expect([await values.array(), await counts.array()]).toEqual([new Array(5).fill(nan), [1, 1, 1, 1, 1]])
  })

  test('of nothing and of a scalar', async () => {
    expect((await zeros([2, 0]).unique()).inverse.shape).toEqual([2, 0])
    const { values, inverse } = await tensor(4).unique()
    expect([await values.array(), await inverse.array()]).toEqual([[4], 0])
  })

  test.each(dtypes)('keeps %s', async (dtype) => {
    const { values } = await tensor([1, 0, 1], { dtype }).unique()
    expect([values.dtype, await values.to('float32').array()]).toEqual([dtype, [0, 1]])
  })
})

test.each<[string, () => unknown, Error]>([
  [
    'more than there are',
    () => m.topk(4),
    new OutOfRangeError('topk: k is a whole number from 0 up to the 3 elements along dimension 1, got 4'),
  ],
  [
    'a fraction of them',
    () => m.topk(0.5),
    new OutOfRangeError('topk: k is a whole number from 0 up to the 3 elements along dimension 1, got 0.5'),
  ],
  [
    'the 0th',
    () => m.kthvalue(0),
    new OutOfRangeError('kthvalue: k is a whole number from 1 up to the 3 elements along dimension 1, got 0'),
  ],
  [
    'a dimension that is not there',
    () => m.sort(2),
    new OutOfRangeError('sort: no such axis in a tensor of 2 dimensions, got 2'),
  ],
])('%s is refused', (_, act, error) => {
  expect(act).toThrow(error)
})
