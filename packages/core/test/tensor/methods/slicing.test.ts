import { describe, expect, test } from 'vitest'
import { DTypeError, OutOfRangeError, ShapeError } from '../../../src/errors/errors.ts'
import { arange, tensor, zeros } from '../../../src/tensor/creation.ts'
import type { NestedArray } from '../../../src/tensor/host.ts'
import type { Tensor } from '../../../src/tensor/tensor.ts'

const inf = Number.POSITIVE_INFINITY
const m = arange(1, 7).reshape([2, 3])
const row = arange(6)
const ints = (data: NestedArray) => tensor(data, { dtype: 'int32' })
const shapes = (parts: readonly Tensor[]) => parts.map(({ shape }) => shape)

describe('slice', () => {
  test.each<[string, () => Tensor, NestedArray]>([
    [
      'from a start',
      () => m.slice(1, 1),
      [
        [2, 3],
        [5, 6],
      ],
    ],
    [
      'to an end from the end',
      () => m.slice(-1, 0, -1),
      [
        [1, 2],
        [4, 5],
      ],
    ],
    [
      'with a step',
      () => m.slice(1, 0, 3, 2),
      [
        [1, 3],
        [4, 6],
      ],
    ],
    ['with a step and no bounds', () => row.slice(0, undefined, undefined, 4), [0, 4]],
    ['beyond both ends', () => row.slice(0, -100, 100), [0, 1, 2, 3, 4, 5]],
    ['to infinity', () => row.slice(0, -2, inf), [4, 5]],
    ['to before its start', () => row.slice(0, 4, 2), []],
    ['of nothing', () => zeros([0]).slice(0, 0, 5), []],
    ['backwards', () => row.slice(0, undefined, undefined, -1), [5, 4, 3, 2, 1, 0]],
    ['backwards between bounds', () => row.slice(0, 4, 1, -1), [4, 3, 2]],
    ['backwards by more than one', () => row.slice(0, undefined, undefined, -4), [5, 1]],
    ['backwards from the end', () => row.slice(0, -2, -5, -2), [4, 2]],
    ['backwards from beyond the end', () => row.slice(0, inf, 3, -1), [5, 4]],
    ['backwards to the start', () => row.slice(0, 2, -inf, -1), [2, 1, 0]],
    ['backwards to after its start', () => row.slice(0, 1, 4, -1), []],
    ['backwards of nothing', () => zeros([0]).slice(0, undefined, undefined, -1), []],
  ])('%s', async (_, act, expected) => {
    expect(await act().array()).toEqual(expected)
  })
})

