import { beforeEach, describe, expect, test } from 'vitest'
import { MisconfigurationError } from '../../src/errors/errors.ts'
import type { Shape } from '../../src/graph/spec.ts'
import { Conv2d } from '../../src/nn/conv.ts'
import { Embedding } from '../../src/nn/embedding.ts'
import { fansOf, gainOf, kaimingNormal, kaimingUniform, xavierNormal, xavierUniform } from '../../src/nn/init.ts'
import { Linear } from '../../src/nn/linear.ts'
import { manualSeed } from '../../src/tensor/generator.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'

interface Moments {
  readonly mean: number
  readonly std: number
  readonly min: number
  readonly max: number
}

async function momentsOf(x: Tensor): Promise<Moments> {
  const numbers = [...(await x.data())]
  const mean = numbers.reduce((sum, v) => sum + v, 0) / numbers.length
  const variance = numbers.reduce((sum, v) => sum + (v - mean) ** 2, 0) / numbers.length
  return { mean, std: Math.sqrt(variance), min: Math.min(...numbers), max: Math.max(...numbers) }
}

/** Within five standard errors of the mean, and as near for the deviation. */
async function expectUniform(x: Tensor, bound: number): Promise<void> {
  const { mean, std, min, max } = await momentsOf(x)
  const standardError = bound / Math.sqrt(3 * x.numel)
  expect(Math.abs(mean)).toBeLessThan(5 * standardError)
  expect(Math.abs(std - bound / Math.sqrt(3))).toBeLessThan(5 * standardError)
  // The extremes of n draws come to about bound / n from the ends.
  const end = bound * (1 + 1e-6)
  expect(min).toBeGreaterThanOrEqual(-end)
  expect(max).toBeLessThanOrEqual(end)
  expect(max - min).toBeGreaterThan(2 * bound * (1 - 20 / x.numel))
}

async function expectNormal(x: Tensor, std: number): Promise<void> {
  const moments = await momentsOf(x)
  const standardError = std / Math.sqrt(x.numel)
  expect(Math.abs(moments.mean)).toBeLessThan(5 * standardError)
  expect(Math.abs(moments.std - std)).toBeLessThan(5 * standardError)
}

const shape: Shape = [40, 30, 2, 2]
const [fanIn, fanOut] = [30 * 4, 40 * 4]

beforeEach(() => manualSeed(12))

describe('initialisers', () => {
  test('know the fans of a weight', () => {
    expect(fansOf([10, 4])).toEqual({ fanIn: 4, fanOut: 10 })
    expect(fansOf(shape)).toEqual({ fanIn, fanOut })
    // A transposed convolution's weight is [in, out / groups, …kernel]: PyTorch takes it as any other, and so do we.
    expect(fansOf([6, 4, 3])).toEqual({ fanIn: 12, fanOut: 18 })
    expect(() => fansOf([3])).toThrow(
      new MisconfigurationError('init: fan in and fan out need two dimensions or more, got [3]'),
    )
  })

  test('know PyTorch’s gains', () => {
    expect([gainOf('linear'), gainOf('sigmoid'), gainOf('tanh'), gainOf('relu')]).toEqual([1, 1, 5 / 3, Math.SQRT2])
    expect(gainOf('leakyRelu', 0.2)).toBeCloseTo(Math.sqrt(2 / 1.04), 12)
    expect([gainOf('conv1d'), gainOf('conv2d'), gainOf('convTranspose3d'), gainOf('selu')]).toEqual([1, 1, 1, 0.75])
    expect(() => gainOf('gelu' as never)).toThrow(MisconfigurationError)
    expect(() => kaimingNormal([2, 2], { mode: 'fan_in' as never })).toThrow(
      new MisconfigurationError("init: the mode is 'fanIn' or 'fanOut', got \"fan_in\""),
    )
  })

  test('kaimingUniform is U(±gain·√(3 / fan))', async () => {
    await expectUniform(kaimingUniform(shape), Math.sqrt(2) * Math.sqrt(3 / fanIn))
    await expectUniform(
      kaimingUniform(shape, { mode: 'fanOut', nonlinearity: 'tanh' }),
      (5 / 3) * Math.sqrt(3 / fanOut),
    )
  })

  test('kaimingNormal is N(0, gain² / fan)', async () => {
    await expectNormal(kaimingNormal(shape, { nonlinearity: 'relu' }), Math.sqrt(2 / fanIn))
  })

  test('xavierUniform is U(±gain·√(6 / (fanIn + fanOut)))', async () => {
    await expectUniform(xavierUniform(shape, { gain: 2 }), 2 * Math.sqrt(6 / (fanIn + fanOut)))
  })

  test('xavierNormal is N(0, 2·gain² / (fanIn + fanOut))', async () => {
    await expectNormal(xavierNormal(shape), Math.sqrt(2 / (fanIn + fanOut)))
  })

  test('take a dtype', () => {
    expect(kaimingUniform([2, 2], { dtype: 'float64' }).dtype).toBe('float64')
  })
})

describe('layers begin as in PyTorch', () => {
  test('Linear: U(±1/√inFeatures)', async () => {
    const layer = new Linear(50, 400)
    await expectUniform(layer.weight, 1 / Math.sqrt(50))
    await expectUniform(layer.bias!, 1 / Math.sqrt(50))
  })

  test('Conv2d: U(±1/√fanIn), of one group', async () => {
    const layer = new Conv2d(8, 400, [3, 2], { groups: 2 })
    await expectUniform(layer.weight, 1 / Math.sqrt(4 * 6))
    await expectUniform(layer.bias!, 1 / Math.sqrt(4 * 6))
  })

  test('Embedding: N(0, 1)', async () => {
    await expectNormal(new Embedding(200, 30).weight, 1)
  })

  test('the same with the same seed, and each layer another', async () => {
    const first = new Linear(3, 2)
    manualSeed(12)
    const again = new Linear(3, 2)
    const next = new Linear(3, 2)
    expect(await again.weight.array()).toEqual(await first.weight.array())
    expect(await again.bias!.array()).toEqual(await first.bias!.array())
    expect(await next.weight.array()).not.toEqual(await first.weight.array())
  })

  test('a layer without inputs has the bias 0', async () => {
    expect(await new Linear(0, 2).bias!.array()).toEqual([0, 0])
  })

  test('nothing runs when a layer is made', () => {
    expect(new Linear(3, 2).weight.slot.committed).toBeNull()
  })
})
