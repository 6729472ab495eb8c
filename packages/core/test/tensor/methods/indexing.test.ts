import { describe, expect, test } from 'vitest'
import { DTypeError, OutOfRangeError, ShapeError } from '../../../src/errors/errors.ts'
import { dtypes } from '../../../src/graph/dtype.ts'
import { grad } from '../../../src/tensor/combine.ts'
import { arange, ones, tensor, zeros } from '../../../src/tensor/creation.ts'
import type { NestedArray } from '../../../src/tensor/host.ts'
import type { Tensor } from '../../../src/tensor/tensor.ts'

const ints = (data: NestedArray) => tensor(data, { dtype: 'int32' })
const m = arange(1, 7).reshape([2, 3]).to('float64')
const doubles = (data: NestedArray) => tensor(data, { dtype: 'float64' })
const { NaN: nan } = Number

describe('elements by indices', () => {
  test.each<[string, () => Tensor, NestedArray]>([
    [
      'indexSelect',
      () => m.indexSelect(1, ints([2, 0])),
      [
        [3, 1],
        [6, 4],
      ],
    ],
    ['indexSelect at a scalar', () => m.indexSelect(0, ints(1)), [4, 5, 6]],
    ['indexSelect of nothing', () => m.indexSelect(0, ints([])), []],
    ['indexSelect at bytes', () => m.indexSelect(0, tensor(Uint8Array.of(1))), [[4, 5, 6]]],
    ['gather', () => m.gather(1, ints([[2], [0]])), [[3], [4]]],
    [
      'gather of fewer columns',
      () =>
        m.gather(
          0,
          ints([
            [1, 0],
            [0, 0],
            [1, 1],
          ]),
        ),
      [
        [4, 2],
        [1, 2],
        [4, 5],
      ],
    ],
    ['gather of nothing', () => m.gather(1, zeros([2, 0], { dtype: 'int32' })), [[], []]],
    [
      'takeAlongDim',
      () => m.takeAlongDim(m.argsort(1, { descending: true }), 1),
      [
        [3, 2, 1],
        [6, 5, 4],
      ],
    ],
    [
      'takeAlongDim at indices that broadcast',
      () => m.takeAlongDim(ints([[2, 0]]), 1),
      [
        [3, 1],
        [6, 4],
      ],
    ],
    ['takeAlongDim of a tensor that broadcasts', () => doubles([[7, 8]]).takeAlongDim(ints([[1], [0]]), 1), [[8], [7]]],
    ['takeAlongDim of the flat tensor', () => m.takeAlongDim(ints([[5], [0]])), [6, 1]],
    [
      'take',
      () =>
        m.take(
          ints([
            [0, -1],
            [5, -6],
          ]),
        ),
      [
        [1, 6],
        [6, 1],
      ],
    ],
    ['take of computed indices', () => m.take(arange(2).sub(1)), [6, 1]],
  ])('%s', async (_, act, expected) => {
    expect(await act().array()).toEqual(expected)
  })
})