describe('at', () => {
  test.each<[string, () => Tensor, NestedArray]>([
    ['a number', () => m.at(-1), [4, 5, 6]],
    ['numbers down to a scalar', () => m.at(1, 2), 6],
    [
      'nothing',
      () => m.at(),
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    ['all of a dimension', () => m.at(':', 0), [1, 4]],
    [
      'a range',
      () => m.at(':', [1]),
      [
        [2, 3],
        [5, 6],
      ],
    ],
    [
      'a range without bounds',
      () => m.at([], [null, -1]),
      [
        [1, 2],
        [4, 5],
      ],
    ],
    ['a range with a step', () => m.at(0, [0, inf, 2]), [1, 3]],
    ['a range backwards', () => m.at(0, [null, null, -1]), [3, 2, 1]],
    ['an ellipsis', () => m.at('...', 1), [2, 5]],
    ['an ellipsis of no dimensions', () => m.at(0, '...', 1), 2],
    ['a new dimension', () => row.at([0, 2], null), [[0], [1]]],
    ['a new dimension of a scalar', () => tensor(1).at(null, '...'), [1]],
    [
      'indices',
      () => m.at(':', ints([2, -1, 0])),
      [
        [3, 3, 1],
        [6, 6, 4],
      ],
    ],
    ['an index without dimensions', () => m.at(ints(1)), [4, 5, 6]],
    [
      'indices of several dimensions',
      () =>
        row.at(
          ints([
            [0, -1],
            [2, 3],
          ]),
        ),
      [
        [0, 5],
        [2, 3],
      ],
    ],
    ['indices in pairs', () => m.at(ints([0, 1]), ints([2, -3])), [3, 4]],
    [
      'indices that broadcast',
      () => m.at(ints([[0], [1]]), ints([0, 2])),
      [
        [1, 3],
        [4, 6],
      ],
    ],
    ['bytes as indices', () => row.at(tensor(Uint8Array.of(5))), [5]],
    ['indices beside a range', () => m.at([0, 1], ints([1])), [[2]]],
    ['no indices', () => m.at(ints([])), []],
  ])('%s', async (_, act, expected) => {
    expect(await act().array()).toEqual(expected)
  })

  test('of indices that are no neighbours has them in front', () => {
    expect(zeros([2, 3, 4]).at(ints([0, 1]), ':', ints([0, 1])).shape).toEqual([2, 3])
    expect(zeros([2, 3, 4, 5]).at(':', ints([0]), 0, ints([[1]])).shape).toEqual([2, 1, 1])
  })
})

describe('parts', () => {
  test.each<[string, () => readonly Tensor[], NestedArray[]]>([
    [
      'split',
      () => row.split(4),
      [
        [0, 1, 2, 3],
        [4, 5],
      ],
    ],
    ['split into sizes', () => row.split([1, 0, 5]), [[0], [], [1, 2, 3, 4, 5]]],
    [
      'split along another dimension',
      () => m.split(2, -1),
      [
        [
          [1, 2],
          [4, 5],
        ],
        [[3], [6]],
      ],
    ],
    ['split of nothing', () => zeros([0]).split(2), [[]]],
    ['split of nothing into nothing', () => zeros([0]).split(0), [[]]],
    [
      'chunk',
      () => row.chunk(4),
      [
        [0, 1],
        [2, 3],
        [4, 5],
      ],
    ],
    ['chunk of nothing', () => zeros([0]).chunk(2), [[], []]],
    ['tensorSplit', () => row.tensorSplit(4), [[0, 1], [2, 3], [4], [5]]],
    ['tensorSplit at indices', () => row.tensorSplit([2, -1, 9]), [[0, 1], [2, 3, 4], [5], []]],
    ['tensorSplit of nothing', () => zeros([0]).tensorSplit(2), [[], []]],
    [
      'unbind',
      () => m.unbind(1),
      [
        [1, 4],
        [2, 5],
        [3, 6],
      ],
    ],
    ['unbind of nothing', () => zeros([0, 2]).unbind(), []],
  ])('%s', async (_, act, expected) => {
    expect(await Promise.all(act().map((part) => part.array()))).toEqual(expected)
  })

  test('of empty rows keep the other dimensions', () => {
    expect(shapes(zeros([0, 3]).chunk(2))).toEqual([
      [0, 3],
      [0, 3],
    ])
    expect(shapes(zeros([3, 0]).unbind())).toEqual([[0], [0], [0]])
  })

  test('narrow and select', async () => {
    expect(await row.narrow(0, -3, 2).array()).toEqual([3, 4])
    expect(await row.narrow(0, 6, 0).array()).toEqual([])
    expect(await m.select(1, -1).array()).toEqual([3, 6])
  })

  test('are tensors of their own', async () => {
    const [whole] = row.split(6)
    whole!.dispose()
    expect(await row.array()).toEqual([0, 1, 2, 3, 4, 5])
  })
})

describe('wrong arguments', () => {
  test.each<[string, () => unknown, Error]>([
    [
      'a slice from nowhere',
      () => m.slice(0, 0.5),
      new OutOfRangeError('slice: bounds are whole numbers and a step is one other than 0, got 0.5::1'),
    ],
    [
      'a slice that stands still',
      () => m.slice(0, 0, 2, 0),
      new OutOfRangeError('slice: bounds are whole numbers and a step is one other than 0, got 0:2:0'),
    ],
    [
      'a slice of no dimension',
      () => m.slice(2),
      new OutOfRangeError('slice: no such axis in a tensor of 2 dimensions, got 2'),
    ],
    [
      'NaN as a bound',
      () => m.at([Number.NaN]),
      new OutOfRangeError('at: bounds are whole numbers and a step is one other than 0, got NaN::1'),
    ],
    [
      'select of no element',
      () => m.select(0, -3),
      new OutOfRangeError('select: index -3 is out of range, got 2 elements along dimension 0'),
    ],
    [
      'an index beyond the end',
      () => m.at(0, 3),
      new OutOfRangeError('at: index 3 is out of range, got 3 elements along dimension 1'),
    ],
    [
      'a fraction',
      () => m.at(0.5),
      new OutOfRangeError('at: index 0.5 is out of range, got 2 elements along dimension 0'),
    ],
    ['too many indices', () => m.at(0, ':', 1), new ShapeError('at: too many indices, got 3 for [2, 3]')],
    ['two ellipses', () => m.at('...', 0, '...'), new ShapeError("at: '...' stands once, got 2 times for [2, 3]")],
    [
      'Python’s notation',
      () => m.at('1:' as never),
      new TypeError("at: takes a number, [start, end, step], ':', '...', null or a tensor, got '1:'"),
    ],
    [
      'undefined',
      () => m.at(undefined as never),
      new TypeError("at: takes a number, [start, end, step], ':', '...', null or a tensor, got undefined"),
    ],
    [
      'a mask',
      () => m.at(tensor([true, false])),
      new DTypeError(
        'at: how many elements a mask chooses depends on its data, got bool[2]; use maskedSelect() or where()',
      ),
    ],
    [
      'floats as indices',
      () => m.at(tensor([0])),
      new DTypeError("at: indices are int32, got float32[1]; make them of an Int32Array or cast them, to('int32')"),
    ],
    [
      'an index of a tensor beyond the end',
      () => m.at(0, ints([0, -4])),
      new OutOfRangeError(
        'at: index -4 at position 1 is out of range, got 3 elements along dimension 1; indices are -3…2',
      ),
    ],
    [
      'indices that do not broadcast',
      () => m.at(ints([0, 1]), ints([0, 1, 2])),
      new ShapeError('at: tensors of indices do not broadcast, got [2] and [3]'),
    ],
    [
      'narrow beyond the end',
      () => row.narrow(0, 5, 2),
      new OutOfRangeError('narrow: no such range in 6 elements along dimension 0, got 2 from 5'),
    ],
    ['parts of no size', () => row.split(0), new OutOfRangeError('split: a size is a whole number ≥ 1, got 0')],
    [
      'sizes that leave something',
      () => row.split([1, 2]),
      new OutOfRangeError(
        'split: sizes are whole numbers ≥ 0 that add up to the 6 elements along dimension 0, got [1, 2]',
      ),
    ],
    ['no chunks', () => row.chunk(0), new OutOfRangeError('chunk: takes a number of parts ≥ 1, got 0')],
    [
      'no sections',
      () => row.tensorSplit(1.5),
      new OutOfRangeError('tensorSplit: takes a number of parts ≥ 1, got 1.5'),
    ],
    [
      'a scalar to unbind',
      () => tensor(1).unbind(),
      new OutOfRangeError('unbind: no such axis in a tensor of 0 dimensions, got 0'),
    ],
  ])('%s', (_, act, error) => {
    expect(act).toThrow(error)
  })
})
