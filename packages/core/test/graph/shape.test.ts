import { describe, expect, test } from 'vitest'
import { OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import {
  broadcastShapes,
  reducedShape,
  resolveAxes,
  resolveAxis,
  resolveReshape,
  sizeOf,
  stridesOf,
} from '../../src/graph/shape.ts'

describe('broadcastShapes', () => {
  test.each([
    { a: [], b: [], out: [] },
    { a: [2, 3], b: [], out: [2, 3] },
    { a: [3], b: [2, 3], out: [2, 3] },
    { a: [2, 1], b: [1, 3], out: [2, 3] },
    { a: [1], b: [0], out: [0] },
    { a: [2, 0], b: [1], out: [2, 0] },
    { a: [5, 1, 4], b: [3, 1], out: [5, 3, 4] },
    { a: [2], b: [3], out: undefined },
    { a: [2], b: [0], out: undefined },
    { a: [2, 3], b: [2], out: undefined },
  ])('$a and $b meet in $out', ({ a, b, out }) => {
    expect(broadcastShapes(a, b)).toEqual(out)
    expect(broadcastShapes(b, a)).toEqual(out)
  })
})

test('sizes and strides', () => {
  expect([sizeOf([]), sizeOf([2, 3]), sizeOf([2, 0])]).toEqual([1, 6, 0])
  expect(stridesOf([2, 3, 4])).toEqual([12, 4, 1])
  expect(stridesOf([])).toEqual([])
})

describe('axes', () => {
  test('count from the back when negative', () => {
    expect(resolveAxis('f', -1, 3)).toBe(2)
    expect(resolveAxes('f', [-1, 0], 3)).toEqual([0, 2])
    expect(resolveAxes('f', -2, 3)).toEqual([1])
    expect(resolveAxes('f', undefined, 3)).toEqual([0, 1, 2])
    expect(resolveAxes('f', undefined, 0)).toEqual([])
  })

  test.each([3, -4, 0.5, Number.NaN])('%s is none of three', (axis) => {
    expect(() => resolveAxis('f', axis, 3)).toThrow(OutOfRangeError)
    expect(() => resolveAxis('f', axis, 3)).toThrow(`f: no such axis in a tensor of 3 dimensions, got ${axis}`)
  })

  test('are named once', () => {
    expect(() => resolveAxes('f', [0, -3], 3)).toThrow(new OutOfRangeError('f: an axis is named twice, got [0, -3]'))
  })

  test('are dropped or kept by reductions', () => {
    expect(reducedShape([2, 3, 4], [0, 2], false)).toEqual([3])
    expect(reducedShape([2, 3, 4], [0, 2], true)).toEqual([1, 3, 1])
  })
})

describe('resolveReshape', () => {
  test.each([
    { from: [2, 6], shape: [3, 4], out: [3, 4] },
    { from: [2, 6], shape: [-1], out: [12] },
    { from: [2, 6], shape: [3, -1, 2], out: [3, 2, 2] },
    { from: [], shape: [1, -1], out: [1, 1] },
    { from: [0, 3], shape: [-1, 3], out: [0, 3] },
  ])('$from to $shape is $out', ({ from, shape, out }) => {
    expect(resolveReshape(sizeOf(from), from, shape)).toEqual(out)
  })

  test.each([[[5]], [[-1, -1]], [[-1, 5]], [[0, -1]]])('[2, 6] does not become %j', (shape) => {
    expect(() => resolveReshape(12, [2, 6], shape)).toThrow(
      new ShapeError(
        `reshape: sizes differ, got [2, 6] to [${shape.join(', ')}]; both hold the same number of elements`,
      ),
    )
  })
})
