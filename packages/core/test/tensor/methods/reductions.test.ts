import { describe, expect, test } from 'vitest'
import { DTypeError, OutOfRangeError, ShapeError } from '../../../src/errors/errors.ts'
import { tensor, zeros } from '../../../src/tensor/creation.ts'
import type { NestedArray } from '../../../src/tensor/host.ts'
import type { Tensor } from '../../../src/tensor/tensor.ts'
import { bytes, doubles, ints, type Use, words } from './make.ts'

const { NaN: nan, POSITIVE_INFINITY: inf } = Number
const lowest = -(2 - 2 ** -23) * 2 ** 127
const m = doubles([
  [1, 2, 3],
  [4, 5, 6],
])
const halves = (data: NestedArray) => tensor(data, { dtype: 'float16' })

const cases: Readonly<Record<string, readonly Use[]>> = {
  sum: [
    [() => m.sum(), 21],
    [() => m.sum(-1), [6, 15]],
    [() => m.sum([0, 1], { keepDim: true }), [[21]]],
    [() => m.sum([]), 21],
    [() => tensor([true, true]).sum(), 2],
    [() => bytes([200, 100]).sum(), 300],
    [() => words([2 ** 31, 5]).sum(), 2 ** 31 + 5],
    [() => ints([2 ** 31 - 1, 1]).sum(), -(2 ** 31)],
    [() => doubles([]).sum(), 0],
    [() => doubles(5).sum(), 5],
    [() => doubles(5).sum(0, { keepDim: true }), 5],
    [() => zeros([2, 0]).sum(1), [0, 0]],
    [() => zeros([0, 2]).sum(1), []],
  ],
  nansum: [
    [() => doubles([1, nan, 2]).nansum(), 3],
    [() => bytes([200, 100]).nansum(), 300],
  ],
  prod: [
    [() => m.prod(1, { keepDim: true }), [[6], [120]]],
    [() => doubles([]).prod(), 1],
    [() => tensor([true, false]).prod(), 0],
    [() => bytes([20, 20]).prod(), 400],
    [() => ints([65537, 65537]).prod(), 131073],
  ],
  mean: [
    [() => m.mean(0), [2.5, 3.5, 4.5]],
    [() => doubles([]).mean(), nan],
    [() => halves([60000, 60000]).mean(), 60000],
    [() => m.mean(), 3.5],
    // 49·(1/49) is less than 1.
    [() => tensor(new Float64Array(49).fill(1)).mean(), 1],
  ],
  var: [
    [() => doubles([1, 2, 3, 4]).var(), 5 / 3],
    [() => doubles([1, 2, 3, 4]).var(0, { correction: 0 }), 1.25],
    [() => m.var(1, { keepDim: true }), [[1], [1]]],
    [() => doubles([1]).var(), nan],
    [() => doubles(1).var(0), nan],
    [() => doubles([]).var(), nan],
    [() => doubles([1, 2]).var(0, { correction: 2 }), inf],
    // The squares alone are beyond 10¹⁶, where doubles are two apart.
    [() => doubles([1e9, 1e9 + 1, 1e9 + 2]).var(), 1],
    [() => halves([-300, 300]).var(0, { correction: 0 }), inf],
    [() => halves([-300, 300]).std(0, { correction: 0 }), 300],
  ],
  std: [
    [() => doubles([1, 3]).std(0, { correction: 0 }), 1],
    [() => doubles([5, 5]).std(), 0],
    [() => doubles([1]).std(), nan],
  ],
  amax: [
    [() => m.amax(), 6],
    [() => m.amax([0, 1], { keepDim: true }), [[6]]],
    [() => doubles([1, nan]).amax(), nan],
    [() => zeros([0, 2]).amax(1), []],
  ],
  amin: [
    [() => m.amin(0), [1, 2, 3]],
    [() => tensor([true, false]).amin(), false],
  ],
  max: [
    [() => m.max(), 6],
    [() => m.max(0).values, [4, 5, 6]],
    [() => m.max(-1, { keepDim: true }).indices, [[2], [2]]],
    [() => doubles([1, nan, 3, nan]).max(0).values, nan],
    [() => doubles([1, nan, 3, nan]).max(0).indices, 1],
    [() => bytes([7, 200, 200]).max(0).indices, 1],
    [() => tensor([[false, true]]).max(1).values, [true]],
    [() => zeros([0, 2]).max(1).values, []],
    [() => doubles(3).max(0).indices, 0],
  ],
  min: [
    [() => m.min(), 1],
    [() => m.min(0).indices, [0, 0, 0]],
    [() => ints([3, -1, -1]).min(0).indices, 1],
  ],
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
    [() => m.argmax(0, { keepDim: true }), [[1, 1, 1]]],
    [() => m.argmax(undefined, { keepDim: true }), [[5]]],
    [() => doubles(3).argmax(), 0],
    [() => doubles(3).argmax(-1, { keepDim: true }), 0],
  ],
  argmin: [[() => m.argmin(-1), [0, 0]]],
  norm: [
    [() => doubles([3, -4]).norm(), 5],
    [() => doubles([3, -4]).norm(1), 7],
    [() => doubles([3, -4, 0]).norm(0), 2],
    [() => doubles([3, -4, 0]).norm(inf), 4],
    [() => doubles([3, -4, 1]).norm(-inf), 1],
    [() => doubles([3, -4, 0]).norm(-1), 0],
    [() => doubles([[3], [4]]).norm('fro', [0, 1], { keepDim: true }), [[5]]],
    // Their squares are beyond the range, above or below.
    [() => doubles([4, 3].map((x) => x * 2 ** 600)).norm(), 5 * 2 ** 600],
    [() => doubles([4, 3].map((x) => x * 2 ** -600)).norm(), 5 * 2 ** -600],
    [() => doubles([1e200, 0]).norm(3), 1e200],
    [() => halves([300, 400]).norm(), 500],
    [() => doubles([inf, 1]).norm(), inf],
    [() => doubles([nan, 1]).norm(), nan],
    [() => doubles([]).norm(), 0],
    [() => zeros([2, 0]).norm(3, 1), [0, 0]],
    [() => zeros([2, 0]).norm(inf, 1), [0, 0]],
    [() => doubles(-3).norm(2, 0), 3],
  ],
  logsumexp: [
    [() => doubles([0, 0]).logsumexp(0), Math.LN2],
    [() => tensor([1e30, -1e30]).logsumexp(0), Math.fround(1e30)],
    [() => tensor([lowest, lowest]).logsumexp(0), lowest],
    [() => tensor([[lowest, 3]]).logsumexp(1, { keepDim: true }), [[3]]],
    [() => doubles([-inf, -inf]).logsumexp(0), -inf],
    [() => doubles([inf, 1]).logsumexp(0), inf],
    [() => doubles([nan, 1]).logsumexp(0), nan],
    [() => ints([0]).logsumexp(0), 0],
    [() => zeros([0]).logsumexp(0), -inf],
    [() => doubles(2).logsumexp(0), 2],
  ],
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
    [() => zeros([2, 0]).any(1), [false, false]],
    [() => doubles([nan]).any(), true],
    [() => zeros([0]).any(0, { keepDim: true }), [false]],
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
    [() => zeros([2, 0]).all(), true],
    [() => m.all([0, 1]), true],
  ],
  countNonzero: [
    [() => doubles([0, -0, 1, nan]).countNonzero(), 2],
    [() => m.countNonzero(0), [2, 2, 2]],
    [() => zeros([0]).countNonzero(), 0],
  ],
}

