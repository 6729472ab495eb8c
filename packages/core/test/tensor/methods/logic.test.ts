import { describe, expect, test } from 'vitest'
import { DTypeError, OutOfRangeError, ShapeError } from '../../../src/errors/errors.ts'
import { tensor, zeros } from '../../../src/tensor/creation.ts'
import type { Tensor } from '../../../src/tensor/tensor.ts'
import { bytes, doubles, ints, type Use, words } from './make.ts'

const { NaN: nan, POSITIVE_INFINITY: inf } = Number

const cases: Readonly<Record<string, readonly Use[]>> = {
  eq: [
    [() => doubles([1, nan]).eq(doubles([1, nan])), [true, false]],
    [() => ints([1, 2]).eq(1.5), [false, false]],
    [() => tensor([true, false]).eq(1), [true, false]],
  ],
  ne: [[() => doubles([1, nan]).ne(1), [false, true]]],
  lt: [[() => ints([1, 2]).lt(2), [true, false]]],
  le: [[() => ints([2, 3]).le(2), [true, false]]],
  gt: [
    [() => ints([2, 3]).gt(2), [false, true]],
    [
      () => ints([2, 3]).gt(ints([[1], [2]])),
      [
        [true, true],
        [false, true],
      ],
    ],
  ],
  ge: [
    [() => doubles([2, nan]).ge(2), [true, false]],
    [() => words([2 ** 32 - 1]).ge(2 ** 31), [true]],
  ],
  isClose: [
    [() => doubles([1, 1]).isClose(doubles([1.00001, 1.0001])), [true, false]],
    [() => doubles([0, 0]).isClose(doubles([1e-8, 1.1e-8])), [true, false]],
    [() => doubles([1, 1]).isClose(doubles([1.5, 1.6]), { rtol: 0, atol: 0.5 }), [true, false]],
    [() => doubles([inf, inf, nan]).isClose(doubles([inf, -inf, nan])), [true, false, false]],
    [() => doubles([nan, nan]).isClose(doubles([nan, 1]), { equalNan: true }), [true, false]],
    // Their difference as bytes would be 254.
    [() => bytes([3]).isClose(bytes([5]), { atol: 2 }), [true]],
    [() => doubles([1, 2]).isClose(1), [true, false]],
    [() => bytes([44]).isClose(300), [false]],
  ],
  logicalNot: [[() => doubles([0, 3, nan]).logicalNot(), [true, false, false]]],
  logicalAnd: [[() => tensor([1, 1, 0]).logicalAnd(ints([2, 0, 0])), [true, false, false]]],
  logicalOr: [[() => tensor([true, false]).logicalOr(ints([0, 0])), [true, false]]],
  logicalXor: [[() => tensor([0.5, 0, 2]).logicalXor(ints([[1]])), [[false, true, false]]]],
  bitwiseNot: [
    [() => ints([0, 5]).bitwiseNot(), [-1, -6]],
    [() => bytes([0, 5]).bitwiseNot(), [255, 250]],
    [() => tensor([true]).bitwiseNot(), [false]],
  ],
  bitwiseAnd: [
    [() => ints([6, -1]).bitwiseAnd(3), [2, 3]],
    [() => bytes([0b1010]).bitwiseAnd(bytes([0b0110])), [0b0010]],
    [() => tensor([true, true]).bitwiseAnd(tensor([true, false])), [true, false]],
  ],
  bitwiseOr: [[() => words([2 ** 31]).bitwiseOr(1), [2 ** 31 + 1]]],
  bitwiseXor: [[() => ints([6, 6]).bitwiseXor(ints([3, 6])), [5, 0]]],
  bitwiseLeftShift: [
    [() => ints([1, 1, 1, 1, 3]).bitwiseLeftShift(ints([0, 31, 32, -1, 1])), [1, -(2 ** 31), 0, 0, 6]],
    [() => bytes([1, 3, 1]).bitwiseLeftShift(bytes([7, 7, 40])), [128, 128, 0]],
    [() => words([3]).bitwiseLeftShift(31), [2 ** 31]],
  ],
  bitwiseRightShift: [
    [() => ints([-5, -5, 5, -5]).bitwiseRightShift(ints([1, 32, 40, -1])), [-3, -1, 0, -1]],
    [() => bytes([255, 255]).bitwiseRightShift(bytes([4, 8])), [15, 0]],
    [() => words([2 ** 32 - 1, 5]).bitwiseRightShift(words([31, 33])), [1, 0]],
  ],
}

