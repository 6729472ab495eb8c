import { describe, expect, test } from 'vitest'
import { DTypeError, OutOfRangeError } from '../../src/errors/errors.ts'
import { Dropout } from '../../src/nn/dropout.ts'
import { dropout } from '../../src/nn/functional/dropout.ts'
import { ones, tensor } from '../../src/tensor/creation.ts'
import { Generator, manualSeed } from '../../src/tensor/generator.ts'

describe('Dropout', () => {
  test.each([0.1, 0.5, 0.8])('drops a share of %d and keeps the expectation', async (p) => {
    manualSeed(1)
    const n = 20_000
    const y = (await new Dropout(p).forward(ones([n])).data()) as Float32Array
    const kept = y.filter((v) => v !== 0)
    // Five standard deviations of a binomial share.
    expect(Math.abs(kept.length / n - (1 - p))).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / n))
    expect(new Set(kept)).toEqual(new Set([Math.fround(1 / (1 - p))]))
  })

  test('gives the same mask for the same seed, and another with each call', async () => {
    const layer = new Dropout()
    const draw = async () => [await layer.forward(ones([64])).array(), await layer.forward(ones([64])).array()]
    manualSeed(7)
    const [first, second] = await draw()
    manualSeed(7)
    expect(await draw()).toEqual([first, second])
    expect(first).not.toEqual(second)
  })

  test('gives the gradient the mask of the forward pass', async () => {
    const x = tensor(Array(100).fill(3), { requiresGrad: true })
    const y = new Dropout(0.25).forward(x)
    y.sum().backward()
    const [values, gradient] = [await y.data(), await x.grad!.data()]
    for (const [i, v] of values.entries()) expect(gradient[i]).toBeCloseTo(v / 3, 6)
  })

  test('is the identity in evaluation and for p = 0', () => {
    const x = ones([4])
    expect(new Dropout().eval().forward(x)).toBe(x)
    expect(new Dropout(0).forward(x)).toBe(x)
    expect(dropout(x, 0.5, { training: false })).toBe(x)
  })

  test('drops everything for p = 1', async () => {
    expect(await new Dropout(1).forward(ones([3])).array()).toEqual([0, 0, 0])
  })

  test('draws from a generator that it is given', async () => {
    const draw = () => dropout(ones([32]), 0.5, { generator: new Generator(3) }).array()
    expect(await draw()).toEqual(await draw())
  })

  test.each([-0.1, 1.5, Number.NaN])('refuses the probability %d', (p) => {
    const error = new OutOfRangeError(`dropout: the probability to drop an element is between 0 and 1, got ${p}`)
    expect(() => new Dropout(p)).toThrow(error)
    expect(() => dropout(ones([1]), p)).toThrow(error)
  })

  test('refuses integers', () => {
    expect(() => dropout(tensor(Int32Array.of(1)))).toThrow(DTypeError)
  })
})
