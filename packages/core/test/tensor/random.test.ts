import { beforeEach, describe, expect, test } from 'vitest'
import { DTypeError, OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import { tensor, zeros } from '../../src/tensor/creation.ts'
import { Generator, manualSeed } from '../../src/tensor/generator.ts'
import {
  bernoulli,
  exponential,
  normal,
  rand,
  randint,
  randLike,
  randn,
  randnLike,
  uniform,
} from '../../src/tensor/random.ts'
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

describe('in float64', () => {
  test('rand has 53 bits', async () => {
    const generator = new Generator(5)
    const [[a], [b]] = [threefry2x32(5, 0, 0, 0), threefry2x32(5, 0, 0, 1)]
    const expected = (a! >>> 5) * 2 ** -27 + (b! >>> 6) * 2 ** -53
    expect(await rand([1], { dtype: 'float64', generator }).array()).toEqual([expected])
  })

  test('rand and randn are uniform and normal', async () => {
    const u = await moments(rand([n], { dtype: 'float64' }))
    expect(Math.abs(u.mean - 1 / 2)).toBeLessThan(5 * Math.sqrt(1 / 12 / n))
    expect(Math.abs(u.variance - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / n))
    const z = await moments(randn([n], { dtype: 'float64' }))
    expect(Math.abs(z.mean)).toBeLessThan(5 * Math.sqrt(1 / n))
    expect(Math.abs(z.variance - 1)).toBeLessThan(5 * Math.sqrt(2 / n))
  })
})

describe('numbers in the place of others', () => {
  test('randLike and randnLike take shape and dtype', () => {
    const x = zeros([2, 3], { dtype: 'float16' })
    const made = [randLike(x), randnLike(x), randLike(x, { dtype: 'float64' })]
    expect(made.map(({ shape }) => shape)).toEqual([x.shape, x.shape, x.shape])
    expect(made.map(({ dtype }) => dtype)).toEqual(['float16', 'float16', 'float64'])
  })

  test('normal takes means and standard deviations from tensors', async () => {
    const mean = tensor([[-5], [0], [5]], { dtype: 'float64' })
    const x = normal([3, n], mean, tensor([[1], [0], [3]], { dtype: 'float64' }))
    expect(x.dtype).toBe('float64')
    for (const [i, std] of [1, 0, 3].entries()) {
      const row = await moments(x.select(0, i))
      expect(Math.abs(row.mean - (5 * i - 5))).toBeLessThanOrEqual(5 * (std / Math.sqrt(n)))
      expect(Math.abs(row.variance - std ** 2)).toBeLessThanOrEqual(5 * std ** 2 * Math.sqrt(2 / n))
    }
  })

  test('bernoulli takes probabilities from a tensor', async () => {
    const p = tensor([[0], [0.2], [0.9], [1]])
    const x = bernoulli([4, n], p)
    expect(x.dtype).toBe('bool')
    const shares = (await x.to('float64').mean(1).array()) as number[]
    for (const [i, expected] of [0, 0.2, 0.9, 1].entries()) {
      expect(Math.abs(shares[i]! - expected)).toBeLessThanOrEqual(5 * Math.sqrt((expected * (1 - expected)) / n))
    }
  })

  test('bernoulli of probabilities alone is of their shape and dtype', async () => {
    const x = bernoulli(tensor([[0, 1]], { dtype: 'float64' }))
    expect([x.dtype, await x.array()]).toEqual(['float64', [[0, 1]]])
    expect(bernoulli(tensor([0.5]), { dtype: 'int32' }).dtype).toBe('int32')
  })

  test('randint takes a dtype', async () => {
    const x = randint([n], 0, 256, { dtype: 'uint8' })
    expect(x.dtype).toBe('uint8')
    const { mean, min, max } = await moments(x)
    expect(Math.abs(mean - 127.5)).toBeLessThan(5 * (256 / Math.sqrt(12 * n)))
    expect([min, max]).toEqual([0, 255])
  })
})

describe('exponential', () => {
  test.each(['float32', 'float64'] as const)('in %s has the mean and variance of its rate, and no 0', async (dtype) => {
    const { mean, variance, min } = await moments(exponential([n], 4, { dtype }))
    expect(Math.abs(mean - 1 / 4)).toBeLessThan(5 * (1 / 4 / Math.sqrt(n)))
    // The fourth central moment is 9 times the square of the variance.
    expect(Math.abs(variance - 1 / 16)).toBeLessThan(5 * (1 / 16) * Math.sqrt(8 / n))
    expect(min).toBeGreaterThan(0)
  })
})

describe('shapes and refusals', () => {
  test('0-d and empty', async () => {
    expect((await randn([]).item()) < 6).toBe(true)
    expect(await rand([0, 2]).array()).toEqual([])
  })

  test.each<[string, () => Tensor, new (message: string) => Error]>([
    ['randint of nothing', () => randint([1], 3, 3), OutOfRangeError],
    ['randint of fractions', () => randint([1], 0.5, 3), OutOfRangeError],
    ['randint beyond int32', () => randint([1], 0, 2 ** 31 + 1), OutOfRangeError],
    ['randint over more than 2³¹ numbers', () => randint([1], -(2 ** 31), 2 ** 31), OutOfRangeError],
    ['bernoulli of no probability', () => bernoulli([1], 1.5), OutOfRangeError],
    ['randint beyond bytes', () => randint([1], 0, 257, { dtype: 'uint8' }), OutOfRangeError],
    ['randint of booleans', () => randint([1], 0, 2, { dtype: 'bool' }), DTypeError],
    ['bernoulli of a tensor with no probability', () => bernoulli(tensor([0.5, -0.1])), OutOfRangeError],
    ['bernoulli of a NaN', () => bernoulli([1], tensor(Number.NaN)), OutOfRangeError],
    ['bernoulli of a number alone', () => bernoulli(0.5 as never), TypeError],
    ['normal of a negative standard deviation', () => normal([1], 0, -1), OutOfRangeError],
    ['normal of negative standard deviations', () => normal([1], 0, tensor([-1])), OutOfRangeError],
    ['normal of means of another shape', () => normal([2], zeros([3]), 1), ShapeError],
    ['uniform backwards', () => uniform([1], 1, 0), OutOfRangeError],
    ['exponential of no rate', () => exponential([1], 0), OutOfRangeError],
    ['exponential of integers', () => exponential([1], 1, { dtype: 'int32' }), DTypeError],
    ['rand of integers', () => rand([1], { dtype: 'int32' }), DTypeError],
    ['randn of booleans', () => randn([1], { dtype: 'bool' }), DTypeError],
  ])('%s', (_, act, error) => {
    expect(act).toThrow(error)
  })
})