describe('elements put by indices', () => {
  test.each<[string, () => Tensor, NestedArray]>([
    [
      'scatter',
      () => m.scatter(0, ints([[1, 0]]), doubles([[10, 20]])),
      [
        [1, 20, 3],
        [10, 5, 6],
      ],
    ],
    [
      'scatter of part of a source',
      () =>
        m.scatter(
          1,
          ints([[2], [0]]),
          doubles([
            [7, 0],
            [8, 0],
            [9, 0],
          ]),
        ),
      [
        [1, 2, 7],
        [8, 5, 6],
      ],
    ],
    [
      'scatter to one place: the last stays',
      () => m.scatter(1, ints([[0, 0]]), doubles([[7, 8]])),
      [
        [8, 2, 3],
        [4, 5, 6],
      ],
    ],
    [
      'scatter of a number',
      () => m.scatter(1, ints([[1], [2]]), -1),
      [
        [1, -1, 3],
        [4, 5, -1],
      ],
    ],
    [
      'scatter of nothing',
      () => m.scatter(1, zeros([2, 0], { dtype: 'int32' }), 5),
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    ['scatterAdd', () => doubles([0, 0]).scatterAdd(0, ints([1, 1, 0]), doubles([1, 2, 4])), [4, 3]],
    ['scatterAdd of part of a source', () => doubles([0, 0]).scatterAdd(0, ints([1]), doubles([1, 2])), [0, 1]],
    [
      'indexAdd',
      () =>
        m.indexAdd(
          1,
          ints([2, 2]),
          doubles([
            [1, 10],
            [2, 20],
          ]),
        ),
      [
        [1, 2, 14],
        [4, 5, 28],
      ],
    ],
    [
      'indexAdd of a multiple',
      () => m.indexAdd(0, ints([0]), doubles([[1, 1, 1]]), { alpha: -2 }),
      [
        [-1, 0, 1],
        [4, 5, 6],
      ],
    ],
    [
      'indexAdd at a scalar',
      () => m.indexAdd(0, ints(1), doubles([[1, 1, 1]])),
      [
        [1, 2, 3],
        [5, 6, 7],
      ],
    ],
    [
      'indexCopy',
      () =>
        m.indexCopy(
          1,
          ints([2, 0]),
          doubles([
            [7, 8],
            [9, 10],
          ]),
        ),
      [
        [8, 2, 7],
        [10, 5, 9],
      ],
    ],
    [
      'indexFill',
      () => m.indexFill(1, ints([0, 2]), 0),
      [
        [0, 2, 0],
        [0, 5, 0],
      ],
    ],
    [
      'indexFill with a tensor',
      () => m.indexFill(0, ints([1]), doubles(9)),
      [
        [1, 2, 3],
        [9, 9, 9],
      ],
    ],
    [
      'indexFill of nothing',
      () => m.indexFill(0, ints([]), 9),
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
  ])('%s', async (_, act, expected) => {
    expect(await act().array()).toEqual(expected)
  })
})

describe('masks', () => {
  test('maskedFill broadcasts both ways and keeps the dtype', async () => {
    expect(await m.maskedFill(tensor([true, false, true]), nan).array()).toEqual([
      [nan, 2, nan],
      [nan, 5, nan],
    ])
    expect(
      await doubles([1, 2])
        .maskedFill(tensor([[true], [false]]), 0)
        .array(),
    ).toEqual([
      [0, 0],
      [1, 2],
    ])
    const filled = ints([1, 2]).maskedFill(tensor([true, false]), tensor(7.9))
    expect([filled.dtype, await filled.array()]).toEqual(['int32', [7, 2]])
  })

  test('maskedSelect gives the elements in order, of both broadcast', async () => {
    expect(await (await m.maskedSelect(m.gt(2))).array()).toEqual([3, 4, 5, 6])
    expect(await (await m.maskedSelect(tensor([false, true, true]))).array()).toEqual([2, 3, 5, 6])
    expect(await (await doubles([1, 2]).maskedSelect(tensor([[true], [true]]))).array()).toEqual([1, 2, 1, 2])
    expect(await (await doubles(3).maskedSelect(tensor(true))).array()).toEqual([3])
    expect(await (await m.maskedSelect(m.gt(9))).array()).toEqual([])
  })

  test('maskedSelect hands the gradient back to what it chose', async () => {
    const x = tensor([1, 2, 3], { requiresGrad: true })
    const chosen = await x.maskedSelect(tensor([true, false, true]))
    const [gradient] = grad(chosen.mul(chosen).sum(), [x])
    expect(await gradient!.array()).toEqual([2, 0, 6])
  })

  test.each(dtypes)('nonzero finds the places in %s', async (dtype) => {
    const x = tensor(
      [
        [0, 1],
        [1, 0],
      ],
      { dtype },
    )
    const places = await x.nonzero()
    expect([places.dtype, await places.array()]).toEqual([
      'int32',
      [
        [0, 1],
        [1, 0],
      ],
    ])
  })

  test('nonzero of NaN, −0, scalars and nothing', async () => {
    expect(await (await tensor([-0, nan], { dtype: 'float16' }).nonzero()).array()).toEqual([[1]])
    expect((await tensor(5).nonzero()).shape).toEqual([1, 0])
    expect((await tensor(0).nonzero()).shape).toEqual([0, 0])
    expect((await zeros([2, 0]).nonzero()).shape).toEqual([0, 2])
  })
})

test.each(dtypes)('elements of %s are put and taken as they are', async (dtype) => {
  const x = ones([3], { dtype })
  const put = x
    .scatter(0, ints([1]), 0)
    .indexFill(0, ints([2]), 0)
    .maskedFill(tensor([true, false, false]), 0)
  expect([put.dtype, await put.to('float32').array()]).toEqual([dtype, [0, 0, 0]])
  const taken = put.scatter(0, ints([0]), x).take(ints([0, -1]))
  expect([taken.dtype, await taken.to('float32').array()]).toEqual([dtype, [1, 0]])
})

describe('wrong arguments', () => {
  test.each<[string, () => unknown, Error]>([
    [
      'an array of indices',
      () => m.indexSelect(0, [1] as never),
      new TypeError('indexSelect: takes a tensor, got object'),
    ],
    [
      'float indices',
      () => m.gather(1, m),
      new DTypeError(
        "gather: indices are int32, got float64[2, 3]; make them of an Int32Array or cast them, to('int32')",
      ),
    ],
    [
      'an index beyond the end',
      () => m.gather(1, ints([[0], [3]])),
      new OutOfRangeError(
        'gather: index 3 at position 1 is out of range, got 3 elements along dimension 1; indices are 0…2',
      ),
    ],
    [
      'a negative index',
      () => m.indexSelect(-1, ints([-1])),
      new OutOfRangeError(
        'indexSelect: index -1 at position 0 is out of range, got 3 elements along dimension 1; indices are 0…2',
      ),
    ],
    [
      'an index of host data in another shape',
      () => m.gather(1, ints([0, 3]).detach().unsqueeze(1).reshape([2, 1])),
      new OutOfRangeError(
        'gather: index 3 at position 1 is out of range, got 3 elements along dimension 1; indices are 0…2',
      ),
    ],
    [
      'an index into nothing',
      () => zeros([0]).indexSelect(0, ints([0])),
      new OutOfRangeError(
        'indexSelect: index 0 at position 0 is out of range, got 0 elements along dimension 0; there is none to choose',
      ),
    ],
    [
      'an index to put at that is not there',
      () => m.scatterAdd(0, ints([[2]]), doubles([[1]])),
      new OutOfRangeError(
        'scatterAdd: index 2 at position 0 is out of range, got 2 elements along dimension 0; indices are 0…1',
      ),
    ],
    [
      'an element that is not there',
      () => m.take(ints([-7])),
      new OutOfRangeError('take: index -7 at position 0 is out of range, got 6 elements; indices are -6…5'),
    ],
    [
      'a scalar to gather from',
      () => tensor(1).gather(0, ints(0)),
      new OutOfRangeError('gather: no such axis in a tensor of 0 dimensions, got 0'),
    ],
    [
      'indices of another rank',
      () => m.gather(0, ints([0])),
      new ShapeError('gather: indices fit the tensor in all but axis 0, got [1] for [2, 3]'),
    ],
    [
      'indices that do not broadcast',
      () => m.takeAlongDim(ints([[0], [0], [0]]), 1),
      new ShapeError('takeAlongDim: indices broadcast with the tensor in all but dimension 1, got [3, 1] for [2, 3]'),
    ],
    [
      'a source smaller than the indices',
      () => m.scatter(1, ints([[0, 1]]), doubles([[1]])),
      new ShapeError('scatter: the source is at least as large as the indices, got [1, 1] and [1, 2]'),
    ],
    [
      'a source of another dtype',
      () => m.scatter(1, ints([[0]]), tensor([[1]])),
      new DTypeError('scatter: dtypes differ, got float64[2, 3] and float32[1, 1]; cast one of them'),
    ],
    [
      'a fraction among integers',
      () => ints([1]).scatter(0, ints([0]), 0.5),
      new OutOfRangeError('scatter: int32 does not hold every number, got 0.5; cast to a float dtype'),
    ],
    [
      'a negative byte',
      () => tensor(Uint8Array.of(1)).indexFill(0, ints([0]), -1),
      new OutOfRangeError('indexFill: uint8 does not hold every number, got -1; cast to a float dtype'),
    ],
    [
      'NaN among integers',
      () => ints([1]).maskedFill(tensor([true]), nan),
      new OutOfRangeError('maskedFill: int32 does not hold every number, got NaN; cast to a float dtype'),
    ],
    [
      'a matrix of rows',
      () => m.indexAdd(0, ints([[0]]), m),
      new ShapeError('indexAdd: indices have one dimension, got [1, 1]'),
    ],
    [
      'rows of another length',
      () => m.indexCopy(0, ints([0]), doubles([[1, 2]])),
      new ShapeError('indexCopy: the source has the shape [1, 3], got [1, 2]'),
    ],
    [
      'a vector to fill with',
      () => m.indexFill(0, ints([0]), doubles([1])),
      new ShapeError('indexFill: fills with a number or a tensor of no dimensions, got float64[1]'),
    ],
    [
      'a mask of numbers',
      () => m.maskedFill(m, 0),
      new DTypeError("maskedFill: a mask is bool, got float64[2, 3]; compare it, or cast it, to('bool')"),
    ],
    [
      'a mask of another shape',
      () => m.maskedFill(tensor([true, false]), 0),
      new ShapeError('maskedFill: the mask does not broadcast with the tensor, got [2] and [2, 3]'),
    ],
  ])('%s', (_, act, error) => {
    expect(act).toThrow(error)
  })

  test('of what is read reject', async () => {
    await expect(m.maskedSelect(m)).rejects.toThrow(DTypeError)
    await expect(m.maskedSelect(tensor([true, false]))).rejects.toThrow(ShapeError)
  })

  test('computed indices are refused where they run', async () => {
    await expect(m.gather(1, arange(2, 4).reshape([2, 1])).data()).rejects.toThrow(OutOfRangeError)
  })
})
