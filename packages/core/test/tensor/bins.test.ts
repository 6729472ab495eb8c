import { describe, expect, test } from 'vitest'
import { DTypeError, OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import { bincount, bucketize, histc, searchsorted } from '../../src/tensor/bins.ts'
import { arange, tensor, zeros } from '../../src/tensor/creation.ts'
import type { NestedArray } from '../../src/tensor/host.ts'
import { oneHot } from '../../src/tensor/one-hot.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'

const ints = (data: NestedArray) => tensor(data, { dtype: 'int32' })
const { NaN: nan, POSITIVE_INFINITY: inf } = Number

describe('searchsorted', () => {
  test.each<[string, () => Tensor, NestedArray]>([
    ['before equal elements', () => searchsorted(tensor([1, 2, 2, 4]), tensor([0, 1, 2, 3, 5])), [0, 0, 1, 3, 4]],
    [
      'after equal elements',
      () => searchsorted(tensor([1, 2, 2, 4]), tensor([0, 1, 2, 3, 5]), { right: true }),
      [0, 1, 3, 3, 4],
    ],
    ['of NaN and infinities', () => searchsorted(tensor([1, 2]), tensor([nan, inf, -inf])), [2, 2, 0]],
    ['of a scalar', () => searchsorted(tensor([1, 2]), tensor(1.5)), 1],
    ['among nothing', () => searchsorted(zeros([0]), tensor([1])), [0]],
    ['of nothing', () => searchsorted(tensor([1]), zeros([0])), []],
    [
      'in rows',
      () =>
        searchsorted(
          tensor([
            [1, 2],
            [3, 4],
          ]),
          tensor([
            [2, 9, 0],
            [2, 9, 4],
          ]),
        ),
      [
        [1, 2, 0],
        [0, 2, 1],
      ],
    ],
    ['of two dtypes', () => searchsorted(ints([1, 2, 3]), tensor([2.5])), [2]],
    [
      'by buckets',
      () =>
        bucketize(
          ints([
            [0, 1],
            [2, 3],
          ]),
          ints([1, 3]),
        ),
      [
        [0, 0],
        [1, 1],
      ],
    ],
  ])('%s', async (_, act, expected) => {
    const found = act()
    expect([found.dtype, await found.array()]).toEqual(['int32', expected])
  })

  test.each([1, 2, 3, 7, 8, 9, 100])('counts the smaller ones among %d', async (length) => {
    const sorted = arange(length)
    const values = arange(-1, length + 1)
    const expected = Array.from({ length: length + 2 }, (_, i) => Math.min(Math.max(i - 1, 0), length))
    expect(await searchsorted(sorted, values).array()).toEqual(expected)
  })
})

describe('bincount', () => {
  test('counts integers, or adds up weights', async () => {
    expect(await bincount(ints([1, 3, 1]), 5).array()).toEqual([0, 2, 0, 1, 0])
    const weighted = bincount(ints([1, 0, 1]), 2, { weights: tensor([1, 2, 4], { dtype: 'float64' }) })
    expect([weighted.dtype, await weighted.array()]).toEqual(['float64', [2, 5]])
    expect(await bincount(ints([]), 2).array()).toEqual([0, 0])
    expect(await bincount(ints([]), 0).array()).toEqual([])
  })
})

describe('histc', () => {
  const x = tensor([0, 0.5, 1, 1.5, 2, nan, -1, 3])

  test.each<[string, () => Tensor, NestedArray]>([
    ['leaves out what is outside, and NaN', () => histc(x, { bins: 2, min: 0, max: 2 }), [2, 3]],
    ['takes the range of the data', () => histc(tensor([1, 2, 3, 5]), { bins: 4 }), [1, 1, 1, 1]],
    ['has a range around a single number', () => histc(tensor([2, 2]), { bins: 4 }), [0, 0, 2, 0]],
    ['counts nothing', () => histc(zeros([0]), { bins: 2 }), [0, 0]],
    ['is NaN over data that has no range', () => histc(x, { bins: 2 }), [nan, nan]],
  ])('%s', async (_, act, expected) => {
    expect(await act().array()).toEqual(expected)
  })

  test.each(['float16', 'bfloat16', 'float32', 'float64'] as const)('keeps %s', async (dtype) => {
    const counts = histc(arange(300, { dtype }), { bins: 3, min: 0, max: 300 })
    expect([counts.dtype, await counts.array()]).toEqual([dtype, [100, 100, 100]])
  })
})

test('oneHot gives a row of zeros and a 1 to each label', async () => {
  const rows = oneHot(ints([[2, 0]]), 3)
  expect([rows.dtype, await rows.array()]).toEqual([
    'int32',
    [
      [
        [0, 0, 1],
        [1, 0, 0],
      ],
    ],
  ])
  expect(await oneHot(tensor(Uint8Array.of(1)), 2, { dtype: 'bool' }).array()).toEqual([[false, true]])
  expect(oneHot(ints([]), 3).shape).toEqual([0, 3])
})

test.each<[string, () => unknown, Error]>([
  [
    'a matrix of boundaries',
    () => bucketize(tensor([1]), tensor([[1]])),
    new ShapeError('bucketize: boundaries are a vector, got float32[1, 1]; use searchsorted()'),
  ],
  [
    'rows of another batch',
    () => searchsorted(zeros([2, 3]), zeros([3, 3])),
    new ShapeError(
      'searchsorted: takes a sorted vector, or rows with the leading dimensions of the values, got [2, 3] and [3, 3]',
    ),
  ],
  [
    'an array',
    () => searchsorted([1] as never, tensor([1])),
    new TypeError('searchsorted: takes a tensor, got object'),
  ],
  [
    'an integer beyond the bins',
    () => bincount(ints([0, 2]), 2),
    new OutOfRangeError('bincount: element 2 at position 1 is out of range, got 2 bins; elements are 0…1'),
  ],
  [
    'fractions to count',
    () => bincount(tensor([0.5]), 2),
    new DTypeError(
      "bincount: elements are int32, got float32[1]; make them of an Int32Array or cast them, to('int32')",
    ),
  ],
  [
    'no length',
    () => bincount(ints([0]), undefined as never),
    new OutOfRangeError('bincount: the length is a whole number ≥ 0, got undefined'),
  ],
  [
    'weights of another length',
    () => bincount(ints([0]), 1, { weights: zeros([2]) }),
    new ShapeError('bincount: one weight an element, got float32[2] for int32[1]'),
  ],
  ['no bins', () => histc(zeros([1]), { bins: 0 }), new OutOfRangeError('histc: takes one bin or more, got 0')],
  [
    'a range backwards',
    () => histc(zeros([1]), { min: 1 }),
    new OutOfRangeError('histc: takes finite min ≤ max, got 1 and 0'),
  ],
  [
    'a histogram of integers',
    () => histc(ints([1])),
    new DTypeError("histc: takes floats, got int32; cast it first, to('float32')"),
  ],
  [
    'a label beyond the classes',
    () => oneHot(ints([3]), 3),
    new OutOfRangeError('oneHot: label 3 at position 0 is out of range, got 3 classes; labels are 0…2'),
  ],
  [
    'classes to be counted',
    () => oneHot(ints([1]), -1),
    new OutOfRangeError(
      'oneHot: the number of classes is a whole number ≥ 1, got -1; it is not counted, as tensors are lazy',
    ),
  ],
])('%s: refused', (_, act, error) => {
  expect(act).toThrow(error)
})
