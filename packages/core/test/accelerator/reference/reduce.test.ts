import { describe, expect, test } from 'vitest'
import { argmax, argmin, max, min, prod, sum } from '../../../src/graph/build.ts'
import type { DType } from '../../../src/graph/dtype.ts'
import { reducedShape } from '../../../src/graph/shape.ts'
import type { Shape } from '../../../src/graph/spec.ts'
import { leaf, leafOf, SeededTensors } from '../../support/host-tensors.ts'
import { fromFormula, type Index, indicesOf, reader } from '../../support/naive.ts'
import { numbers, runValues } from '../../support/run-values.ts'
import { expectClose } from '../../support/tolerance.ts'

const reductions = { sum, prod, max, min }
const { NaN: nan, POSITIVE_INFINITY: inf } = Number

const literals: {
  op: 'sum' | 'prod' | 'max' | 'min'
  dtype?: DType
  x: readonly number[]
  y: number
}[] = [
  { op: 'sum', x: [1, 2, 3], y: 6 },
  { op: 'sum', x: [], y: 0 },
  { op: 'sum', x: [inf, -inf], y: nan },
  { op: 'sum', x: [1, nan], y: nan },
  // In float32 the ones would be lost one after the other.
  { op: 'sum', x: [2 ** 24, 1, 1], y: 2 ** 24 + 2 },
  { op: 'sum', dtype: 'float16', x: [2048, 1, 1], y: 2050 },
  { op: 'sum', dtype: 'float16', x: [65504, 65504, -65504], y: 65504 },
  { op: 'sum', dtype: 'int32', x: [2 ** 31 - 1, 2 ** 31 - 1, 3], y: 1 },
  { op: 'sum', dtype: 'uint32', x: [2 ** 32 - 1, 2 ** 32 - 1], y: 2 ** 32 - 2 },
  { op: 'sum', dtype: 'uint8', x: [200, 100], y: 44 },
  { op: 'prod', x: [2, 3, -4], y: -24 },
  { op: 'prod', x: [], y: 1 },
  { op: 'prod', x: [0, inf], y: nan },
  { op: 'prod', dtype: 'int32', x: [123456789, 987654321, 3], y: -201459057 },
  { op: 'prod', dtype: 'uint32', x: [2 ** 32 - 1, 2 ** 32 - 1], y: 1 },
  { op: 'max', x: [1, 5, -2], y: 5 },
  { op: 'max', x: [-inf, -inf], y: -inf },
  { op: 'max', x: [1, nan, 9], y: nan },
  { op: 'max', dtype: 'bool', x: [0, 1, 0], y: 1 },
  { op: 'max', dtype: 'int32', x: [-5, -(2 ** 31)], y: -5 },
  { op: 'min', x: [1, 5, -2], y: -2 },
  { op: 'min', x: [1, nan, -inf], y: nan },
  { op: 'min', dtype: 'bool', x: [1, 1], y: 1 },
  { op: 'min', dtype: 'uint32', x: [2 ** 32 - 1, 7], y: 7 },
]

test.each(literals)('$op of $x ($dtype) is $y', async ({ op, dtype, x, y }) => {
  expect(await numbers(reductions[op](leaf(x, undefined, dtype), [0]))).toEqual([y])
})

const folds = {
  sum: (xs: number[]) => xs.reduce((a, b) => a + b, 0),
  prod: (xs: number[]) => xs.reduce((a, b) => a * b, 1),
  max: (xs: number[]) => xs.toSorted((a, b) => b - a)[0]!,
  min: (xs: number[]) => xs.toSorted((a, b) => a - b)[0]!,
}

const shapes: [Shape, number[]][] = [
  [[4], [0]],
  [[3, 4], [0]],
  [[3, 4], [1]],
  [
    [3, 4],
    [0, 1],
  ],
  [[2, 3, 4], [1]],
  [
    [2, 3, 4],
    [0, 2],
  ],
  [
    [2, 1, 3, 2],
    [1, 3],
  ],
  [[0, 3], [1]],
  [[5, 0], [0]],
]

describe.each(['sum', 'prod', 'max', 'min'] as const)('%s', (op) => {
  test.each(shapes)('of %j over %j, axes dropped or kept', async (shape, axes) => {
    const x = new SeededTensors(3).tensor('float32', shape)
    const dropped = reducedShape(shape, axes, false)
    const kept = reducedShape(shape, axes, true)
    const expected = fromFormula(kept, (index) => folds[op](elementsUnder(x, index, axes)))
    const results = await runValues([reductions[op](leafOf(x), axes), reductions[op](leafOf(x), axes, true)])
    expect(results.map((result) => result.shape)).toEqual([dropped, kept])
    for (const result of results) expectClose(result, expected, 'accumulation')
  })
})

function elementsUnder(x: Parameters<typeof reader>[0], index: Index, axes: readonly number[]): number[] {
  const read = reader(x)
  return indicesOf(axes.map((axis) => x.shape[axis]!)).map((inner) => {
    return read(index.map((i, axis) => (axes.includes(axis) ? inner[axes.indexOf(axis)]! : i)))
  })
}

test('sum and prod over an axis of nothing are their identities', async () => {
  const empty = leaf([], [2, 0, 3])
  expect(await numbers(sum(empty, [1]))).toEqual([0, 0, 0, 0, 0, 0])
  expect(await numbers(prod(empty, [0, 1]))).toEqual([1, 1, 1])
})

describe('argmax and argmin', () => {
  test.each([
    { x: [3, 7, 7, 1], largest: 1, smallest: 3 },
    { x: [2, 2, 2], largest: 0, smallest: 0 },
    { x: [1, nan, 9, nan], largest: 1, smallest: 1 },
    { x: [-0, 0], largest: 0, smallest: 0 },
    { x: [-inf, inf], largest: 1, smallest: 0 },
  ])('of $x', async ({ x, largest, smallest }) => {
    const results = await runValues([argmax(leaf(x), 0), argmin(leaf(x), 0)])
    expect(results).toEqual([
      { data: Int32Array.of(largest), shape: [], dtype: 'int32' },
      { data: Int32Array.of(smallest), shape: [], dtype: 'int32' },
    ])
  })

  test.each([0, 1, 2])('along axis %i of three', async (axis) => {
    const x = new SeededTensors(4).distinct('float32', [3, 4, 2])
    const kept = reducedShape(x.shape, [axis], true)
    const lines = indicesOf(kept).map((index) => elementsUnder(x, index, [axis]))
    const [largest, smallest] = await runValues([argmax(leafOf(x), axis), argmin(leafOf(x), axis)])
    expect([...largest!.data]).toEqual(lines.map((line) => line.indexOf(Math.max(...line))))
    expect([...smallest!.data]).toEqual(lines.map((line) => line.indexOf(Math.min(...line))))
  })
})