describe.each(Object.entries(cases))('%s', (_, uses) => {
  test.each(uses)('case %#', async (make, expected) => {
    expect(await make().array()).toEqual(expected)
  })
})

test('varMean and stdMean give the mean beside', async () => {
  const read = (tensors: readonly Tensor[]) => Promise.all(tensors.map((t) => t.array()))
  expect(await read(doubles([1, 2, 3, 4]).varMean())).toEqual([5 / 3, 2.5])
  expect(await read(doubles([1, 3]).stdMean(0, { correction: 0, keepDim: true }))).toEqual([[1], [2]])
  expect(await read(halves([60000, 60000]).varMean())).toEqual([0, 60000])
})

test('a reduction with nothing to do gives a tensor of its own', async () => {
  const x = doubles(3)
  for (const same of [x.sum(), x.prod(), x.amax(), x.min(), x.max(0).values, x.sum(0)]) {
    same.dispose()
  }
  expect(await x.item()).toBe(3)
})

describe('gradients where several elements could be meant', () => {
  const gradient = async (data: NestedArray, run: (x: Tensor) => Tensor) => {
    const x = tensor(data, { dtype: 'float64', requiresGrad: true })
    run(x).backward()
    return x.grad?.array()
  }

  test('amax and max() share, max(dim) picks the first', async () => {
    expect(await gradient([2, 3, 3], (x) => x.amax(0))).toEqual([0, 0.5, 0.5])
    expect(await gradient([2, 3, 3], (x) => x.max())).toEqual([0, 0.5, 0.5])
    expect(await gradient([2, 3, 3], (x) => x.max(0).values)).toEqual([0, 1, 0])
    expect(await gradient([3, 2, 2], (x) => x.min(0).values)).toEqual([0, 1, 0])
  })

  test('that of a norm or deviation of 0 is 0', async () => {
    for (const p of [2, 1, 3, 1.5, inf]) expect(await gradient([0, 0], (x) => x.norm(p))).toEqual([0, 0])
    expect(await gradient([5, 5], (x) => x.std())).toEqual([0, 0])
  })

  test('that of logsumexp is softmax, of −∞ too', async () => {
    expect(await gradient([1e30, 1e30], (x) => x.logsumexp(0))).toEqual([0.5, 0.5])
    expect(await gradient([-inf, 0], (x) => x.logsumexp(0))).toEqual([0, 1])
    expect(await gradient([-inf, -inf], (x) => x.logsumexp(0))).toEqual([0, 0])
  })
})

