import fc from 'fast-check'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { randomSplit } from '../../src/data/random-split.ts'
import type { Subset } from '../../src/data/subset.ts'
import { MisconfigurationError, OutOfRangeError } from '../../src/errors/errors.ts'

function range(length: number): { length: number; get(index: number): number } {
  return { length, get: (index) => index }
}

describe('randomSplit', () => {
  // Floors first, then what is left over one by one from the front: PyTorch's rule.
  test.each([
    [10, [0.8, 0.2], [8, 2]],
    [10, [0.5, 0.25, 0.25], [6, 2, 2]],
    [7, [1 / 3, 1 / 3, 1 / 3], [3, 2, 2]],
    [11, [1 / 4, 1 / 4, 1 / 4, 1 / 4], [3, 3, 3, 2]],
    [10, [0.7, 0.2, 0.1], [7, 2, 1]],
    [1797, [0.8, 0.2], [1438, 359]],
    [5, [1], [5]],
    [1, [0, 1], [0, 1]],
    [0, [0.5, 0.5], [0, 0]],
    [10, [3, 7], [3, 7]],
    [3, [0, 3, 0], [0, 3, 0]],
  ])('%i samples by %j make %j', (total, lengths, expected) => {
    expect(randomSplit(range(total), lengths).map((subset) => subset.length)).toEqual(expected)
  })

  test('every sample is in exactly one subset', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 5 }), fc.nat(), (lengths, seed) => {
        const total = lengths.reduce((a, b) => a + b, 0)
        fc.pre(total !== 1)
        const all = randomSplit(range(total), lengths, { seed }).flatMap((subset) => subset.indices)
        expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: total }, (_, i) => i))
      }),
      { seed: 3 },
    )
  })

  test('the same seed splits the same way, another one differently', () => {
    const firstOf = (seed: number) => randomSplit(range(100), [0.5, 0.5], { seed })[0].indices
    expect(firstOf(1)).toEqual(firstOf(1))
    expect(firstOf(1)).not.toEqual(firstOf(2))
  })

  test('has one subset for each length, also to the type checker', () => {
    expectTypeOf(randomSplit(range(4), [3, 1])).toEqualTypeOf<[Subset<number>, Subset<number>]>()
  })

  test.each([[[3, 3]], [[0.5, 0.4]], [[-1, 11]], [[1.5, 8.5]], [[]], [[Number.NaN]]])(
    'refuses %j for 10 samples',
    (lengths) => {
      expect(() => randomSplit(range(10), lengths)).toThrow(MisconfigurationError)
    },
  )

  test('refuses a seed that is none', () => {
    expect(() => randomSplit(range(2), [1, 1], { seed: -1 })).toThrow(OutOfRangeError)
  })
})
