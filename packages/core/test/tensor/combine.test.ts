import { describe, expect, test } from 'vitest'
import { DTypeError, MisconfigurationError, ShapeError } from '../../src/errors/errors.ts'
import { broadcastTensors, cat, concat, hstack, meshgrid, stack, vstack, where } from '../../src/tensor/combine.ts'
import { arange, tensor, zeros } from '../../src/tensor/creation.ts'
import type { NestedArray } from '../../src/tensor/host.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'

const m = arange(1, 7).reshape([2, 3])
const v = arange(1, 3)

test.each<[string, () => Tensor, NestedArray]>([
  ['concat', () => concat([arange(1), v]), [0, 1, 2]],
  [
    'concat along the last dimension',
    () => concat([m, m], -1),
    [
      [1, 2, 3, 1, 2, 3],
      [4, 5, 6, 4, 5, 6],
    ],
  ],
  ['cat, which is concat', () => cat([zeros([0], { dtype: 'int32' }), v]), [1, 2]],
  [
    'stack',
    () => stack([v, v.add(2)]),
    [
      [1, 2],
      [3, 4],
    ],
  ],
  [
    'stack along a new last dimension',
    () => stack([v, v.add(2)], -1),
    [
      [1, 3],
      [2, 4],
    ],
  ],
  ['stack of scalars', () => stack([tensor(1), tensor(2)]), [1, 2]],
  ['hstack of vectors and scalars', () => hstack([v, tensor(3)]), [1, 2, 3]],
  [
    'hstack of matrices',
    () => hstack([m, m.slice(1, 0, 1)]),
    [
      [1, 2, 3, 1],
      [4, 5, 6, 4],
    ],
  ],
  [
    'vstack',
    () => vstack([arange(3), m]),
    [
      [0, 1, 2],
      [1, 2, 3],
      [4, 5, 6],
    ],
  ],
  ['vstack of scalars', () => vstack([tensor(1), tensor(2)]), [[1], [2]]],
  [
    'where',
    () => where(tensor([[true], [false]]), v, 0),
    [
      [1, 2],
      [0, 0],
    ],
  ],
])('%s', async (_, act, expected) => {
  expect(await act().array()).toEqual(expected)
})

test('stack and hstack promote', () => {
  expect(stack([v, tensor([0.5, 1])]).dtype).toBe('float32')
  expect(hstack([v, tensor([0.5, 1])]).dtype).toBe('float32')
})

describe('meshgrid', () => {
  const arrays = (parts: readonly Tensor[]) => Promise.all(parts.map((part) => part.array()))

  test('gives the coordinates of a grid', async () => {
    expect(await arrays(meshgrid([v, arange(3)]))).toEqual([
      [
        [1, 1, 1],
        [2, 2, 2],
      ],
      [
        [0, 1, 2],
        [0, 1, 2],
      ],
    ])
    expect(await arrays(meshgrid([v, arange(3)], { indexing: 'xy' }))).toEqual([
      [
        [1, 2],
        [1, 2],
        [1, 2],
      ],
      [
        [0, 0],
        [1, 1],
        [2, 2],
      ],
    ])
  })

  test('of one vector, scalars, nothing', async () => {
    expect(await arrays(meshgrid([v], { indexing: 'xy' }))).toEqual([[1, 2]])
    expect(await arrays(meshgrid([tensor(1), v]))).toEqual([[[1, 1]], [[1, 2]]])
    expect(meshgrid([zeros([0]), v]).map(({ shape }) => shape)).toEqual([
      [0, 2],
      [0, 2],
    ])
    expect(meshgrid([])).toEqual([])
  })
})

test('broadcastTensors gives tensors of one shape, each of its own dtype', async () => {
  const [a, b] = broadcastTensors([v.unsqueeze(1), tensor([0.5, 1, 2])])
  expect([a!.dtype, await a!.array()]).toEqual([
    'int32',
    [
      [1, 1, 1],
      [2, 2, 2],
    ],
  ])
  expect([b!.dtype, await b!.array()]).toEqual([
    'float32',
    [
      [0.5, 1, 2],
      [0.5, 1, 2],
    ],
  ])
  expect(broadcastTensors([])).toEqual([])
})

test.each<[string, () => unknown, Error]>([
  ['no tensors', () => concat([]), new ShapeError('concat: needs at least one tensor, got none')],
  [
    'concat of matrices that differ',
    () => concat([m, m.t()]),
    new ShapeError('concat: shapes differ outside axis 0, got [2, 3] and [3, 2]'),
  ],
  ['stack of no tensors', () => stack([]), new ShapeError('stack: needs at least one tensor, got none')],
  ['stack of shapes that differ', () => stack([v, arange(3)]), new ShapeError('stack: shapes differ, got [2] and [3]')],
  ['an array to stack', () => stack([[1] as never]), new TypeError('stack: takes a tensor, got object')],
  ['hstack of no tensors', () => hstack([]), new ShapeError('concat: needs at least one tensor, got none')],
  ['a condition that is none', () => where(true as never, 1, 2), new TypeError('where: takes a tensor, got boolean')],
  ['a condition of numbers', () => where(v, 1, 2), new DTypeError('where: the condition is bool, got int32[2]')],
  ['a grid of matrices', () => meshgrid([m]), new ShapeError('meshgrid: takes vectors, got [2, 3]')],
  [
    'another indexing',
    () => meshgrid([v], { indexing: 'yx' as never }),
    new MisconfigurationError("meshgrid: indexing is 'ij' or 'xy', got \"yx\""),
  ],
  [
    'shapes that do not broadcast',
    () => broadcastTensors([v, m, m]),
    new ShapeError('broadcastTensors: shapes do not broadcast, got [2], [2, 3], [2, 3]'),
  ],
])('%s is refused', (_, act, error) => {
  expect(act).toThrow(error)
})
