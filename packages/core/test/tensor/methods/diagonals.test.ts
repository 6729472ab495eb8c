import { describe, expect, test } from 'vitest'
import { OutOfRangeError, ShapeError } from '../../../src/errors/errors.ts'
import { dtypes } from '../../../src/graph/dtype.ts'
import { arange, ones, tensor, zeros } from '../../../src/tensor/creation.ts'
import type { NestedArray } from '../../../src/tensor/host.ts'
import type { Tensor } from '../../../src/tensor/tensor.ts'

const m = arange(1, 7).reshape([2, 3])
const nan = Number.NaN

describe('diagonals', () => {
  test.each<[string, () => Tensor, NestedArray]>([
    ['diagonal', () => m.diagonal(), [1, 5]],
    ['diagonal above', () => m.diagonal({ offset: 2 }), [3]],
    ['diagonal below', () => m.diagonal({ offset: -1 }), [4]],
    ['diagonal beyond the matrix', () => m.diagonal({ offset: -2 }), []],
    ['diagonal of empty matrices', () => zeros([2, 0, 3]).diagonal({ dim1: 1, dim2: 2 }), [[], []]],
    ['diagonal of a transpose', () => m.diagonal({ offset: 1, dim1: 1, dim2: 0 }), [4]],
    [
      'diag of a vector',
      () => tensor([1, 2]).diag(),
      [
        [1, 0],
        [0, 2],
      ],
    ],
    ['diag of no elements', () => zeros([0]).diag(1), [[0]]],
    ['diag of a matrix', () => m.diag(-1), [4]],
    [
      'diagEmbed of a batch',
      () => m.slice(1, 0, 1).diagEmbed({ offset: 1 }),
      [
        [
          [0, 1],
          [0, 0],
        ],
        [
          [0, 4],
          [0, 0],
        ],
      ],
    ],
    [
      'diagEmbed with columns first',
      () => tensor([1, 2]).diagEmbed({ offset: 1, dim1: 1, dim2: 0 }).slice(0, 1),
      [
        [1, 0, 0],
        [0, 2, 0],
      ],
    ],
    [
      'diagflat',
      () => tensor([[1], [2]]).diagflat(),
      [
        [1, 0],
        [0, 2],
      ],
    ],
    [
      'diagflat of a scalar',
      () => tensor(2).diagflat(-1),
      [
        [0, 0],
        [2, 0],
      ],
    ],
    ['trace', () => m.trace(), 6],
    ['trace of nothing', () => zeros([0, 3]).trace(), 0],
    [
      'triu',
      () => m.triu(),
      [
        [1, 2, 3],
        [0, 5, 6],
      ],
    ],
    [
      'triu above',
      () => m.triu(2),
      [
        [0, 0, 3],
        [0, 0, 0],
      ],
    ],
    [
      'triu of everything',
      () => m.triu(-1e12),
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    [
      'tril',
      () => m.tril(),
      [
        [1, 0, 0],
        [4, 5, 0],
      ],
    ],
    [
      'tril below',
      () => m.tril(-1),
      [
        [0, 0, 0],
        [4, 0, 0],
      ],
    ],
    [
      'tril of nothing',
      () => m.tril(-1e12),
      [
        [0, 0, 0],
        [0, 0, 0],
      ],
    ],
    ['tril of an empty matrix', () => zeros([2, 0]).tril(), [[], []]],
    [
      'tril that leaves NaN out',
      () =>
        tensor([
          [1, nan],
          [nan, 1],
        ])
          .tril()
          .triu(),
      [
        [1, 0],
        [0, 1],
      ],
    ],
  ])('%s', async (_, act, expected) => {
    expect(await act().array()).toEqual(expected)
  })

  test.each(dtypes)('of %s keep the dtype', async (dtype) => {
    const x = ones([2, 2], { dtype })
    expect([x.triu(1).dtype, x.diagonal().diag().dtype]).toEqual([dtype, dtype])
    expect(await x.triu(1).to('float32').array()).toEqual([
      [0, 1],
      [0, 0],
    ])
    expect(await x.diagonal().diag().to('float32').array()).toEqual([
      [1, 0],
      [0, 1],
    ])
  })
})

test.each<[string, () => unknown, Error]>([
  ['triu of a vector', () => zeros([2]).triu(), new ShapeError('triu: takes matrices, got [2]')],
  ['half a diagonal', () => m.tril(0.5), new OutOfRangeError('tril: a diagonal is a whole number, got 0.5')],
  [
    'diagonal of one dimension',
    () => m.diagonal({ dim1: 1 }),
    new OutOfRangeError('diagonal: rows and columns are two dimensions, got 1 and 1'),
  ],
  [
    'diagonal of a vector',
    () => zeros([2]).diagonal(),
    new OutOfRangeError('diagonal: no such axis in a tensor of 1 dimensions, got 1'),
  ],
  [
    'diag of a batch',
    () => zeros([1, 2, 2]).diag(),
    new ShapeError('diag: takes a vector or a matrix, got [1, 2, 2]; use diagonal() or diagEmbed()'),
  ],
  [
    'diagEmbed of a scalar',
    () => tensor(1).diagEmbed(),
    new ShapeError('diagEmbed: takes one dimension or more, got []; use reshape([1])'),
  ],
  ['trace of a vector', () => zeros([2]).trace(), new ShapeError('trace: takes a matrix, got [2]')],
])('%s is refused', (_, act, error) => {
  expect(act).toThrow(error)
})
