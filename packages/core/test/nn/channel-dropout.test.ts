import { describe, expect, test } from 'vitest'
import { DTypeError, OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import { Dropout1d, Dropout2d, Dropout3d, FeatureAlphaDropout } from '../../src/nn/dropout.ts'
import { alphaDropout, featureAlphaDropout } from '../../src/nn/functional/alpha-dropout.ts'
import { dropout1d, dropout2d, dropout3d } from '../../src/nn/functional/dropout.ts'
import { ones, tensor, zeros } from '../../src/tensor/creation.ts'
import { Generator, manualSeed } from '../../src/tensor/generator.ts'

const cases = [
  ['dropout1d', dropout1d, new Dropout1d(0.25), [300, 4, 5], 1200],
  ['dropout1d without batch', dropout1d, new Dropout1d(0.25), [1200, 5], 1200],
  ['dropout2d', dropout2d, new Dropout2d(0.25), [300, 4, 2, 3], 1200],
  ['dropout2d of three dimensions', dropout2d, new Dropout2d(0.25), [300, 4, 6], 1200],
  ['dropout3d', dropout3d, new Dropout3d(0.25), [300, 4, 1, 2, 3], 1200],
  ['dropout3d without batch', dropout3d, new Dropout3d(0.25), [1200, 1, 2, 3], 1200],
] as const

describe('dropout of channels', () => {
  test.each(cases)(
    'drops all of a channel or nothing, a share of p of them: %s',
    async (_, f, layer, shape, channels) => {
      manualSeed(3)
      for (const y of [f(ones(shape), 0.25), layer.forward(ones(shape))]) {
        const rows = (await y.reshape([channels, -1]).array()) as number[][]
        for (const row of rows) expect(new Set(row).size).toBe(1)
        const kept = rows.filter(([first]) => first !== 0)
        expect(kept.every(([first]) => first === Math.fround(4 / 3))).toBe(true)
        // Five standard deviations of a binomial share.
        expect(Math.abs(kept.length / channels - 0.75)).toBeLessThan(5 * Math.sqrt((0.25 * 0.75) / channels))
      }
    },
  )

  test.each(cases)('is the identity in evaluation and for p = 0: %s', (_, f, layer, shape) => {
    const x = ones(shape)
    expect(layer.eval().forward(x)).toBe(x)
    expect(f(x, 0)).toBe(x)
    expect(f(x, 0.5, { training: false })).toBe(x)
  })

  test('gives the gradient the mask of the forward pass', async () => {
    manualSeed(1)
    const leaf = tensor(new Float64Array(128).fill(1), { shape: [8, 8, 2], requiresGrad: true })
    const y = dropout1d(leaf)
    y.sum().backward()
    expect(await leaf.grad!.array()).toEqual(await y.array())
  })

  test('refuses other dimensions, integers and what is no probability', () => {
    expect(() => dropout1d(zeros([2]))).toThrow(new ShapeError('dropout1d: takes 2 or 3 dimensions, got [2]'))
    expect(() => dropout2d(zeros([2, 3]))).toThrow(ShapeError)
    expect(() => dropout3d(zeros([2, 3, 4]))).toThrow(ShapeError)
    expect(() => dropout1d(zeros([2, 3], { dtype: 'int32' }))).toThrow(DTypeError)
    expect(() => dropout2d(zeros([2, 3, 4]), Number.NaN)).toThrow(OutOfRangeError)
    expect(() => new Dropout3d(2)).toThrow(OutOfRangeError)
  })

  test('of nothing is nothing', () => {
    expect(dropout2d(zeros([0, 3, 4, 4])).shape).toEqual([0, 3, 4, 4])
  })
})

describe('alphaDropout', () => {
  // Mean 0 and variance 1 of x stay: with y ∈ {a·x + b, a·α′ + b} and E x = 0, E x² = 1.
  test.each([0.1, 0.5])('has two values for each, with which mean and variance stay: p %d', async (p) => {
    manualSeed(5)
    const n = 20_000
    const saturation = -1.0507009873554805 * 1.6732632423543772
    const a = 1 / Math.sqrt((1 - p) * (1 + p * saturation ** 2))
    const b = -a * p * saturation
    expect((1 - p) * b + p * (a * saturation + b)).toBeCloseTo(0, 12)
    expect((1 - p) * (a ** 2 + b ** 2) + p * (a * saturation + b) ** 2).toBeCloseTo(1, 12)
    const y = await alphaDropout(ones([n], { dtype: 'float64' }), p).data()
    const kept = Array.from(y, Number).filter((v) => Math.abs(v - (a + b)) < 1e-12)
    const saturated = Array.from(y, Number).filter((v) => Math.abs(v - (a * saturation + b)) < 1e-12)
    expect(kept.length + saturated.length).toBe(n)
    expect(Math.abs(kept.length / n - (1 - p))).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / n))
  })

  test('of features draws once for each channel', async () => {
    manualSeed(5)
    const y = (await new FeatureAlphaDropout()
      .forward(zeros([20, 10, 3, 2]))
      .reshape([200, 6])
      .array()) as number[][]
    for (const row of y) expect(new Set(row).size).toBe(1)
    expect(new Set(y.map(([first]) => first)).size).toBe(2)
  })

  test('is the identity in evaluation, nothing for p = 1, and the same for the same generator', async () => {
    const x = ones([4, 2])
    expect(alphaDropout(x, 0.5, { training: false })).toBe(x)
    expect(new FeatureAlphaDropout().eval().forward(x)).toBe(x)
    expect(await alphaDropout(ones([2]), 1).array()).toEqual([0, 0])
    const draw = () => alphaDropout(ones([32]), 0.5, { generator: new Generator(3) }).array()
    expect(await draw()).toEqual(await draw())
  })

  test('refuses one dimension for features, integers and what is no probability', () => {
    expect(() => featureAlphaDropout(zeros([2]))).toThrow(ShapeError)
    expect(() => alphaDropout(zeros([2], { dtype: 'int32' }))).toThrow(DTypeError)
    expect(() => alphaDropout(zeros([2]), -1)).toThrow(OutOfRangeError)
  })
})
