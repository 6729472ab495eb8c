import { beforeEach, describe, expect, test } from 'vitest'
import { DTypeError, MisconfigurationError, OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import type { Shape } from '../../src/graph/spec.ts'
import { conv2d } from '../../src/nn/functional/conv.ts'
import { dirac } from '../../src/nn/init/dirac.ts'
import { orthogonal } from '../../src/nn/init/orthogonal.ts'
import { sparse } from '../../src/nn/init/sparse.ts'
import { truncNormal } from '../../src/nn/init/trunc-normal.ts'
import { Generator, manualSeed } from '../../src/tensor/generator.ts'
import { randn } from '../../src/tensor/random.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { expectWithin } from '../support/close.ts'

beforeEach(() => manualSeed(12))

const numbersOf = async (x: Tensor) => Array.from(await x.data(), Number)

function momentsOf(numbers: readonly number[]): { readonly mean: number; readonly variance: number } {
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length
  return { mean, variance: numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length }
}

describe('truncNormal', () => {
  const n = 20_000

  // Mean and variance of the standard normal distribution between α and β, from φ and Φ.
  test.each([
    ['by default', {}, 0, 0.7737413035499232],
    ['to one side', { a: 0, b: 2 }, 0.7218023756617955, 0.248040306391953],
    ['shifted and scaled', { mean: 1, std: 0.5, a: 0, b: 2 }, 1, 0.7737413035499232 / 4],
    ['in float64', { a: 0, b: 2, dtype: 'float64' }, 0.7218023756617955, 0.248040306391953],
  ] as const)('has the moments of the distribution that is cut: %s', async (_, options, mean, variance) => {
    const { a = -2, b = 2 } = options as { a?: number; b?: number }
    const numbers = await numbersOf(truncNormal([n], options))
    const moments = momentsOf(numbers)
    // Five standard errors; the fourth moment is below three variances squared.
    expect(Math.abs(moments.mean - mean)).toBeLessThan(5 * Math.sqrt(variance / n))
    expect(Math.abs(moments.variance - variance)).toBeLessThan(5 * variance * Math.sqrt(2 / n))
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(a)
    expect(Math.max(...numbers)).toBeLessThanOrEqual(b)
    expect(Math.max(...numbers) - Math.min(...numbers)).toBeGreaterThan((b - a) * 0.99)
  })

  test('takes a dtype and a generator', async () => {
    expect(truncNormal([2], { dtype: 'float16' }).dtype).toBe('float16')
    const draw = () => truncNormal([5], { generator: new Generator(3) }).array()
    expect(await draw()).toEqual(await draw())
    expect(truncNormal([0, 3]).shape).toEqual([0, 3])
  })

  test('refuses bounds and deviations that make no sense', () => {
    expect(() => truncNormal([1], { std: 0 })).toThrow(OutOfRangeError)
    expect(() => truncNormal([1], { a: 1, b: 1 })).toThrow(
      new OutOfRangeError('truncNormal: a is below b, got 1 and 1'),
    )
    expect(() => truncNormal([1], { mean: 5 })).toThrow(
      new OutOfRangeError(
        'truncNormal: the mean is within two deviations of [a, b], got mean 5, deviation 1 and [-2, 2]',
      ),
    )
    expect(() => truncNormal([1], { mean: Number.NaN })).toThrow(OutOfRangeError)
    expect(() => truncNormal([1], { dtype: 'int32' })).toThrow(DTypeError)
  })
})

describe('orthogonal', () => {
  test.each<[number[]]>([[[4, 4]], [[3, 7]], [[7, 3]], [[2, 3, 2, 2]], [[1, 5]], [[40, 40]]])(
    'makes the shorter side of %j orthonormal',
    async (shape) => {
      const matrix = orthogonal(shape, { dtype: 'float64', gain: 3 })
        .reshape([shape[0]!, -1])
        .mul(1 / 3)
      const [rows, columns] = matrix.shape as [number, number]
      const transposed = matrix.transpose(0, 1)
      const product = rows <= columns ? matrix.matmul(transposed) : transposed.matmul(matrix)
      const size = Math.min(rows, columns)
      const identity = Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0))
      expectWithin(await numbersOf(product), identity, 1e-14)
    },
  )

  test('is evenly distributed: each element has mean 0 and variance 1/n, and half the determinants are negative', async () => {
    const [draws, n] = [2000, 3]
    const matrices = await Promise.all(Array.from({ length: draws }, () => numbersOf(orthogonal([n, n]))))
    for (let i = 0; i < n * n; i++) {
      const { mean, variance } = momentsOf(matrices.map((matrix) => matrix[i]!))
      // The fourth moment of an element is 3 / (n·(n + 2)) = 1/5.
      expect(Math.abs(mean)).toBeLessThan(5 * Math.sqrt(1 / n / draws))
      expect(Math.abs(variance - 1 / n)).toBeLessThan(5 * Math.sqrt((1 / 5 - 1 / 9) / draws))
    }
    const determinants = matrices.map(determinant)
    for (const d of determinants) expect(Math.abs(d)).toBeCloseTo(1, 5)
    const negative = determinants.filter((d) => d < 0).length / draws
    expect(Math.abs(negative - 0.5)).toBeLessThan(5 * Math.sqrt(0.25 / draws))
  })

  test('turns what randn would have drawn', async () => {
    const [row] = (await randn([1, 5], { generator: new Generator(9) }).array()) as number[][]
    const length = Math.hypot(...row!)
    const [turned] = (await orthogonal([1, 5], { generator: new Generator(9) }).array()) as number[][]
    for (const [i, x] of row!.entries()) expect(turned![i]).toBeCloseTo(x / length, 5)
  })

  test('draws as many times as randn, and takes a dtype', async () => {
    const [a, b] = [new Generator(1), new Generator(1)]
    orthogonal([2, 2], { generator: a })
    randn([2, 2], { generator: b })
    expect(a.state).toEqual(b.state)
    expect(orthogonal([2, 2], { dtype: 'bfloat16' }).dtype).toBe('bfloat16')
    expect(orthogonal([0, 3]).shape).toEqual([0, 3])
  })

  test('refuses vectors, integers and a gain that is no number', () => {
    expect(() => orthogonal([3])).toThrow(
      new MisconfigurationError('orthogonal: needs two dimensions or more, got [3]'),
    )
    expect(() => orthogonal([3, 3], { dtype: 'int32' })).toThrow(DTypeError)
    expect(() => orthogonal([3, 3], { gain: Number.NaN })).toThrow(OutOfRangeError)
  })
})

