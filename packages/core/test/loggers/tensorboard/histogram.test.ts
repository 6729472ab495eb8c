import { expect, test } from 'vitest'
import { histogramOf } from '../../../src/loggers/tensorboard/histogram.ts'

test('values are counted in bins of one width, the largest in the last', () => {
  expect(histogramOf([0, 1, 2, 3, 4], 2)).toEqual({
    min: 0,
    max: 4,
    count: 5,
    sum: 10,
    sumOfSquares: 30,
    limits: [2, 4],
    counts: [2, 3],
  })
})

test('equal values are one bin', () => {
  expect(histogramOf([3, 3], 30)).toMatchObject({ limits: [3], counts: [2], sum: 6 })
})

test('what is not finite is left out', () => {
  expect(histogramOf([Number.NaN, 1, Number.POSITIVE_INFINITY, 2], 1)).toMatchObject({ count: 2, min: 1, max: 2 })
  expect(histogramOf([Number.NaN], 1)).toMatchObject({ count: 0, limits: [], counts: [] })
})

test('counts add up, whatever rounding does to the edges', () => {
  const values = Array.from({ length: 1000 }, (_, i) => Math.sin(i) * 1e-7 + 0.3)
  const { counts, count, limits, max } = histogramOf(values, 7)
  expect(counts.reduce((sum, n) => sum + n)).toBe(count)
  expect(limits.at(-1)).toBe(max)
})
