import { describe, expect, test } from 'vitest'
import { OutOfRangeError, ShapeError } from '../../../src/errors/errors.ts'
import { type DType, dtypes } from '../../../src/graph/dtype.ts'
import { arange, tensor, zeros } from '../../../src/tensor/creation.ts'
import type { NestedArray } from '../../../src/tensor/host.ts'
import type { Tensor } from '../../../src/tensor/tensor.ts'

const m = arange(1, 7).reshape([2, 3])
const scalar = tensor(3)

describe('elements in another shape', () => {
  test.each<[string, () => Tensor, NestedArray]>([
    [
      'reshape with a dimension to find',
      () => m.reshape([3, -1]),
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    ],
    ['reshape to a vector', () => m.reshape([6]), [1, 2, 3, 4, 5, 6]],
    ['reshape of nothing', () => zeros([1, 0]).reshape([-1, 4]), []],
    ['view, which is reshape', () => m.view([1, -1]), [[1, 2, 3, 4, 5, 6]]],
    [
      'viewAs',
      () => m.viewAs(zeros([3, 2])),
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    ],
    ['reshapeAs', () => scalar.reshapeAs(zeros([1, 1])), [[3]]],
    ['flatten', () => m.flatten(), [1, 2, 3, 4, 5, 6]],
    [
      'flatten of some dimensions',
      () => m.reshape([1, 2, 3]).flatten(0, 1),
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    ['flatten of a scalar', () => scalar.flatten(), [3]],
    ['ravel', () => scalar.ravel(), [3]],
    [
      'unflatten',
      () => m.unflatten(-1, [3, 1]),
      [
        [[1], [2], [3]],
        [[4], [5], [6]],
      ],
    ],
    ['unflatten of nothing', () => zeros([0, 2]).unflatten(0, [0, 3]), []],
    ['unsqueeze at the end', () => tensor([1, 2]).unsqueeze(-1), [[1], [2]]],
    ['unsqueeze of a scalar', () => scalar.unsqueeze(0), [3]],
    ['squeeze of all', () => tensor([[[1], [2]]]).squeeze(), [1, 2]],
    ['squeeze of one', () => tensor([[[1], [2]]]).squeeze(0), [[1], [2]]],
    ['squeeze of several', () => tensor([[[1], [2]]]).squeeze([0, -1]), [1, 2]],
    [
      'squeeze of a longer one',
      () => m.squeeze(0),
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    ['squeeze of a scalar', () => scalar.squeeze(-1), 3],
  ])('%s', async (_, act, expected) => {
    expect(await act().array()).toEqual(expected)
  })
})

describe('elements in another order', () => {
  test.each<[string, () => Tensor, NestedArray]>([
    [
      'permute',
      () => m.permute([1, 0]),
      [
        [1, 4],
        [2, 5],
        [3, 6],
      ],
    ],
    [
      'permute that changes nothing',
      () => m.permute([-2, -1]),
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    ['permute of a scalar', () => scalar.permute([]), 3],
    [
      'transpose',
      () => m.transpose(0, -1),
      [
        [1, 4],
        [2, 5],
        [3, 6],
      ],
    ],
    [
      't of a matrix',
      () => m.t(),
      [
        [1, 4],
        [2, 5],
        [3, 6],
      ],
    ],
    ['t of a vector', () => tensor([1, 2]).t(), [1, 2]],
    ['T of a scalar', () => scalar.T, 3],
    [
      'mT',
      () => m.unsqueeze(0).mT,
      [
        [
          [1, 4],
          [2, 5],
          [3, 6],
        ],
      ],
    ],
    ['movedim', () => m.unsqueeze(0).movedim(2, 0), [[[1, 4]], [[2, 5]], [[3, 6]]]],
    [
      'flip',
      () => m.flip(1),
      [
        [3, 2, 1],
        [6, 5, 4],
      ],
    ],
    [
      'flip of several dimensions',
      () => m.flip([0, 1]),
      [
        [6, 5, 4],
        [3, 2, 1],
      ],
    ],
    [
      'flip of none',
      () => m.flip([]),
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    [
      'roll',
      () => m.roll(1, 1),
      [
        [3, 1, 2],
        [6, 4, 5],
      ],
    ],
    [
      'roll of the flat tensor',
      () => m.roll(-2),
      [
        [3, 4, 5],
        [6, 1, 2],
      ],
    ],
    [
      'roll by more than the length',
      () => m.roll(7, 1),
      [
        [3, 1, 2],
        [6, 4, 5],
      ],
    ],
    [
      'roll along one dimension twice',
      () => m.roll([1, -1], [1, 1]),
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    ['roll of nothing', () => zeros([0]).roll(3), []],
    ['roll of a scalar', () => scalar.roll(2), 3],
    [
      'rot90 once',
      () => m.rot90(),
      [
        [3, 6],
        [2, 5],
        [1, 4],
      ],
    ],
    [
      'rot90 back',
      () => m.rot90(-1),
      [
        [4, 1],
        [5, 2],
        [6, 3],
      ],
    ],
    [
      'rot90 from columns to rows',
      () => m.rot90(1, [1, 0]),
      [
        [4, 1],
        [5, 2],
        [6, 3],
      ],
    ],
  ])('%s', async (_, act, expected) => {
    expect(await act().array()).toEqual(expected)
  })
})

describe('elements several times', () => {
  test.each<[string, () => Tensor, NestedArray]>([
    [
      'expand',
      () => tensor([[1], [2]]).expand([-1, 2]),
      [
        [1, 1],
        [2, 2],
      ],
    ],
    ['expand of a scalar', () => scalar.expand([2]), [3, 3]],
    ['expand to nothing', () => tensor([1]).expand([2, 0]), [[], []]],
    [
      'expandAs',
      () => tensor([1, 2]).expandAs(zeros([2, 2])),
      [
        [1, 2],
        [1, 2],
      ],
    ],
    [
      'broadcastTo',
      () => tensor([1, 2]).broadcastTo([2, -1]),
      [
        [1, 2],
        [1, 2],
      ],
    ],
    [
      'repeat',
      () => tensor([1, 2]).repeat([2, 2]),
      [
        [1, 2, 1, 2],
        [1, 2, 1, 2],
      ],
    ],
    ['repeat no times', () => tensor([1, 2]).repeat([0]), []],
    ['repeat of a scalar', () => scalar.repeat([2]), [3, 3]],
    [
      'tile of the last dimensions',
      () => m.tile([2]),
      [
        [1, 2, 3, 1, 2, 3],
        [4, 5, 6, 4, 5, 6],
      ],
    ],
    [
      'tile into a new dimension',
      () => tensor([1]).tile([2, 2]),
      [
        [1, 1],
        [1, 1],
      ],
    ],
    [
      'repeatInterleave',
      () => m.repeatInterleave(2, 0),
      [
        [1, 2, 3],
        [1, 2, 3],
        [4, 5, 6],
        [4, 5, 6],
      ],
    ],
    ['repeatInterleave of the flat tensor', () => m.repeatInterleave(1), [1, 2, 3, 4, 5, 6]],
    ['repeatInterleave of a scalar', () => scalar.repeatInterleave(3), [3, 3, 3]],
  ])('%s', async (_, act, expected) => {
    expect(await act().array()).toEqual(expected)
  })
})

test.each<[string, readonly number[], DType, readonly number[]]>([
  ['floats become integers towards zero', [1.7, -1.7], 'int32', [1, -1]],
  ['what is not 0 becomes true', [0, 2, -1], 'bool', [0, 1, 1]],
  ['floats round to nearest even', [2049, 2051], 'float16', [2048, 2052]],
])('to: %s', async (_, from, dtype, expected) => {
  const x = tensor([...from]).to(dtype)
  expect(x.dtype).toBe(dtype)
  expect(await x.to('float64').array()).toEqual(expected)
})

test.each(dtypes)('elements of %s are moved as they are', async (dtype) => {
  const x = tensor(
    [
      [1, 0],
      [0, 1],
      [1, 1],
    ],
    { dtype },
  )
  const moved = x.roll(1, 0).flip(1).mT.repeat([1, 2]).unflatten(1, [2, 3])
  expect(moved.dtype).toBe(dtype)
  const rows = [
    [
      [1, 0, 1],
      [1, 0, 1],
    ],
    [
      [1, 1, 0],
      [1, 1, 0],
    ],
  ]
  expect(await moved.to('float32').array()).toEqual(rows)
})

describe('wrong arguments', () => {
  test.each<[string, () => unknown, Error]>([
    [
      'a shape of another size',
      () => m.reshape([4]),
      new ShapeError('reshape: sizes differ, got [2, 3] to [4]; both hold the same number of elements'),
    ],
    [
      'two unknown dimensions',
      () => m.reshape([-1, -1]),
      new ShapeError('reshape: sizes differ, got [2, 3] to [-1, -1]; both hold the same number of elements'),
    ],
    [
      'a number for a shape',
      () => m.view(6 as never),
      new ShapeError('reshape: a shape is a list of dimensions, got 6; write [6]'),
    ],
    [
      'a fraction of a dimension',
      () => m.reshape([1.5, 4]),
      new ShapeError('shape: dimensions are whole numbers ≥ 0, got [1.5, 4]'),
    ],
    [
      'sizes that do not make up the dimension',
      () => m.unflatten(1, [2, 2]),
      new ShapeError('reshape: sizes differ, got [3] to [2, 2]; both hold the same number of elements'),
    ],
    ['flatten backwards', () => m.flatten(1, 0), new ShapeError('flatten: startDim is after endDim, got 1 and 0')],
    [
      'too few dimensions to permute',
      () => m.permute([1]),
      new ShapeError('permute: each of 2 axes is named once, got [1]'),
    ],
    [
      'a dimension twice',
      () => m.permute([0, -2]),
      new ShapeError('permute: each of 2 axes is named once, got [0, 0]'),
    ],
    [
      'a dimension that is not there',
      () => m.unsqueeze(3),
      new OutOfRangeError('unsqueeze: no such axis in a tensor of 3 dimensions, got 3'),
    ],
    [
      't of a batch',
      () => zeros([1, 2, 3]).T,
      new ShapeError('t: takes a matrix, a vector or a scalar, got [1, 2, 3]; use mT or permute()'),
    ],
    ['mT of a vector', () => zeros([2]).mT, new ShapeError('mT: takes matrices, got [2]')],
    [
      'movedim of lists that differ',
      () => m.movedim([0, 1], 0),
      new ShapeError('movedim: one destination a source, got [0, 1] to [0]'),
    ],
    [
      'movedim to one place',
      () => m.movedim([0, 1], [1, 1]),
      new OutOfRangeError('movedim: an axis is named twice, got [1, 1]'),
    ],
    ['expansion of more than 1', () => m.expand([4, 3]), new ShapeError('expand: cannot expand, got [2, 3] to [4, 3]')],
    [
      '−1 for a new dimension',
      () => m.expand([-1, 2, 3]),
      new ShapeError('expand: cannot expand, got [2, 3] to [-1, 2, 3]'),
    ],
    ['fewer dimensions', () => m.broadcastTo([3]), new ShapeError('broadcastTo: cannot expand, got [2, 3] to [3]')],
    [
      'fliplr of a vector',
      () => zeros([2]).fliplr(),
      new OutOfRangeError('fliplr: no such axis in a tensor of 1 dimensions, got 1'),
    ],
    [
      'more shifts than dimensions',
      () => m.roll([1, 2], 0),
      new ShapeError('roll: takes a whole number a dimension, got shifts [1, 2] along [0]'),
    ],
    [
      'shifts of the flat tensor',
      () => m.roll([1, 2]),
      new ShapeError('roll: takes a whole number a dimension, got shifts [1, 2] along the flat tensor'),
    ],
    ['a quarter of a turn', () => m.rot90(0.5), new OutOfRangeError('rot90: turns a whole number of times, got 0.5')],
    [
      'a turn in one dimension',
      () => m.rot90(1, [0, -2]),
      new OutOfRangeError('rot90: turns between two dimensions, got [0, -2]'),
    ],
    [
      'too few counts',
      () => m.repeat([2]),
      new ShapeError('repeat: one count a dimension, got [2] for [2, 3]; tile() takes less'),
    ],
    ['a negative count', () => m.tile([-1]), new OutOfRangeError('tile: counts are whole numbers ≥ 0, got [1, -1]')],
    [
      'repeats by a tensor',
      () => m.repeatInterleave(tensor([1, 2]) as never),
      new OutOfRangeError('repeatInterleave: repeats a whole number of times, got Tensor float32[2] on host: [1., 2.]'),
    ],
    ['a number for a tensor', () => m.expandAs(2 as never), new TypeError('expandAs: takes a tensor, got number')],
  ])('%s', (_, act, error) => {
    expect(act).toThrow(error)
  })
})
