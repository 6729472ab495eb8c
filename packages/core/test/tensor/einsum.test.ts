import { describe, expect, test } from 'vitest'
import { DTypeError, OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import { dtypes } from '../../src/graph/dtype.ts'
import { arange, ones, tensor, zeros } from '../../src/tensor/creation.ts'
import { einsum, tensordot } from '../../src/tensor/einsum.ts'
import type { NestedArray } from '../../src/tensor/host.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'

const m = arange(1, 7).reshape([2, 3])
const v = arange(1, 4)

describe('einsum', () => {
  test.each<[string, () => Tensor, NestedArray]>([
    [
      'of one operand as it is',
      () => einsum('ij->ij', m),
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    [
      'a transpose',
      () => einsum('ij -> ji', m),
      [
        [1, 4],
        [2, 5],
        [3, 6],
      ],
    ],
    ['a sum', () => einsum('ij->', m), 21],
    ['a diagonal', () => einsum('ii->i', v.outer(v)), [1, 4, 9]],
    ['a diagonal of three', () => einsum('iii', ones([2, 2, 2])), 2],
    ['a product of scalars', () => einsum(',->', tensor(2), tensor(3)), 6],
    ['a scalar and a vector', () => einsum(',i', tensor(Int32Array.of(2), { shape: [] }), v), [2, 4, 6]],
    ['a matrix and a vector', () => einsum('ij,j->i', m, v), [14, 32]],
    ['a quadratic form', () => einsum('i,ij,j', arange(1, 3), m, v), 78],
    [
      'letters in the order of the alphabet, capitals first',
      () => einsum('bA', m),
      [
        [1, 4],
        [2, 5],
        [3, 6],
      ],
    ],
    ['an ellipsis that is summed', () => einsum('...j->j', m), [5, 7, 9]],
    ['an ellipsis of several dimensions', () => einsum('...i->i...', m.unsqueeze(0)), [[[1, 4]], [[2, 5]], [[3, 6]]]],
    ['a dimension of length 1 that broadcasts', () => einsum('ij,jk->ik', ones([1, 1]), ones([3, 2])), [[3, 3]]],
    ['over nothing', () => einsum('ij,jk->ik', zeros([1, 0]), zeros([0, 2])), [[0, 0]]],
    ['of nothing', () => einsum('bi,bi->b', zeros([0, 2]), zeros([0, 2])), []],
  ])('%s', async (_, act, expected) => {
    expect(await act().array()).toEqual(expected)
  })

  test('of one operand as it is gives a tensor of its own', async () => {
    einsum('ij', m).dispose()
    expect(await m.sum().item()).toBe(21)
  })

  test.each(dtypes.filter((dtype) => dtype !== 'bool'))('keeps %s', async (dtype) => {
    const x = ones([2, 2], { dtype })
    const product = einsum('ij,jk->k', x, x)
    expect([product.dtype, await product.to('float32').array()]).toEqual([dtype, [4, 4]])
  })

  test.each<[string, () => unknown, Error]>([
    ['a digit', () => einsum('i1', m), new ShapeError("einsum: dimensions are letters, got '1' in 'i1'")],
    ['an operand too many', () => einsum('ij', m, m), new ShapeError("einsum: 'ij' is for 1 operands, got 2")],
    ['no operand', () => einsum(''), new ShapeError("einsum: '' is for 1 operands, got 0")],
    ['two arrows', () => einsum('i->i->i', v), new ShapeError("einsum: '->' stands once, got 'i->i->i'")],
    [
      'a letter too few',
      () => einsum('i', m),
      new ShapeError("einsum: 'i' does not name each dimension of operand 0, got [2, 3]"),
    ],
    [
      'a letter too many',
      () => einsum('ij,...ijk', m, m),
      new ShapeError("einsum: '...ijk' does not name each dimension of operand 1, got [2, 3]"),
    ],
    [
      'a letter of two lengths',
      () => einsum('ij,ik', m, v.unsqueeze(1)),
      new ShapeError("einsum: 'i' stands for two lengths, got 2 and 3"),
    ],
    [
      'a letter of two lengths in one operand',
      () => einsum('ii', m),
      new ShapeError("einsum: 'i' names dimensions of 2 and of 3 in operand 0, got [2, 3]"),
    ],
    [
      'ellipses that do not broadcast',
      () => einsum('...i,...i', m, ones([4, 3], { dtype: 'int32' })),
      new ShapeError("einsum: '...' stands for two lengths, got 2 and 4"),
    ],
    [
      'an output letter of no operand',
      () => einsum('ij->ik', m),
      new ShapeError("einsum: the output names 'k', which no operand has, got 'ij->ik'"),
    ],
    [
      'an output letter twice',
      () => einsum('ij->ii', m),
      new ShapeError("einsum: the output names 'i' twice, got 'ij->ii'"),
    ],
    [
      'two dots',
      () => einsum('..i', m),
      new ShapeError("einsum: '...' stands once in each operand and has three dots, got '..i'"),
    ],
    [
      'two ellipses',
      () => einsum('...i...', m),
      new ShapeError("einsum: '...' stands once in each operand and has three dots, got '...i...'"),
    ],
    [
      'two dtypes',
      () => einsum('i,i', v, tensor([1, 2, 3])),
      new DTypeError('einsum: dtypes differ, got int32[3] and float32[3]; cast one of them'),
    ],
    ['bool', () => einsum('i', tensor([true])), new DTypeError('einsum: takes numbers, got bool[1]; cast it first')],
    ['an array', () => einsum('i', [1] as never), new TypeError('einsum: takes a tensor, got object')],
  ])('refuses %s', (_, act, error) => {
    expect(act).toThrow(error)
  })
})

describe('tensordot', () => {
  test('sums over the last and the first dimensions, or over those that are named', async () => {
    expect(await tensordot(m, m.t(), 1).array()).toEqual([
      [14, 32],
      [32, 77],
    ])
    expect(await tensordot(m, m).array()).toBe(91)
    expect(await tensordot(m, v, [[-1], [0]]).array()).toEqual([14, 32])
    expect(await tensordot(v, arange(2), 0).array()).toEqual([
      [0, 1],
      [0, 2],
      [0, 3],
    ])
    expect(tensordot(zeros([2, 0]), zeros([0, 3]), 1).shape).toEqual([2, 3])
  })

  test.each<[string, () => unknown, Error]>([
    [
      'lengths that differ',
      () => tensordot(m, m, 1),
      new ShapeError('tensordot: dimensions [1] and [0] do not match, got int32[2, 3] and int32[2, 3]'),
    ],
    [
      'lists that differ',
      () => tensordot(m, m, [[0, 1], [0]]),
      new ShapeError('tensordot: dimensions [0, 1] and [0] do not match, got int32[2, 3] and int32[2, 3]'),
    ],
    [
      'a dimension twice',
      () =>
        tensordot(m, m, [
          [0, 0],
          [0, 0],
        ]),
      new OutOfRangeError('tensordot: a dimension is named twice, got [0, 0] and [0, 0]'),
    ],
    [
      'more dimensions than there are',
      () => tensordot(m, v, 2),
      new OutOfRangeError('tensordot: no such number of dimensions in int32[2, 3] and int32[3], got 2'),
    ],
  ])('refuses %s', (_, act, error) => {
    expect(act).toThrow(error)
  })
})