function determinant([a, b, c, d, e, f, g, h, i]: readonly number[]): number {
  return a! * (e! * i! - f! * h!) - b! * (d! * i! - f! * g!) + c! * (d! * h! - e! * g!)
}

describe('sparse', () => {
  test('has as many zeros in each column as it is told, at any row, and else N(0, std²)', async () => {
    const [rows, columns] = [20, 1000]
    const matrix = (await sparse([rows, columns], 0.27, { std: 0.1 }).array()) as number[][]
    const zeros = (j: number) => matrix.filter((row) => row[j] === 0).length
    expect(new Set(Array.from({ length: columns }, (_, j) => zeros(j)))).toEqual(new Set([6]))
    for (const row of matrix) {
      const share = row.filter((x) => x === 0).length / columns
      expect(Math.abs(share - 6 / 20)).toBeLessThan(5 * Math.sqrt((0.3 * 0.7) / columns))
    }
    const others = matrix.flat().filter((x) => x !== 0)
    const { mean, variance } = momentsOf(others)
    expect(Math.abs(mean)).toBeLessThan((5 * 0.1) / Math.sqrt(others.length))
    expect(Math.abs(Math.sqrt(variance) - 0.1)).toBeLessThan((5 * 0.1) / Math.sqrt(others.length))
  })

  test('may have no zeros, or nothing else', async () => {
    expect((await numbersOf(sparse([3, 3], 0))).every((x) => x !== 0)).toBe(true)
    expect((await numbersOf(sparse([3, 3], 1))).every((x) => x === 0)).toBe(true)
    expect(sparse([0, 3], 0.5).shape).toEqual([0, 3])
  })

  test('refuses other dimensions and shares', () => {
    expect(() => sparse([2, 2, 2], 0.5)).toThrow(new ShapeError('sparse: makes matrices, got [2, 2, 2]'))
    expect(() => sparse([2, 2], 1.5)).toThrow(OutOfRangeError)
  })
})

describe('dirac', () => {
  test.each<[Shape, number, number[]]>([
    [[2, 2, 3], 1, [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]],
    [[3, 2, 2], 1, [0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]],
    [[4, 1, 1], 2, [1, 0, 1, 0]],
    // Each group has two channels out and hands both of its own through.
    [[4, 2, 1], 2, [1, 0, 0, 1, 1, 0, 0, 1]],
  ])('hands channels through: %j in %i group(s)', async (shape, groups, expected) => {
    expect(await numbersOf(dirac(shape, { groups }))).toEqual(expected)
  })

  test('makes a convolution the identity', async () => {
    const x = randn([1, 3, 4, 5])
    const y = conv2d(x, dirac([3, 3, 3, 3]), null, { padding: 1 })
    expect(await y.array()).toEqual(await x.array())
    const grouped = conv2d(randn([1, 4, 3, 3]), dirac([4, 2, 1, 1], { groups: 2 }), null, { groups: 2 })
    expect(grouped.shape).toEqual([1, 4, 3, 3])
  })

  test('refuses other dimensions and groups', () => {
    expect(() => dirac([2, 2])).toThrow(ShapeError)
    expect(() => dirac([3, 2, 1], { groups: 2 })).toThrow(
      new MisconfigurationError('dirac: the groups divide the channels, got 2 group(s) for 3 channels'),
    )
    expect(dirac([0, 2, 1]).shape).toEqual([0, 2, 1])
  })
})