describe.each(Object.entries(cases))('%s', (_, uses) => {
  test.each(uses)('case %#', async (make, expected) => {
    const bits = make()
    expect(await bits.array()).toEqual(expected)
  })
})

describe('allClose', () => {
  test.each<[boolean, () => Promise<boolean>]>([
    [true, () => doubles([1, 2]).allClose(doubles([1, 2.00001]))],
    [false, () => doubles([1, 2]).allClose(doubles([1, 2.1]))],
    [true, () => doubles([1, 2]).allClose(doubles([1.1, 2.1]), { atol: 0.2 })],
    [false, () => doubles([nan]).allClose(doubles([nan]))],
    [true, () => doubles([nan]).allClose(doubles([nan]), { equalNan: true })],
    [true, () => zeros([0, 3]).allClose(zeros([3]))],
    [true, () => doubles([[2], [2]]).allClose(2)],
  ])('is %s: case %#', async (expected, act) => {
    expect(await act()).toBe(expected)
  })

  test('refuses shapes that do not broadcast', async () => {
    await expect(doubles([1, 2]).allClose(doubles([1, 2, 3]))).rejects.toThrow(
      new ShapeError('allClose: shapes do not broadcast, got [2] and [3]; dimensions must be equal or 1'),
    )
  })
})

describe('equal', () => {
  test.each<[boolean, Tensor, Tensor]>([
    [true, doubles([1, 2]), doubles([1, 2])],
    [false, doubles([1, 2]), doubles([1, 3])],
    [false, doubles([1, 1]), doubles([1])],
    [false, doubles([nan]), doubles([nan])],
    [true, ints([1]), doubles([1])],
    [true, zeros([0]), zeros([0])],
    [false, zeros([0, 2]), zeros([0, 3])],
    [true, doubles(3), doubles(3)],
  ])('is %s: case %#', async (expected, x, y) => {
    expect(await x.equal(y)).toBe(expected)
  })

  test('refuses what is no tensor', async () => {
    await expect(doubles([1]).equal(1 as never)).rejects.toThrow(new TypeError('equal: takes a tensor, got number'))
  })
})

describe('wrong arguments', () => {
  const x = doubles([1, 2])

  test.each<[string, () => unknown, Error]>([
    ['a string as an operand', () => x.lt('3' as never), new TypeError('lt: takes a tensor or a number, got string')],
    ['no mask', () => x.logicalAnd(undefined as never), new TypeError('logicalAnd: takes a tensor, got undefined')],
    [
      'shapes that do not broadcast',
      () => x.gt(doubles([1, 2, 3])),
      new ShapeError('gt: shapes do not broadcast, got [2] and [3]; dimensions must be equal or 1'),
    ],
    [
      'masks that do not broadcast',
      () => x.logicalOr(doubles([1, 2, 3])),
      new ShapeError('logicalOr: shapes do not broadcast, got [2] and [3]; dimensions must be equal or 1'),
    ],
    [
      'a number that uint8 does not hold',
      () => bytes([44]).eq(300),
      new OutOfRangeError('eq: uint8 holds 0 to 255, got 300; cast the tensor first'),
    ],
    ['bits of floats', () => x.bitwiseAnd(1), new DTypeError('bitwiseAnd: takes bool or integers, got float64[2]')],
    [
      'bits of a fraction',
      () => ints([1]).bitwiseOr(0.5),
      new DTypeError('bitwiseOr: takes bool or integers, got float32[1]'),
    ],
    [
      'the complement of floats',
      () => x.bitwiseNot(),
      new DTypeError('bitwiseNot: takes bool or integers, got float64[2]'),
    ],
    [
      'a shift of bools',
      () => tensor([true]).bitwiseLeftShift(tensor([true])),
      new DTypeError('bitwiseLeftShift: takes integers, got bool[1]'),
    ],
    [
      'a shift by a fraction',
      () => ints([1]).bitwiseRightShift(0.5),
      new DTypeError('bitwiseRightShift: takes integers, got float32[1]'),
    ],
    [
      'a negative tolerance',
      () => x.isClose(x, { rtol: -1 }),
      new OutOfRangeError('isClose: rtol is a number ≥ 0, got -1'),
    ],
    [
      'a tolerance of NaN',
      () => x.isClose(x, { atol: nan }),
      new OutOfRangeError('isClose: atol is a number ≥ 0, got NaN'),
    ],
  ])('%s', (_, act, error) => {
    expect(act).toThrow(error)
  })
})
