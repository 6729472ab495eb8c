import { describe, expect, test } from 'vitest'
import { MisconfigurationError, OutOfRangeError, ShapeError } from '../../../src/errors/errors.ts'
import { gaussianNll, klDiv, poissonNll } from '../../../src/nn/functional/losses/distribution.ts'
import { GaussianNLLLoss, KLDivLoss, PoissonNLLLoss } from '../../../src/nn/losses/distribution.ts'
import { full, ones, tensor, zeros } from '../../../src/tensor/creation.ts'
import type { Tensor } from '../../../src/tensor/tensor.ts'
import { SeededTensors } from '../../support/host-tensors.ts'
import recorded from '../fixtures/torch-losses.json' with { type: 'json' }
import { expectRecorded } from '../recorded.ts'
import { expectGradients, expectNumbers } from '../support.ts'

const random = new SeededTensors(12)
const reductions = ['mean', 'sum', 'none'] as const
const positive = { min: 0.2, max: 2 }

describe('against PyTorch', () => {
  const gaussian = (name: string, module: GaussianNLLLoss) =>
    [name, module, (x: Tensor, y: Tensor, v: Tensor) => module.forward(x, y, v)] as const
  const pair = (name: string, module: KLDivLoss | PoissonNLLLoss) =>
    [name, module, (x: Tensor, y: Tensor) => module.forward(x, y)] as const

  test.each([
    gaussian('GaussianNLLLoss', new GaussianNLLLoss()),
    gaussian('GaussianNLLLoss full none', new GaussianNLLLoss({ full: true, eps: 0.5, reduction: 'none' })),
    gaussian('GaussianNLLLoss a variance a row', new GaussianNLLLoss()),
    gaussian('GaussianNLLLoss a column of variances', new GaussianNLLLoss()),
    pair('PoissonNLLLoss', new PoissonNLLLoss()),
    pair('PoissonNLLLoss full', new PoissonNLLLoss({ full: true, reduction: 'none' })),
    pair('PoissonNLLLoss rates', new PoissonNLLLoss({ logInput: false, eps: 0.01 })),
    ...([...reductions, 'batchmean'] as const).flatMap((reduction) => [
      pair(`KLDivLoss ${reduction}`, new KLDivLoss({ reduction })),
      pair(`KLDivLoss logTarget ${reduction}`, new KLDivLoss({ reduction, logTarget: true })),
    ]),
  ])('%s', (name, module, run) => expectRecorded(recorded, name, (x, y, v) => run(x!, y!, v!), { module }))
})

describe('klDiv', () => {
  test.each([...reductions, 'batchmean'] as const)(
    'reduced to %s has the gradients of central differences',
    async (reduction) => {
      const inputs = [random.tensor('float64', [2, 3]), random.tensor('float64', [2, 3], positive)]
      await expectGradients((x, t) => klDiv(x!, t!, { reduction }), inputs, { twice: true })
      await expectGradients((x, t) => klDiv(x!, t!, { reduction, logTarget: true }), inputs, { twice: true })
    },
  )

  test('of a distribution to itself is 0', async () => {
    const p = tensor([
      [0.25, 0.75],
      [0.5, 0.5],
    ])
    await expectNumbers(klDiv(p.log(), p, { reduction: 'none' }), [0, 0, 0, 0])
  })

  test('what has no probability costs nothing, and gradients stay finite', async () => {
    const x = tensor([Number.NEGATIVE_INFINITY, -3, Math.log(0.5)], { requiresGrad: true })
    const t = tensor([0, 0, 1], { requiresGrad: true })
    const loss = klDiv(x, t, { reduction: 'none' })
    await expectNumbers(loss, [0, 0, Math.LN2])
    loss.backward(ones([3]))
    await expectNumbers(x.grad!, [0, 0, -1])
    expect((await t.grad!.data()).every(Number.isFinite)).toBe(true)
  })

  test('batchmean divides by the first dimension, and of half types adds up in float32', async () => {
    const [x, t] = [full([4, 60_000], -2, { dtype: 'float16' }), full([4, 60_000], 1, { dtype: 'float16' })]
    expect(await klDiv(x, t, { reduction: 'batchmean' }).item()).toBe(Number.POSITIVE_INFINITY)
    expect(await klDiv(x, t).item()).toBe(2)
    expect(await klDiv(x.to('float32'), t.to('float32'), { reduction: 'batchmean' }).item()).toBe(120_000)
  })

  test('of nothing is NaN as a mean', async () => {
    for (const reduction of ['mean', 'batchmean'] as const) {
      expect(await klDiv(zeros([0, 3]), zeros([0, 3]), { reduction }).item()).toBeNaN()
    }
    expect(await klDiv(zeros([0]), zeros([0]), { reduction: 'sum' }).item()).toBe(0)
  })

  test('refuses what does not fit', () => {
    expect(() => klDiv(zeros([4, 1]), zeros([4]))).toThrow(ShapeError)
    expect(() => klDiv(zeros([]), zeros([]), { reduction: 'batchmean' })).toThrow(ShapeError)
    expect(() => klDiv(zeros([2]), zeros([2]), { reduction: 'batchMean' as 'mean' })).toThrow(
      new MisconfigurationError('klDiv: reduction is one of mean, batchmean, sum, none, got batchMean'),
    )
  })
})

