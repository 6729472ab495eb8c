import { describe, expect, test } from 'vitest'
import * as ops from '../../../src/graph/build.ts'
import { dtypes } from '../../../src/graph/dtype.ts'
import type { HostTensor } from '../../../src/graph/host-tensor.ts'
import type { Shape } from '../../../src/graph/spec.ts'
import type { Value } from '../../../src/graph/value.ts'
import { leaf, leafOf, numbersOf, SeededTensors } from '../../support/host-tensors.ts'
import { broadcastReader, fromFormula, type Index, reader } from '../../support/naive.ts'
import { numbers, runValues } from '../../support/run-values.ts'

const matrix = [1, 2, 3, 4, 5, 6]

const literals: { name: string; record: (x: Value) => Value; shape: Shape; y: number[] }[] = [
  { name: 'reshape', record: (x) => ops.reshape(x, [3, 2]), shape: [3, 2], y: matrix },
  { name: 'permute', record: (x) => ops.permute(x, [1, 0]), shape: [3, 2], y: [1, 4, 2, 5, 3, 6] },
  { name: 'broadcastTo', record: (x) => ops.broadcastTo(x, [2, 2, 3]), shape: [2, 2, 3], y: [...matrix, ...matrix] },
  { name: 'slice', record: (x) => ops.slice(x, [1, 0], [2, 3], [1, 2]), shape: [1, 2], y: [4, 6] },
  { name: 'an empty slice', record: (x) => ops.slice(x, [0, 2], [2, 2]), shape: [2, 0], y: [] },
  {
    name: 'pad',
    record: (x) =>
      ops.pad(
        x,
        [
          [0, 1],
          [1, 0],
        ],
        -7,
      ),
    shape: [3, 4],
    y: [-7, 1, 2, 3, -7, 4, 5, 6, -7, -7, -7, -7],
  },
  {
    name: 'concat',
    record: (x) => ops.concat([x, ops.neg(x)], 1),
    shape: [2, 6],
    y: [1, 2, 3, -1, -2, -3, 4, 5, 6, -4, -5, -6],
  },
  { name: 'flip', record: (x) => ops.flip(x, [0, 1]), shape: [2, 3], y: [6, 5, 4, 3, 2, 1] },
]

test.each(literals)('$name of a matrix', async ({ record, shape, y }) => {
  const [result] = await runValues([record(leaf(matrix, [2, 3]))])
  expect(result).toEqual({ data: Float32Array.from(y), shape, dtype: 'float32' })
})

interface Case {
  readonly name: string
  readonly shape: Shape
  readonly record: (x: Value) => Value
  readonly formula: (x: HostTensor) => (index: Index) => number
}

const random: Case[] = [
  ...(
    [
      [
        [4, 3, 2],
        [2, 0, 1],
      ],
      [
        [2, 3, 4, 2],
        [0, 3, 1, 2],
      ],
      [
        [3, 0, 2],
        [2, 1, 0],
      ],
    ] as [Shape, number[]][]
  ).map(
    ([shape, axes]): Case => ({
      name: `permute ${axes}`,
      shape,
      record: (x) => ops.permute(x, axes),
      formula: (x) => (index) => reader(x)(x.shape.map((_, axis) => index[axes.indexOf(axis)]!)),
    }),
  ),
  ...(
    [
      [[], [2, 3]],
      [
        [3, 1],
        [2, 3, 4],
      ],
      [
        [1, 1],
        [3, 2],
      ],
      [
        [2, 1],
        [2, 0],
      ],
    ] as [Shape, Shape][]
  ).map(
    ([shape, to]): Case => ({
      name: `broadcast [${shape}] to [${to}]`,
      shape,
      record: (x) => ops.broadcastTo(x, to),
      formula: broadcastReader,
    }),
  ),
  {
    name: 'slice with steps',
    shape: [7, 4, 5],
    record: (x) => ops.slice(x, [1, 0, 4], [7, 4, 5], [2, 3, 1]),
    formula:
      (x) =>
      ([i, j, k]) =>
        reader(x)([1 + 2 * i!, 3 * j!, 4 + k!]),
  },
  {
    name: 'pad with zeros',
    shape: [2, 3],
    record: (x) =>
      ops.pad(x, [
        [2, 0],
        [0, 1],
      ]),
    formula:
      (x) =>
      ([i, j]) =>
        reader(x)([i! - 2, j!]),
  },
  {
    name: 'pad of nothing',
    shape: [0, 2],
    record: (x) =>
      ops.pad(x, [
        [1, 1],
        [0, 0],
      ]),
    formula: () => () => 0,
  },
  {
    name: 'concat with an empty tensor',
    shape: [2, 3],
    record: (x) => ops.concat([ops.slice(x, [0, 0], [2, 0]), x, x], 1),
    formula:
      (x) =>
      ([i, j]) =>
        reader(x)([i!, j! % 3]),
  },
  {
    name: 'concat along the first axis',
    shape: [2, 3],
    record: (x) => ops.concat([x, ops.slice(x, [1, 0], [2, 3])], 0),
    formula:
      (x) =>
      ([i, j]) =>
        reader(x)([Math.min(i!, 1), j!]),
  },
  {
    name: 'flip one axis of three',
    shape: [2, 4, 3],
    record: (x) => ops.flip(x, [1]),
    formula:
      (x) =>
      ([i, j, k]) =>
        reader(x)([i!, 3 - j!, k!]),
  },
]

describe.each(dtypes)('%s', (dtype) => {
  test.each(random)('$name', async ({ shape, record, formula }) => {
    const x = new SeededTensors(5).tensor(dtype, shape)
    const [result] = await runValues([record(leafOf(x))])
    expect(numbersOf(result!)).toEqual(fromFormula(result!.shape, formula(x)))
    expect(result!.dtype).toBe(dtype)
  })
})

test('movement keeps NaN, infinities and the sign of zero', async () => {
  const hard = [Number.NaN, Number.POSITIVE_INFINITY, -0, 2 ** -149]
  expect(await numbers(ops.flip(leaf(hard), [0]))).toEqual(hard.toReversed())
  expect(await numbers(ops.pad(leaf(hard), [[1, 0]], Number.NEGATIVE_INFINITY))).toEqual([
    Number.NEGATIVE_INFINITY,
    ...hard,
  ])
})
