import { describe, expect, test } from 'vitest'
import { DTypeError, ShapeError } from '../../../src/errors/errors.ts'
import { dtypes } from '../../../src/graph/dtype.ts'
import { ones, tensor, zeros } from '../../../src/tensor/creation.ts'
import type { NestedArray } from '../../../src/tensor/host.ts'
import type { Tensor } from '../../../src/tensor/tensor.ts'

const doubles = (data: NestedArray) => tensor(data, { dtype: 'float64' })
const m = doubles([
  [1, 2, 3],
  [4, 5, 6],
])
const nan = Number.NaN

describe('products', () => {
  test.each<[string, () => Tensor, NestedArray]>([
    ['matmul of matrices', () => m.matmul(doubles([[1], [1], [1]])), [[6], [15]]],
    ['matmul of a row', () => doubles([1, 2]).matmul(m), [9, 12, 15]],
    ['matmul of a column', () => m.matmul(doubles([1, 0, 0])), [1, 4]],
    ['matmul of vectors', () => doubles([1, 2]).matmul(doubles([3, 4])), 11],
    ['matmul of a batch and a vector', () => doubles([[[1, 2]], [[3, 4]]]).matmul(doubles([1, 1])), [[3], [7]]],
    ['matmul over nothing', () => zeros([2, 0]).matmul(zeros([0, 1])), [[0], [0]]],
    ['matmul of nothing', () => zeros([0, 2]).matmul(zeros([2, 3])), []],
    ['matmul of integers', () => tensor(Int32Array.of(2, 3)).matmul(tensor(Int32Array.of(4, 5))), 23],
    [
      'mm',
      () => m.mm(m.t()),
      [
        [14, 32],
        [32, 77],
      ],
    ],
    ['mv', () => m.mv(doubles([1, 1, 1])), [6, 15]],
    [
      'bmm',
      () => m.unsqueeze(0).bmm(m.mT.unsqueeze(0)),
      [
        [
          [14, 32],
          [32, 77],
        ],
      ],
    ],
    ['dot', () => doubles([1, 2]).dot(doubles([3, 4])), 11],
    ['dot of nothing', () => zeros([0]).dot(zeros([0])), 0],
    [
      'outer',
      () => doubles([1, 2]).outer(doubles([3, 4])),
      [
        [3, 4],
        [6, 8],
      ],
    ],
    ['outer of two dtypes', () => tensor(Int32Array.of(2)).outer(tensor([0.5])), [[1]]],
    ['outer with nothing', () => tensor([1, 2]).outer(zeros([0])), [[], []]],
    [
      'addmm',
      () => doubles([1, 0]).addmm(m, m.t(), { beta: 2, alpha: -1 }),
      [
        [-12, -32],
        [-30, -77],
      ],
    ],
    [
      'addmm with the tensor left out',
      () => doubles(nan).addmm(m, m.t(), { beta: 0 }),
      [
        [14, 32],
        [32, 77],
      ],
    ],
    [
      'baddbmm',
      () => doubles(1).baddbmm(m.unsqueeze(0), m.mT.unsqueeze(0)),
      [
        [
          [15, 33],
          [33, 78],
        ],
      ],
    ],
    [
      'kron',
      () => doubles([[1, 2]]).kron(doubles([[1], [10]])),
      [
        [1, 2],
        [10, 20],
      ],
    ],
    ['kron of fewer dimensions', () => doubles([1, 2]).kron(doubles([[1, 0]])), [[1, 0, 2, 0]]],
    ['kron of scalars', () => doubles(2).kron(doubles(3)), 6],
  ])('%s', async (_, act, expected) => {
    expect(await act().array()).toEqual(expected)
  })

  test.each(dtypes.filter((dtype) => dtype !== 'bool'))('of %s keep the dtype', async (dtype) => {
    const x = ones([2, 2], { dtype })
    const product = x.addmm(x, x)
    expect(product.dtype).toBe(dtype)
    expect(await product.to('float32').array()).toEqual([
      [3, 3],
      [3, 3],
    ])
  })
})

test.each<[string, () => unknown, Error]>([
  ['a number', () => m.matmul(2 as never), new TypeError('matmul: takes a tensor, got number')],
  [
    'inner dimensions that differ',
    () => m.matmul(m),
    new ShapeError('matmul: inner dimensions differ, got [2, 3] and [2, 3]; transpose or reshape one of them'),
  ],
  [
    'two dtypes',
    () => m.matmul(m.to('int32').transpose(0, 1)),
    new DTypeError('matmul: dtypes differ, got float64[2, 3] and int32[3, 2]; cast one of them'),
  ],
  [
    'bool',
    () => ones([1, 1], { dtype: 'bool' }).mm(ones([1, 1], { dtype: 'bool' })),
    new DTypeError('matmul: takes numbers; cast bool first, got bool[1, 1]'),
  ],
  [
    'a scalar',
    () => m.matmul(doubles(1)),
    new ShapeError('matmul: takes no scalars, got float64[2, 3] and float64[]; use mul()'),
  ],
  [
    'mm of a vector',
    () => m.mm(doubles([1])),
    new ShapeError('mm: takes a matrix and a matrix, got float64[2, 3] and float64[1]; matmul() takes all kinds'),
  ],
  [
    'mv of a matrix',
    () => m.mv(m),
    new ShapeError('mv: takes a matrix and a vector, got float64[2, 3] and float64[2, 3]; matmul() takes all kinds'),
  ],
  [
    'bmm of two batches',
    () => zeros([2, 1, 1]).bmm(zeros([1, 1, 1])),
    new ShapeError('bmm: batches differ, got [2, 1, 1] and [1, 1, 1]; matmul() broadcasts'),
  ],
  ['dot of two lengths', () => zeros([2]).dot(zeros([3])), new ShapeError('dot: lengths differ, got [2] and [3]')],
  [
    'outer of a matrix',
    () => m.outer(m),
    new ShapeError('outer: takes a vector and a vector, got float64[2, 3] and float64[2, 3]; matmul() takes all kinds'),
  ],
  [
    'addmm of a larger tensor',
    () => zeros([3, 1, 1]).addmm(zeros([1, 1]), zeros([1, 1])),
    new ShapeError('addmm: the tensor does not broadcast to the product, got [3, 1, 1] and [1, 1]'),
  ],
])('%s is refused', (_, act, error) => {
  expect(act).toThrow(error)
})
