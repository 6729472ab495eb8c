import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { OutOfRangeError } from '../../src/errors/errors.ts'
import { HostRandom } from '../../src/util/host-random.ts'
import { threefry2x32 } from '../../src/util/threefry.ts'

function draws(random: HostRandom, count: number): number[] {
  return Array.from({ length: count }, () => random.uint32())
}

describe('HostRandom', () => {
  test('its stream is Threefry over a key mixed from seed, purpose and epoch, by the formula', () => {
    // FNV-1a of 'a' is published: 0xe40c292c.
    const [key0, key1] = threefry2x32(7, 0, 0xe40c292c, 3)
    const expected = [...threefry2x32(key0, key1, 0, 0), ...threefry2x32(key0, key1, 1, 0)]
    expect(draws(new HostRandom(7, 'a', 3), 4)).toEqual(expected)
  })

  test('a seed, a purpose and an epoch each give a stream of their own', () => {
    const streams = [
      new HostRandom(0, 'shuffle', 0),
      new HostRandom(1, 'shuffle', 0),
      new HostRandom(2 ** 32, 'shuffle', 0),
      new HostRandom(0, 'split', 0),
      new HostRandom(0, 'shuffle', 1),
    ].map((random) => draws(random, 4).join())
    expect(new Set(streams).size).toBe(streams.length)
  })

  test('bounded integers stay below their bound', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 2 ** 32 }), (seed, bound) => {
        const draw = new HostRandom(seed, 'test').below(bound)
        return Number.isInteger(draw) && draw >= 0 && draw < bound
      }),
      { seed: 1 },
    )
  })

  test('bounded integers are unbiased where a bare modulo would not be', () => {
    // For this bound, draw % bound would fall into the lower half two times out of three.
    const bound = 3 * 2 ** 30
    const random = new HostRandom(0, 'test')
    let low = 0
    for (let i = 0; i < 20_000; i++) if (random.below(bound) < bound / 3) low++
    // Mean 6667, standard deviation 67; the modulo would give 10000.
    expect(Math.abs(low - 20_000 / 3)).toBeLessThan(4 * 67)
  })

  test.each([0, -1, 1.5, Number.NaN, 2 ** 32 + 1])('refuses the bound %s', (bound) => {
    expect(() => new HostRandom(0, 'test').below(bound)).toThrow(OutOfRangeError)
  })

  test('uniform numbers have 53 random bits, and are spread evenly from 0 to 1', () => {
    const bits = new HostRandom(3, 'test')
    const high = bits.uint32() >>> 5
    const low = bits.uint32() >>> 6
    expect(new HostRandom(3, 'test').uniform() * 2 ** 53).toBe(high * 2 ** 26 + low)

    const random = new HostRandom(0, 'test')
    const counts = new Array<number>(10).fill(0)
    for (let i = 0; i < 10_000; i++) counts[Math.floor(random.uniform() * 10)]!++
    const chiSquared = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)
    // The 99.9th percentile of chi-squared with 9 degrees of freedom.
    expect(chiSquared).toBeLessThan(27.88)
  })

  test('a fork is a stream of its own for each part and repeat, whatever was drawn before', () => {
    const random = new HostRandom(1, 'test')
    const before = draws(random.fork(2, 1), 4)
    const drawn = draws(random, 4)
    expect(draws(random.fork(2, 1), 4)).toEqual(before)
    expect(draws(random, 4)).not.toEqual(drawn)
    const streams = [
      drawn,
      before,
      draws(random.fork(0), 4),
      draws(random.fork(2), 4),
      draws(random.fork(1, 2), 4),
      draws(random.fork(2).fork(1), 4),
      draws(new HostRandom(2, 'test').fork(2, 1), 4),
    ]
    expect(new Set(streams.map(String)).size).toBe(streams.length)
  })

  test.each([-1, 0.5, Number.NaN, 2 ** 32])('refuses a fork for part or repeat %s', (number) => {
    expect(() => new HostRandom(0, 'test').fork(number)).toThrow(OutOfRangeError)
    expect(() => new HostRandom(0, 'test').fork(0, number)).toThrow(OutOfRangeError)
  })

  test('a permutation holds each number once', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat({ max: 300 }), (seed, length) => {
        const sorted = [...new HostRandom(seed, 'test').permutation(length)].sort((a, b) => a - b)
        expect(sorted).toEqual(Array.from({ length }, (_, i) => i))
      }),
      { seed: 2 },
    )
  })

  test('all 24 orders of four things are equally likely', () => {
    const random = new HostRandom(0, 'test')
    const counts = new Map<string, number>()
    for (let i = 0; i < 24_000; i++) {
      const order = random.permutation(4).join('')
      counts.set(order, (counts.get(order) ?? 0) + 1)
    }
    const chiSquared = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)
    expect(counts.size).toBe(24)
    // The 99.9th percentile of chi-squared with 23 degrees of freedom.
    expect(chiSquared).toBeLessThan(49.73)
  })

  test.each([-1, 0.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY])('refuses the seed %s', (seed) => {
    expect(() => new HostRandom(seed, 'shuffle')).toThrow(OutOfRangeError)
    expect(() => new HostRandom(seed, 'shuffle')).toThrow(
      `shuffle: a seed is a whole number from 0 to 2^53 - 1, got ${seed}`,
    )
  })

  test.each([-1, 0.5, 2 ** 32])('refuses the epoch %s', (epoch) => {
    expect(() => new HostRandom(0, 'shuffle', epoch)).toThrow(OutOfRangeError)
  })
})
