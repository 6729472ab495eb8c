import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DataLoader } from '../../src/data/data-loader.ts'
import { WeightedRandomSampler } from '../../src/data/weighted-random-sampler.ts'
import { MisconfigurationError, OutOfRangeError } from '../../src/errors/errors.ts'
import { collect } from './collect.ts'

/** How often each index is drawn. */
function frequencies(indices: Iterable<number>, length: number): number[] {
  const counts = new Array<number>(length).fill(0)
  for (const index of indices) counts[index]!++
  return counts
}

describe('a WeightedRandomSampler', () => {
  test('draws each index as often as its weight says, and never one of weight 0', () => {
    const weights = [0, 1, 0, 3, 6, 0]
    const counts = frequencies(new WeightedRandomSampler(weights, 20_000, { seed: 1 }).indices(0), 6)
    const chiSquared = [1, 3, 4].reduce((sum, i) => {
      const expected = weights[i]! * 2000
      return sum + (counts[i]! - expected) ** 2 / expected
    }, 0)
    expect([counts[0], counts[2], counts[5]]).toEqual([0, 0, 0])
    // The 99.9th percentile of chi-squared with 2 degrees of freedom.
    expect(chiSquared).toBeLessThan(13.82)
  })

  test('without replacement draws among what is left', () => {
    const orders = new Map<string, number>()
    const sampler = new WeightedRandomSampler([1, 2, 3], 2, { replacement: false })
    for (let epoch = 0; epoch < 6000; epoch++) {
      const order = [...sampler.indices(epoch)].join()
      orders.set(order, (orders.get(order) ?? 0) + 1)
    }
    // P(i, j) = wᵢ / 6 · wⱼ / (6 − wᵢ).
    const expected: Record<string, number> = {
      '0,1': (1 / 6) * (2 / 5),
      '0,2': (1 / 6) * (3 / 5),
      '1,0': (2 / 6) * (1 / 4),
      '1,2': (2 / 6) * (3 / 4),
      '2,0': (3 / 6) * (1 / 3),
      '2,1': (3 / 6) * (2 / 3),
    }
    expect([...orders.keys()].sort()).toEqual(Object.keys(expected))
    let chiSquared = 0
    for (const [order, p] of Object.entries(expected)) chiSquared += (orders.get(order)! - 6000 * p) ** 2 / (6000 * p)
    // The 99.9th percentile of chi-squared with 5 degrees of freedom.
    expect(chiSquared).toBeLessThan(20.52)
  })

  test('without replacement repeats nothing, and can draw all that has a weight', () => {
    fc.assert(
      fc.property(fc.array(fc.float({ min: 0, max: 10, noNaN: true }), { minLength: 1 }), fc.nat(), (weights, seed) => {
        const positive = weights.flatMap((weight, i) => (weight > 0 ? [i] : []))
        fc.pre(positive.length > 0)
        const sampler = new WeightedRandomSampler(weights, positive.length, { replacement: false, seed })
        expect([...sampler.indices(0)].sort((a, b) => a - b)).toEqual(positive)
      }),
      { seed: 7 },
    )
  })

  test.each([true, false])('weights may be tiny or huge (replacement %s)', (replacement) => {
    const huge = new WeightedRandomSampler([1e308, 0, 1e308, 1e308], 3, { replacement })
    expect([...huge.indices(0)]).not.toContain(1)
    const tiny = new WeightedRandomSampler([5e-324, 0, 5e-324], 2, { replacement })
    for (let epoch = 0; epoch < 50; epoch++) expect([...tiny.indices(epoch)]).not.toContain(1)
    const seen = new Set(Array.from({ length: 50 }, (_, epoch) => [...tiny.indices(epoch)][0]))
    expect(seen).toEqual(new Set([0, 2]))
  })

  test('is a pure function of seed and epoch, the same in every release', () => {
    const sampler = new WeightedRandomSampler([1, 2, 3, 4], 8, { seed: 5 })
    expect([...sampler.indices(2)]).toEqual([...sampler.indices(2)])
    expect([...sampler.indices(0)]).not.toEqual([...sampler.indices(1)])
    expect([...sampler.indices(0)]).toEqual([1, 1, 2, 2, 3, 2, 2, 1])
    const without = new WeightedRandomSampler([1, 2, 3, 4], 4, { seed: 5, replacement: false })
    expect([...without.indices(0)]).toEqual([1, 3, 2, 0])
  })

  test('orders the samples of a loader', async () => {
    const loader = new DataLoader(['never', 'always'], { batchSize: 2, sampler: new WeightedRandomSampler([0, 1], 3) })
    expect(loader.length).toBe(2)
    expect(await collect(loader)).toEqual([['always', 'always'], ['always']])
  })

  test.each([[[0, 0]], [[]], [[-1, 2]], [[Number.NaN, 1]], [[Number.POSITIVE_INFINITY]]])(
    'refuses the weights %j',
    (weights) => {
      expect(() => new WeightedRandomSampler(weights, 1)).toThrow(OutOfRangeError)
      expect(() => new WeightedRandomSampler(weights, 1, { replacement: false })).toThrow(OutOfRangeError)
    },
  )

  test('an error names the weight and its place', () => {
    expect(() => new WeightedRandomSampler([1, 1, -0.5], 1)).toThrow('got -0.5 at index 2')
  })

  test('refuses more draws without replacement than weights above 0', () => {
    const draw = (count: number) => new WeightedRandomSampler([1, 0, 2], count, { replacement: false })
    expect(draw(2).length).toBe(2)
    expect(() => draw(3)).toThrow(MisconfigurationError)
    expect(() => draw(3)).toThrow('got numSamples 3 and 2 such weights; draw fewer or with replacement')
  })

  test.each([0, -1, 1.5, Number.NaN])('refuses %s draws', (numSamples) => {
    expect(() => new WeightedRandomSampler([1], numSamples)).toThrow(OutOfRangeError)
  })

  test('refuses a seed that is none', () => {
    expect(() => new WeightedRandomSampler([1], 1, { seed: -1 })).toThrow(OutOfRangeError)
  })
})
