import { describe, expect, test } from 'vitest'
import { DataLoader } from '../../src/data/data-loader.ts'
import { RandomSampler } from '../../src/data/sampler.ts'
import { OutOfRangeError } from '../../src/errors/errors.ts'
import { collect } from './collect.ts'

const five = { length: 5 }

function sorted(indices: Iterable<number>): number[] {
  return [...indices].sort((a, b) => a - b)
}

describe('a RandomSampler', () => {
  test('has every index once by default, in the order of a loader that shuffles', async () => {
    const samples = [10, 20, 30, 40, 50]
    const sampler = new RandomSampler(samples, { seed: 3 })
    expect(sampler.length).toBe(5)
    expect(sorted(sampler.indices(2))).toEqual([0, 1, 2, 3, 4])
    const shuffled = await collect(new DataLoader(samples, { shuffle: true, seed: 3 }).batches(2))
    expect(shuffled.map(({ data }) => data[0])).toEqual([...sampler.indices(2)].map((i) => samples[i]))
  })

  test('draws fewer than there are without a repetition, and the same ones for the same epoch', () => {
    const sampler = new RandomSampler({ length: 100 }, { numSamples: 30, seed: 1 })
    const drawn = [...sampler.indices(0)]
    expect([sampler.length, drawn.length, new Set(drawn).size]).toEqual([30, 30, 30])
    expect([...sampler.indices(0)]).toEqual(drawn)
    expect([...sampler.indices(1)]).not.toEqual(drawn)
  })

  test('draws more than there are as one order after the other', () => {
    const drawn = [...new RandomSampler(five, { numSamples: 13, seed: 4 }).indices(0)]
    expect(drawn).toHaveLength(13)
    expect(sorted(drawn.slice(0, 5))).toEqual([0, 1, 2, 3, 4])
    expect(sorted(drawn.slice(5, 10))).toEqual([0, 1, 2, 3, 4])
    expect(new Set(drawn.slice(10)).size).toBe(3)
    expect(drawn.slice(5, 10)).not.toEqual(drawn.slice(0, 5))
  })

  test('with replacement draws each index equally often, whatever came before', () => {
    const counts = new Array<number>(5).fill(0)
    let repeats = 0
    let last = -1
    for (const index of new RandomSampler(five, { replacement: true, numSamples: 20_000 }).indices(0)) {
      counts[index]!++
      if (index === last) repeats++
      last = index
    }
    const chiSquared = counts.reduce((sum, count) => sum + (count - 4000) ** 2 / 4000, 0)
    // The 99.9th percentile of chi-squared with 4 degrees of freedom.
    expect(chiSquared).toBeLessThan(18.47)
    // Five standard deviations, √(20000 · 1/5 · 4/5), about a fifth.
    expect(Math.abs(repeats - 4000)).toBeLessThan(5 * 57)
  })

  test('of nothing draws nothing', () => {
    expect([...new RandomSampler([]).indices(0)]).toEqual([])
    expect([...new RandomSampler([], { replacement: true }).indices(0)]).toEqual([])
  })

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses to draw %s samples', (numSamples) => {
    expect(() => new RandomSampler(five, { numSamples })).toThrow(OutOfRangeError)
  })

  test('refuses to draw from nothing', () => {
    expect(() => new RandomSampler([], { numSamples: 3, replacement: true })).toThrow(
      'RandomSampler: there are no samples to draw 3 from, got an empty dataset',
    )
  })
})
