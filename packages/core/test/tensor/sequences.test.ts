import { describe, expect, test } from 'vitest'
import { DTypeError, OutOfRangeError } from '../../src/errors/errors.ts'
import type { NestedArray } from '../../src/tensor/host.ts'
import { linspace, logspace, trilIndices, triuIndices } from '../../src/tensor/sequences.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { expectWithin } from '../support/close.ts'

test.each<[string, () => Tensor, NestedArray]>([
  ['linspace', () => linspace(0, 1, 5), [0, 0.25, 0.5, 0.75, 1]],
  ['linspace downwards', () => linspace(2, -2, 3), [2, 0, -2]],
  ['linspace of one', () => linspace(3, 9, 1), [3]],
  ['linspace of none', () => linspace(3, 9, 0), []],
  ['linspace of two', () => linspace(3, 9, 2), [3, 9]],
  ['linspace that stands still', () => linspace(1, 1, 3), [1, 1, 1]],
  ['linspace of halves', () => linspace(0, 2048, 5, { dtype: 'float16' }), [0, 512, 1024, 1536, 2048]],
  ['logspace', () => logspace(-1, 2, 4, { base: 2, dtype: 'float64' }), [0.5, 1, 2, 4]],
  ['logspace of none', () => logspace(0, 1, 0), []],
  [
    'trilIndices',
    () => trilIndices(2, 2),
    [
      [0, 1, 1],
      [0, 0, 1],
    ],
  ],
  [
    'trilIndices below',
    () => trilIndices(3, 2, { offset: -1 }),
    [
      [1, 2, 2],
      [0, 0, 1],
    ],
  ],
  [
    'triuIndices',
    () => triuIndices(2, 3, { offset: 1 }),
    [
      [0, 0, 1],
      [1, 2, 2],
    ],
  ],
  ['triuIndices of nothing', () => triuIndices(0, 3), [[], []]],
])('%s', async (_, act, expected) => {
  expect(await act().array()).toEqual(expected)
})

describe('linspace', () => {
  test.each([3, 10, 99, 1001])(
    'of %d float32 meets both ends and stays within a rounding of each number',
    async (n) => {
      const numbers = (await linspace(-0.1, 0.7, n).array()) as number[]
      expect([numbers[0], numbers.at(-1)]).toEqual([Math.fround(-0.1), Math.fround(0.7)])
      expectWithin(
        numbers,
        Array.from({ length: n }, (_, i) => -0.1 + (0.8 * i) / (n - 1)),
        2 ** -23,
      )
    },
  )

  test('of another length or ends is of the dtype that was asked for', () => {
    expect([linspace(0, 1, 2).dtype, linspace(0, 1, 2, { dtype: 'bfloat16' }).dtype]).toEqual(['float32', 'bfloat16'])
    expect([logspace(0, 1, 2).dtype, triuIndices(1, 1).dtype]).toEqual(['float32', 'int32'])
  })
})

test.each<[string, () => unknown, Error]>([
  [
    'integers',
    () => linspace(0, 4, 5, { dtype: 'int32' }),
    new DTypeError('linspace: makes floats, got int32; for whole numbers use arange()'),
  ],
  ['half a step', () => linspace(0, 1, 2.5), new OutOfRangeError('linspace: takes a number of steps ≥ 0, got 2.5')],
  [
    'an infinite end',
    () => logspace(0, Number.POSITIVE_INFINITY, 2),
    new OutOfRangeError('logspace: both ends and their distance are finite, got 0 and Infinity'),
  ],
  [
    'a negative number of rows',
    () => trilIndices(-1, 2),
    new OutOfRangeError('trilIndices: takes numbers of rows and columns ≥ 0, got -1 and 2'),
  ],
])('%s: refused', (_, act, error) => {
  expect(act).toThrow(error)
})
