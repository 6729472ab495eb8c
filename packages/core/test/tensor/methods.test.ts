import { describe, expect, test } from 'vitest'
import { DTypeError, OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import { concat, stack, where } from '../../src/tensor/combine.ts'
import { tensor } from '../../src/tensor/creation.ts'
import type { NestedArray } from '../../src/tensor/host.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'

const ints = (data: NestedArray) => tensor(data, { dtype: 'int32' })
const doubles = (data: NestedArray) => tensor(data, { dtype: 'float64' })
const { NaN: nan, POSITIVE_INFINITY: inf } = Number
const m = doubles([
  [1, 2, 3],
  [4, 5, 6],
])

type Methods = { [K in keyof Tensor]: Tensor[K] extends (...args: never[]) => Tensor ? K : never }[keyof Tensor]

/** Every method that gives a tensor, in small: what it makes, and what that is. */
const cases: { readonly [K in Methods]: readonly (readonly [() => Tensor, NestedArray])[] } = {
  detach: [
    [
      () => m.detach(),
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
  ],
  keep: [
    [
      () => m.keep(),
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
  ],
  to: [
    [() => tensor([1.7, -1.7]).to('int32'), [1, -1]],
    [() => tensor([0, 2]).to('bool'), [false, true]],
  ],
  add: [
    [
      () => m.add(1),
      [
        [2, 3, 4],
        [5, 6, 7],
      ],
    ],
    [
      () => m.add(doubles([10, 20, 30])),
      [
        [11, 22, 33],
        [14, 25, 36],
      ],
    ],
  ],
  sub: [
    [
      () => m.sub(doubles([[1], [2]])),
      [
        [0, 1, 2],
        [2, 3, 4],
      ],
    ],
  ],
  mul: [
    [
      () => ints([2, 3]).mul(ints([[1], [2]])),
      [
        [2, 3],
        [4, 6],
      ],
    ],
  ],
  div: [[() => doubles([1, 0, -1]).div(0), [inf, nan, -inf]]],
  pow: [[() => doubles([2, 4]).pow(doubles([3, 0.5])), [8, 2]]],
  remainder: [
    [() => doubles([5, -5]).remainder(3), [2, 1]],
    [() => ints([5, -5]).remainder(-3), [-1, -2]],
  ],
  minimum: [[() => doubles([1, nan, 3]).minimum(2), [1, nan, 2]]],
  maximum: [[() => doubles([1, nan, 3]).maximum(2), [2, nan, 3]]],
  clamp: [
    [() => doubles([-2, 0, 2]).clamp({ min: -1, max: 1 }), [-1, 0, 1]],
    [() => ints([-2, 2]).clamp({ min: 0 }), [0, 2]],
    [() => doubles([-2, 2]).clamp({ max: 0.5 }), [-2, 0.5]],
    [() => doubles([-2, 2]).clamp({}), [-2, 2]],
  ],
  neg: [[() => doubles([1, -2]).neg(), [-1, 2]]],
  abs: [[() => ints([1, -2]).abs(), [1, 2]]],
  sign: [[() => doubles([-3, 0, nan]).sign(), [-1, 0, nan]]],
  exp: [[() => doubles([0, 1]).exp(), [1, Math.E]]],
  expm1: [[() => doubles([1e-20]).expm1(), [1e-20]]],
  log: [[() => doubles([1, 0, -1]).log(), [0, -inf, nan]]],
  log1p: [[() => doubles([1e-20]).log1p(), [1e-20]]],
  sqrt: [[() => doubles([4, -1]).sqrt(), [2, nan]]],
  square: [[() => ints([-3]).square(), [9]]],
  reciprocal: [[() => ints([4]).reciprocal(), [0.25]]],
  sin: [[() => doubles([0]).sin(), [0]]],
  cos: [[() => doubles([0]).cos(), [1]]],
  tan: [[() => doubles([0]).tan(), [0]]],
  tanh: [[() => doubles([0, 100]).tanh(), [0, 1]]],
  sigmoid: [[() => doubles([0, 1000, -1000]).sigmoid(), [0.5, 1, 0]]],
  erf: [[() => doubles([0, 10]).erf(), [0, 1]]],
  relu: [[() => doubles([-1, 0, 2, nan]).relu(), [0, 0, 2, nan]]],
  floor: [[() => doubles([1.5, -1.5]).floor(), [1, -2]]],
  ceil: [[() => doubles([1.2, -1.5]).ceil(), [2, -1]]],
  round: [[() => doubles([0.5, 1.5, 2.5, -1.2]).round(), [0, 2, 2, -1]]],
  isNan: [[() => doubles([nan, 1]).isNan(), [true, false]]],
  isFinite: [[() => doubles([nan, inf, 1]).isFinite(), [false, false, true]]],
  eq: [[() => doubles([1, nan]).eq(doubles([1, nan])), [true, false]]],
  ne: [[() => doubles([1, nan]).ne(1), [false, true]]],
  lt: [[() => ints([1, 2]).lt(2), [true, false]]],
  le: [[() => ints([2, 3]).le(2), [true, false]]],
  gt: [[() => ints([2, 3]).gt(2), [false, true]]],
  ge: [[() => doubles([2, nan]).ge(2), [true, false]]],
  logicalNot: [[() => doubles([0, 3]).logicalNot(), [true, false]]],
  logicalAnd: [[() => tensor([1, 1, 0]).logicalAnd(ints([2, 0, 0])), [true, false, false]]],
  logicalOr: [[() => tensor([true, false]).logicalOr(ints([0, 0])), [true, false]]],
  sum: [
    [() => m.sum(), 21],
    [() => m.sum(-1), [6, 15]],
    [() => m.sum([0, 1], { keepDim: true }), [[21]]],
    [() => tensor([true, true]).sum(), 2],
    [() => doubles([]).sum(), 0],
    [() => doubles(5).sum(), 5],
  ],
  mean: [
    [() => m.mean(0), [2.5, 3.5, 4.5]],
    [() => doubles([]).mean(), nan],
    [() => tensor([60000, 60000], { dtype: 'float16' }).mean(), 60000],
    [() => m.mean(), 3.5],
  ],
  prod: [
    [() => m.prod(1, { keepDim: true }), [[6], [120]]],
    [() => doubles([]).prod(), 1],
    [() => tensor([true, false]).prod(), 0],
  ],
  amax: [
    [() => m.amax(), 6],
    [() => doubles([1, nan]).amax(), nan],
  ],
  amin: [[() => m.amin(0), [1, 2, 3]]],
  argmax: [
    [() => doubles([1, 7, 7]).argmax(), 1],
    [
      () =>
        doubles([
          [1, 9],
          [8, 0],
        ]).argmax(1),
      [1, 0],
    ],
    [() => m.argmax(), 5],
    [() => doubles(3).argmax(), 0],
  ],
  argmin: [[() => m.argmin(-1), [0, 0]]],
  any: [
    [
      () =>
        doubles([
          [0, 2],
          [0, 0],
        ]).any(1),
      [true, false],
    ],
    [() => tensor(true).any(), true],
  ],
  all: [
    [
      () =>
        ints([
          [1, 2],
          [0, 1],
        ]).all(1),
      [true, false],
    ],
  ],
  cumsum: [
    [
      () => m.cumsum(1),
      [
        [1, 3, 6],
        [4, 9, 15],
      ],
    ],
  ],
  softmax: [[() => doubles([1000, 1000]).softmax(0), [0.5, 0.5]]],
  logSoftmax: [[() => doubles([[0], [0]]).logSoftmax(-1), [[0], [0]]]],
  reshape: [
    [
      () => m.reshape([3, -1]),
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    ],
    [() => m.reshape([6]), [1, 2, 3, 4, 5, 6]],
    [() => doubles([[]]).reshape([-1, 4]), []],
  ],
  flatten: [
    [() => doubles([[[1], [2]]]).flatten(1), [[1, 2]]],
    [() => m.flatten(), [1, 2, 3, 4, 5, 6]],
    [() => doubles(1).flatten(), [1]],
  ],
  permute: [
    [
      () => m.permute([1, 0]),
      [
        [1, 4],
        [2, 5],
        [3, 6],
      ],
    ],
    [
      () => m.permute([-2, -1]),
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
  ],
  transpose: [
    [
      () => m.transpose(0, -1),
      [
        [1, 4],
        [2, 5],
        [3, 6],
      ],
    ],
  ],
  unsqueeze: [
    [() => doubles([1, 2]).unsqueeze(-1), [[1], [2]]],
    [() => doubles(1).unsqueeze(0), [1]],
  ],
  squeeze: [
    [() => doubles([[[1], [2]]]).squeeze(), [1, 2]],
    [() => doubles([[[1], [2]]]).squeeze(0), [[1], [2]]],
    [
      () => m.squeeze(0),
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
  ],
  expand: [
    [
      () => doubles([[1], [2]]).expand([-1, 2]),
      [
        [1, 1],
        [2, 2],
      ],
    ],
    [() => doubles(3).expand([2]), [3, 3]],
  ],
  slice: [
    [
      () => m.slice(1, 1),
      [
        [2, 3],
        [5, 6],
      ],
    ],
    [
      () => m.slice(-1, 0, -1),
      [
        [1, 2],
        [4, 5],
      ],
    ],
    [
      () => m.slice(1, 0, 3, 2),
      [
        [1, 3],
        [4, 6],
      ],
    ],
    [() => m.slice(0, -1, 100), [[4, 5, 6]]],
    [() => m.slice(0, 2, 1), []],
  ],
  flip: [
    [
      () => m.flip(1),
      [
        [3, 2, 1],
        [6, 5, 4],
      ],
    ],
    [
      () => m.flip([0, 1]),
      [
        [6, 5, 4],
        [3, 2, 1],
      ],
    ],
  ],
  matmul: [
    [() => m.matmul(doubles([[1], [1], [1]])), [[6], [15]]],
    [() => doubles([1, 2]).matmul(m), [9, 12, 15]],
    [() => m.matmul(doubles([1, 0, 0])), [1, 4]],
    [() => doubles([1, 2]).matmul(doubles([3, 4])), 11],
    [() => doubles([[[1, 2]], [[3, 4]]]).matmul(doubles([1, 1])), [[3], [7]]],
  ],
  indexSelect: [
    [
      () => m.indexSelect(1, ints([2, 0])),
      [
        [3, 1],
        [6, 4],
      ],
    ],
    [() => m.indexSelect(0, ints(1)), [4, 5, 6]],
  ],
  gather: [[() => m.gather(1, ints([[2], [0]])), [[3], [4]]]],
  scatterAdd: [[() => doubles([0, 0]).scatterAdd(0, ints([1, 1, 0]), doubles([1, 2, 4])), [4, 3]]],
}

describe.each(Object.entries(cases))('%s', (_, uses) => {
  test.each(uses)('case %#', async (make, expected) => {
    expect(await make().array()).toEqual(expected)
  })
})

test('concat, stack and where', async () => {
  expect(await concat([ints([1]), ints([2, 3])]).array()).toEqual([1, 2, 3])
  expect(await concat([m, m], -1).array()).toEqual([
    [1, 2, 3, 1, 2, 3],
    [4, 5, 6, 4, 5, 6],
  ])
  expect(await stack([ints([1, 2]), ints([3, 4])], 1).array()).toEqual([
    [1, 3],
    [2, 4],
  ])
  expect(await where(tensor([[true], [false]]), ints([1, 2]), 0).array()).toEqual([
    [1, 2],
    [0, 0],
  ])
})

describe('wrong arguments', () => {
  const wrong = undefined as unknown as Tensor

  test.each<[string, () => unknown, Error]>([
    ['no operand', () => m.add(wrong), new TypeError('add: takes a tensor or a number, got undefined')],
    ['null as an operand', () => m.mul(null as never), new TypeError('mul: takes a tensor or a number, got null')],
    ['a string as an operand', () => m.lt('3' as never), new TypeError('lt: takes a tensor or a number, got string')],
    ['a number for a matrix', () => m.matmul(2 as never), new TypeError('matmul: takes a tensor, got number')],
    ['no mask', () => m.logicalAnd(wrong), new TypeError('logicalAnd: takes a tensor, got undefined')],
    [
      'an array of indices',
      () => m.indexSelect(0, [1] as never),
      new TypeError('indexSelect: takes a tensor, got object'),
    ],
    ['a condition that is none', () => where(true as never, 1, 2), new TypeError('where: takes a tensor, got boolean')],
    [
      'shapes that do not broadcast',
      () => m.add(doubles([1, 2])),
      new ShapeError('add: shapes do not broadcast, got [2, 3] and [2]; dimensions must be equal or 1'),
    ],
    [
      'inner dimensions that differ',
      () => m.matmul(m),
      new ShapeError('matmul: inner dimensions differ, got [2, 3] and [2, 3]; transpose or reshape one of them'),
    ],
    [
      'matrices of two dtypes',
      () => m.matmul(m.to('int32').transpose(0, 1)),
      new DTypeError('matmul: dtypes differ, got float64[2, 3] and int32[3, 2]; cast one of them'),
    ],
    [
      'a scalar for a matrix',
      () => m.matmul(doubles(1)),
      new ShapeError('matmul: takes no scalars, got float64[2, 3] and float64[]; use mul()'),
    ],
    [
      'a dimension that is not there',
      () => m.sum(2),
      new OutOfRangeError('sum: no such axis in a tensor of 2 dimensions, got 2'),
    ],
    ['a dimension twice', () => m.sum([0, -2]), new OutOfRangeError('sum: an axis is named twice, got [0, -2]')],
    [
      'argmin along nothing',
      () => m.argmin(5),
      new OutOfRangeError('argmin: no such axis in a tensor of 2 dimensions, got 5'),
    ],
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
      'a slice from nowhere',
      () => m.slice(0, 0.5),
      new OutOfRangeError('slice: dimension 0 of [2, 3] has no range, got 0.5:2:1'),
    ],
    [
      'a slice backwards',
      () => m.slice(0, 0, 2, -1),
      new OutOfRangeError('slice: dimension 0 of [2, 3] has no range, got 0:2:-1'),
    ],
    [
      'the mean of integers',
      () => ints([1]).mean(),
      new DTypeError("mean: takes floats, got int32; cast it first, to('float32')"),
    ],
    ['float indices', () => m.gather(1, m), new DTypeError('gather: indices are int32, got float64[2, 3]')],
    ['the maximum of nothing', () => doubles([]).amax(), new ShapeError('max: nothing to take the max of, got [0]')],
    [
      'an expansion of more than 1',
      () => m.expand([4, 3]),
      new ShapeError('broadcastTo: cannot expand, got [2, 3] to [4, 3]'),
    ],
    ['no tensors', () => concat([]), new ShapeError('concat: needs at least one tensor, got none')],
  ])('%s', (_, act, error) => {
    expect(act).toThrow(error)
  })
})

test('shape, dtype, ndim, numel and size', () => {
  expect([m.shape, m.dtype, m.ndim, m.numel, m.size(-1)]).toEqual([[2, 3], 'float64', 2, 6, 3])
  expect(() => m.size(2)).toThrow(OutOfRangeError)
})

test('a shape that its owner changes later is not seen', async () => {
  const shape = [3, 2]
  const x = m.reshape(shape)
  shape[0] = 6
  shape[1] = 1
  expect(await m.reshape(shape).array()).toEqual([[1], [2], [3], [4], [5], [6]])
  expect(await m.reshape([3, 2]).array()).toEqual([
    [1, 2],
    [3, 4],
    [5, 6],
  ])
  expect(await x.array()).toEqual([
    [1, 2],
    [3, 4],
    [5, 6],
  ])
})

test('a method that has nothing to do gives a tensor of its own', async () => {
  const x = tensor([1, 2])
  for (const same of [
    x.reshape([2]),
    x.to('float32'),
    x.permute([0]),
    x.slice(0),
    x.expand([2]),
    x.flip([]),
    x.clamp({}),
    concat([x]),
  ]) {
    expect(same).not.toBe(x)
    same.dispose()
  }
  expect(await x.array()).toEqual([1, 2])
})