describe('gaussianNll', () => {
  const [x, y] = [tensor([1, 2]), tensor([0, 4])]

  test('is minus the logarithm of the density', async () => {
    const density = (d: number, v: number) => Math.exp((-d * d) / (2 * v)) / Math.sqrt(2 * Math.PI * v)
    const expected = [-Math.log(density(1, 0.5)), -Math.log(density(2, 3))]
    await expectNumbers(
      gaussianNll(x.to('float64'), y.to('float64'), tensor(Float64Array.of(0.5, 3)), { full: true, reduction: 'none' }),
      expected,
    )
  })

  test.each(reductions)('reduced to %s has the gradients of central differences, also twice', async (reduction) => {
    const inputs = [random.tensor('float64', [2, 3]), random.tensor('float64', [2, 3])]
    for (const shape of [[2, 3], [2], [2, 1]]) {
      const variance = random.tensor('float64', shape, positive)
      const run = (x?: Tensor, y?: Tensor, v?: Tensor) => gaussianNll(x!, y!, v!, { reduction, full: true })
      await expectGradients(run, [...inputs, variance], { twice: true })
    }
  })

  test('a variance of 0 counts as eps, and has a gradient that brings it back', async () => {
    const variance = tensor([0, 0], { requiresGrad: true })
    const loss = gaussianNll(x, y, variance, { eps: 0.5, reduction: 'sum' })
    expect(await loss.item()).toBeCloseTo(0.5 * (1 / 0.5 + 4 / 0.5 + 2 * Math.log(0.5)), 5)
    loss.backward()
    await expectNumbers(variance.grad!, [0.5 * (1 / 0.5 - 1 / 0.25), 0.5 * (1 / 0.5 - 4 / 0.25)])
  })

  test('of nothing is NaN as a mean and 0 as a sum', async () => {
    const none = zeros([0])
    expect(await gaussianNll(none, none, none).item()).toBeNaN()
    expect(await gaussianNll(none, none, none, { reduction: 'sum' }).item()).toBe(0)
  })

  test('refuses what does not fit', () => {
    expect(() => gaussianNll(x, y, zeros([3]))).toThrow(
      new ShapeError('gaussianNll: the variance is shaped as the input, or has one for each row, got [3] for [2]'),
    )
    expect(() => gaussianNll(zeros([]), zeros([]), zeros([1]))).toThrow(ShapeError)
    expect(() => gaussianNll(x, zeros([2, 1]), x)).toThrow(ShapeError)
    expect(() => gaussianNll(x, y, tensor([1, -2]))).toThrow(
      new OutOfRangeError('gaussianNll: a variance is ≥ 0, got -2; pass exp() of what a network gives'),
    )
    for (const eps of [0, Number.NaN]) expect(() => gaussianNll(x, y, x, { eps })).toThrow(OutOfRangeError)
  })
})

describe('poissonNll', () => {
  test.each(reductions)('reduced to %s has the gradients of central differences, also twice', async (reduction) => {
    const inputs = [random.tensor('float64', [2, 3], positive), random.tensor('float64', [2, 3], { min: 1.5, max: 3 })]
    for (const logInput of [true, false]) {
      await expectGradients((x, y) => poissonNll(x!, y!, { reduction, logInput, full: true }), inputs, { twice: true })
    }
  })

  test('with Stirling’s term is minus the logarithm of the probability, nearly', async () => {
    // 6! = 720; the approximation is off by less than 1/(12·6).
    const loss = await poissonNll(tensor([Math.log(4)]), tensor([6]), { full: true }).item()
    expect(Math.abs(loss - (4 - 6 * Math.log(4) + Math.log(720)))).toBeLessThan(1 / 72)
  })

  test('gradients stay finite for counts and rates of 0', async () => {
    const [x, y] = [tensor([0, 0], { requiresGrad: true }), tensor([0, 1], { requiresGrad: true })]
    poissonNll(x, y, { logInput: false, full: true }).backward()
    for (const { grad } of [x, y]) expect((await grad!.data()).every(Number.isFinite)).toBe(true)
  })

  test('of half types computes in float32', async () => {
    // e¹² is 162,755, beyond float16; less 12·12,000 it is 18,755, the nearest of which is a multiple of 16.
    const [x, y] = [tensor([12], { dtype: 'float16' }), tensor([12_000], { dtype: 'float16' })]
    expect(await poissonNll(x, y).item()).toBe(18_752)
  })

  test('refuses what does not fit', () => {
    expect(() => poissonNll(zeros([4, 1]), zeros([4]))).toThrow(ShapeError)
    expect(() => poissonNll(zeros([1]), zeros([1]), { eps: -1 })).toThrow(OutOfRangeError)
  })

  test('of nothing is NaN as a mean', async () => {
    expect(await poissonNll(zeros([0]), zeros([0])).item()).toBeNaN()
  })
})
