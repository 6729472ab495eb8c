import { beforeEach, describe, expect, test } from 'vitest'
import { DTypeError, OutOfRangeError } from '../../src/errors/errors.ts'
import { Generator, manualSeed } from '../../src/tensor/generator.ts'
import { bernoulli, normal, rand, randint, randn, uniform } from '../../src/tensor/random.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { threefry2x32 } from '../../src/util/threefry.ts'

const n = 20_000

beforeEach(() => {
  manualSeed(7)
})

async function numbersOf(x: Tensor): Promise<number[]> {
  return (await x.flatten().to('float64').array()) as number[]
}

async function moments(x: Tensor): Promise<{ mean: number; variance: number; min: number; max: number }> {
  const values = await numbersOf(x)
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length
  return { mean, variance, min: values.reduce((a, b) => Math.min(a, b)), max: values.reduce((a, b) => Math.max(a, b)) }
}

describe('a seed', () => {
  test('gives the same bits again', async () => {
    const draw = async () => [await rand([5]).data(), await randn([3, 2]).data(), await randint([4], 0, 100).data()]
    const first = await draw()
    const second = await draw()
    manualSeed(7)
    expect(await draw()).toEqual(first)
    expect(second).not.toEqual(first)
    manualSeed(8)
    expect(await draw()).not.toEqual(first)
  })

  test('gives the same whatever is read, in what order', async () => {
    const [a, b] = [rand([2]), rand([2])]
    const [second, first] = [await b.array(), await a.array()]
    manualSeed(7)
    expect([await rand([2]).array(), await rand([2]).array()]).toEqual([first, second])
  })

  test('gives the words of Threefry-2x32 for its key', async () => {
    const seed = 2 ** 40 + 5
    const generator = new Generator(seed)
    await rand([1], { generator }).data()
    const words = [0, 1].flatMap((i) => threefry2x32(5, 2 ** 8, i, 1))
    const expected = words.slice(0, 3).map((word) => (word >>> 8) / 2 ** 24)
    expect(await rand([3], { generator }).array()).toEqual(expected)
  })

  test.each([-1, 0.5, 2 ** 53, Number.NaN])('is a whole number, not %d', (seed) => {
    expect(() => manualSeed(seed)).toThrow(OutOfRangeError)
  })

  test('is one of a generator’s own', async () => {
    const [a, b] = [new Generator(3), new Generator(3)]
    expect(await rand([2], { generator: a }).array()).toEqual(await rand([2], { generator: b }).array())
  })
})

describe('the state of a generator', () => {
  test('continues the sequence in another', async () => {
    const generator = new Generator(2 ** 45 + 3)
    rand([2], { generator })
    const { state } = generator
    const expected = await randn([4], { generator }).array()
    const other = new Generator(0)
    other.state = JSON.parse(JSON.stringify(state))
    expect(await randn([4], { generator: other }).array()).toEqual(expected)
    expect(other.state).toEqual(generator.state)
  })

  test.each([
    { seed: 1, draws: -1 },
    { seed: 1, draws: 0.5 },
    { seed: -1, draws: 0 },
  ])('is not %o', (state) => {
    expect(() => {
      new Generator().state = state
    }).toThrow(OutOfRangeError)
  })
})

describe('the distribution', () => {
  test('of rand is uniform over [0, 1)', async () => {
    const { mean, variance, min, max } = await moments(rand([n]))
    expect(mean).toBeCloseTo(1 / 2, 1.9)
    expect(variance).toBeCloseTo(1 / 12, 2)
    expect(min).toBeGreaterThanOrEqual(0)
    expect(max).toBeLessThan(1)
  })

  test.each(['float16', 'bfloat16'] as const)('of rand in %s reaches 0 but not 1', async (dtype) => {
    const { mean, min, max } = await moments(rand([n], { dtype }))
    expect(mean).toBeGreaterThan(0.48)
    expect(mean).toBeLessThan(0.52)
    expect(min).toBe(0)
    expect(max).toBeLessThan(1)
  })

  test('of uniform is as asked', async () => {
    const { mean, variance, min, max } = await moments(uniform([n], -3, 5))
    expect(mean).toBeCloseTo(1, 0.9)
    expect(variance).toBeCloseTo(64 / 12, 0.5)
    expect(min).toBeGreaterThanOrEqual(-3)
    expect(max).toBeLessThanOrEqual(5)
  })

  test('of randn is normal', async () => {
    const x = randn([n])
    const { mean, variance } = await moments(x)
    expect(Math.abs(mean)).toBeLessThan(0.03)
    expect(variance).toBeCloseTo(1, 1)
    const fourth = await x.pow(4).mean().item()
    expect(fourth).toBeGreaterThan(2.7)
    expect(fourth).toBeLessThan(3.3)
    const within = await x.abs().lt(1).to('float32').mean().item()
    expect(within).toBeCloseTo(0.6827, 1.7)
  })

  test('of normal is as asked', async () => {
    const { mean, variance } = await moments(normal([n], 10, 3, { dtype: 'float64' }))
    expect(Math.abs(mean - 10)).toBeLessThan(0.1)
    expect(Math.abs(variance - 9)).toBeLessThan(0.4)
  })

  test('of bernoulli is as asked, 0 and 1 included', async () => {
    const share = async (p: number) => bernoulli([n], p).to('float32').mean().item()
    expect(await share(0.3)).toBeCloseTo(0.3, 1.7)
    expect([await share(0), await share(1)]).toEqual([0, 1])
  })

  test('of randint is uniform over its bounds', async () => {
    const x = randint([n], -2, 3)
    expect(x.dtype).toBe('int32')
    const counts = new Map<number, number>()
    for (const k of await numbersOf(x)) counts.set(k, (counts.get(k) ?? 0) + 1)
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2])
    for (const count of counts.values()) expect(Math.abs(count - n / 5)).toBeLessThan(n / 50)
  })

  test('of randint holds over half of the int32', async () => {
    const { mean, min, max } = await moments(randint([n], -(2 ** 30), 2 ** 30))
    expect(Math.abs(mean)).toBeLessThan(2 ** 24)
    expect(min).toBeLessThan(-0.99 * 2 ** 30)
    expect(max).toBeGreaterThan(0.99 * 2 ** 30)
  })
})

describe('shapes and refusals', () => {
  test('0-d and empty', async () => {
    expect((await randn([]).item()) < 6).toBe(true)
    expect(await rand([0, 2]).array()).toEqual([])
  })

  test.each<[string, () => Tensor, typeof OutOfRangeError | typeof DTypeError]>([
    ['randint of nothing', () => randint([1], 3, 3), OutOfRangeError],
    ['randint of fractions', () => randint([1], 0.5, 3), OutOfRangeError],
    ['randint beyond int32', () => randint([1], 0, 2 ** 31 + 1), OutOfRangeError],
    ['randint over more than 2³¹ numbers', () => randint([1], -(2 ** 31), 2 ** 31), OutOfRangeError],
    ['bernoulli of no probability', () => bernoulli([1], 1.5), OutOfRangeError],
    ['rand of integers', () => rand([1], { dtype: 'int32' }), DTypeError],
    ['randn of booleans', () => randn([1], { dtype: 'bool' }), DTypeError],
  ])('%s', (_, act, error) => {
    expect(act).toThrow(error)
  })
})
