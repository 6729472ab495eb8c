import { expect } from 'vitest'

/** Expects numbers that differ by at most `bound`, relative to the larger of 1 and the expected number. */
export function expectWithin(actual: ArrayLike<number>, expected: ArrayLike<number>, bound: number): void {
  expect(actual).toHaveLength(expected.length)
  const wrong = Array.from(expected).flatMap((y, i) => {
    const isClose = Math.abs(actual[i]! - y) <= bound * Math.max(1, Math.abs(y))
    return isClose ? [] : [`[${i}] ${actual[i]} is not ${y}`]
  })
  expect(wrong).toEqual([])
}