describe('wrong arguments', () => {
  const empty = doubles([])

  test.each<[string, () => unknown, Error]>([
    [
      'a dimension that is not there',
      () => m.sum(2),
      new OutOfRangeError('sum: no such axis in a tensor of 2 dimensions, got 2'),
    ],
    ['a dimension twice', () => m.sum([0, -2]), new OutOfRangeError('sum: an axis is named twice, got [0, -2]')],
    [
      'a second dimension of a scalar',
      () => doubles(1).mean(1),
      new OutOfRangeError('mean: no such axis in a tensor of 1 dimensions, got 1'),
    ],
    [
      'argmin along nothing',
      () => m.argmin(5),
      new OutOfRangeError('argmin: no such axis in a tensor of 2 dimensions, got 5'),
    ],
    [
      'half a dimension',
      () => m.max(0.5),
      new OutOfRangeError('max: no such axis in a tensor of 2 dimensions, got 0.5'),
    ],
    [
      'the mean of integers',
      () => ints([1]).mean(),
      new DTypeError("mean: takes floats, got int32; cast it first, to('float32')"),
    ],
    [
      'the deviation of bools',
      () => tensor([true]).std(),
      new DTypeError("std: takes floats, got bool; cast it first, to('float32')"),
    ],
    [
      'the norm of integers',
      () => ints([1]).norm(),
      new DTypeError("norm: takes floats, got int32; cast it first, to('float32')"),
    ],
    ['a norm of NaN', () => m.norm(nan), new OutOfRangeError(`norm: p is a number or 'fro', got null`)],
    ['a nuclear norm', () => m.norm('nuc' as never), new OutOfRangeError(`norm: p is a number or 'fro', got "nuc"`)],
    [
      'a correction of NaN',
      () => m.var(0, { correction: nan }),
      new OutOfRangeError('var: the correction is a finite number, got NaN'),
    ],
    ['the largest of none', () => empty.amax(), new ShapeError('amax: nothing to take the amax of, got [0]')],
    ['the smallest of none', () => empty.amin(0), new ShapeError('amin: nothing to take the amin of, got [0]')],
    ['the maximum of none', () => empty.max(), new ShapeError('max: nothing to take the max of, got [0]')],
    ['a minimum of none', () => zeros([0, 2]).min(0), new ShapeError('min: nothing to take the min of, got [0, 2]')],
    ['an index of none', () => empty.argmax(), new ShapeError('argmax: nothing to choose from, got [0]')],
    [
      'a tensor for a dimension',
      () => m.max(m as never),
      new TypeError('max: takes one dimension, got object; use maximum()'),
    ],
    [
      'several dimensions',
      () => m.min([0, 1] as never),
      new TypeError('min: takes one dimension, got object; use amin()'),
    ],
  ])('%s', (_, act, error) => {
    expect(act).toThrow(error)
  })
})
