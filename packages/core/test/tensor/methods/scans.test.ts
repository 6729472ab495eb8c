import { describe, expect, test } from 'vitest'
import { OutOfRangeError } from '../../../src/errors/errors.ts'
import { tensor, zeros } from '../../../src/tensor/creation.ts'
import { bytes, doubles, ints, type Use } from './make.ts'

const { NaN: nan, POSITIVE_INFINITY: inf } = Number
const m = doubles([
  [1, 2, 3],
  [4, 5, 6],
])

const cases: Readonly<Record<string, readonly Use[]>> = {
  cumsum: [
    [
      () => m.cumsum(1),
      [
        [1, 3, 6],
        [4, 9, 15],
      ],
    ],
    [() => bytes([200, 100]).cumsum(0), [200, 300]],
    [() => tensor([true, false, true]).cumsum(-1), [1, 1, 2]],
    [() => zeros([0]).cumsum(0), []],
    [() => zeros([2, 0]).cumsum(0), [[], []]],
    [() => doubles(3).cumsum(0), 3],
  ],
  cumprod: [
    [
      () => m.cumprod(0),
      [
        [1, 2, 3],
        [4, 10, 18],
      ],
    ],
    [() => doubles([1, 2, 3, 4, 5, 6, 7]).cumprod(0), [1, 2, 6, 24, 120, 720, 5040]],
    [() => doubles([2, 0, 3, nan]).cumprod(0), [2, 0, 0, nan]],
    [() => bytes([20, 20]).cumprod(0), [20, 400]],
    [() => ints([65537, 65537]).cumprod(0), [65537, 131073]],
    [() => zeros([0, 2]).cumprod(0), []],
    [() => zeros([2, 0]).cumprod(0), [[], []]],
    [() => ints(3).cumprod(-1), 3],
  ],
  cummax: [
    [() => doubles([1, 3, 2, 3, 1]).cummax(0).values, [1, 3, 3, 3, 3]],
    [() => doubles([1, 3, 2, 3, 1]).cummax(0).indices, [0, 1, 1, 3, 3]],
    [() => doubles([1, nan, 3, nan]).cummax(0).values, [1, nan, nan, nan]],
    [() => doubles([1, nan, 3, nan]).cummax(0).indices, [0, 1, 1, 3]],
    [() => doubles([-inf, -inf]).cummax(0).indices, [0, 1]],
    [() => ints([[3], [1], [5]]).cummax(0).values, [[3], [3], [5]]],
    [() => tensor([false, true, false]).cummax(0).values, [false, true, true]],
    [() => zeros([0, 2]).cummax(0).indices, []],
    [() => doubles(3).cummax(0).values, 3],
  ],
  cummin: [
    [() => doubles([3, 1, 2, 1]).cummin(0).values, [3, 1, 1, 1]],
    [() => doubles([3, 1, 2, 1]).cummin(0).indices, [0, 1, 1, 3]],
    [() => bytes([255, 0, 7]).cummin(0).values, [255, 0, 0]],
    [() => doubles(3).cummin(-1).indices, 0],
  ],
  softmax: [
    [() => doubles([1000, 1000]).softmax(0), [0.5, 0.5]],
    [() => doubles(7).softmax(0), 1],
    [() => zeros([2, 0]).softmax(1), [[], []]],
  ],
  logSoftmax: [
    [() => doubles([[0], [0]]).logSoftmax(-1), [[0], [0]]],
    [() => doubles([1e30, -1e30]).logSoftmax(0), [0, -2e30]],
  ],
}

describe.each(Object.entries(cases))('%s', (_, uses) => {
  test.each(uses)('case %#', async (make, expected) => {
    expect(await make().array()).toEqual(expected)
  })
})

test('running products of many lengths are those of a loop', async () => {
  for (const length of [1, 2, 3, 4, 5, 8, 9, 17]) {
    const numbers = Array.from({ length }, (_, i) => (i % 3) - 1.5)
    const expected = numbers.map((_, i) => numbers.slice(0, i + 1).reduce((product, x) => product * x, 1))
    expect(await doubles(numbers).cumprod(0).array()).toEqual(expected)
  }
})

test.each([
  ['cumsum', () => m.cumsum(2)],
  ['cumprod', () => m.cumprod(-3)],
  ['cummax', () => m.cummax(0.5)],
  ['cummin', () => doubles(1).cummin(1)],
  ['softmax', () => m.softmax(2)],
  ['logSoftmax', () => m.logSoftmax(2)],
])('%s refuses a dimension that is not there', (name, act) => {
  expect(act).toThrow(OutOfRangeError)
  expect(act).toThrow(new RegExp(`^${name}: no such axis in a tensor of`))
})
