import { expect, test } from 'vitest'
import { collapse, coordinateLines, placeExpression } from '../../src/wgsl/indexing.ts'

test('axes through which all places step as through one are one', () => {
  const [whole, row] = [
    { strides: [12, 4, 1], offset: 0 },
    { strides: [0, 0, 1], offset: 0 },
  ]
  expect(collapse([2, 3, 4], [whole])).toEqual({ shape: [24], places: [{ strides: [1], offset: 0 }] })
  expect(collapse([2, 3, 4], [whole, row]).shape).toEqual([6, 4])
})

test('axes of one element are none', () => {
  expect(collapse([1, 5, 1], [{ strides: [9, 2, 7], offset: 3 }])).toEqual({
    shape: [5],
    places: [{ strides: [2], offset: 3 }],
  })
})

test('coordinates divide and wrap only where they must', () => {
  expect(coordinateLines([6, 4], 'i', 'c')).toEqual(['let c0 = i / 4u;', 'let c1 = (i) % 4u;'])
  expect(coordinateLines([24], 'i', 'c')).toEqual(['let c0 = i;'])
})

test('a step backwards wraps', () => {
  expect(placeExpression({ strides: [-1, 5], offset: 4 }, ['c0', 'c1'])).toBe('4u + c0 * 4294967295u + c1 * 5u')
  expect(placeExpression({ strides: [0], offset: 0 }, ['c0'])).toBe('0u')
})
