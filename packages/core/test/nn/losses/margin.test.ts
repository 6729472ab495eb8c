import { describe, expect, test } from 'vitest'
import { DTypeError, MisconfigurationError, OutOfRangeError, ShapeError } from '../../../src/errors/errors.ts'
import { hingeEmbedding, marginRanking, multiMargin, softMargin } from '../../../src/nn/functional/losses/margin.ts'
import {
  HingeEmbeddingLoss,
  MarginRankingLoss,
  MultiMarginLoss,
  SoftMarginLoss,
} from '../../../src/nn/losses/margin.ts'
import { ones, tensor, zeros } from '../../../src/tensor/creation.ts'
import type { Tensor } from '../../../src/tensor/tensor.ts'
import { SeededTensors, tensorOf } from '../../support/host-tensors.ts'
import recorded from '../fixtures/torch-losses.json' with { type: 'json' }
import { expectRecorded } from '../recorded.ts'
import { expectGradients, expectNumbers } from '../support.ts'

const random = new SeededTensors(13)
const reductions = ['mean', 'sum', 'none'] as const
const signs = tensorOf([1, -1, 1, -1, -1, 1], [2, 3], 'int32')

describe('against PyTorch', () => {
  const pair = (name: string, module: HingeEmbeddingLoss | SoftMarginLoss | MultiMarginLoss) =>
    [name, module, (x: Tensor, y: Tensor) => module.forward(x, y)] as const
  const triple = (name: string, module: MarginRankingLoss) =>
    [name, module, (x1: Tensor, x2: Tensor, y: Tensor) => module.forward(x1, x2, y)] as const
  const weight = ones([4], { dtype: 'float64' })

  test.each([
    pair('HingeEmbeddingLoss', new HingeEmbeddingLoss()),
    triple('MarginRankingLoss', new MarginRankingLoss()),
    pair('MultiMarginLoss p margin weight', new MultiMarginLoss({ p: 2, margin: 0.6, weight })),
    pair('MultiMarginLoss without batch', new MultiMarginLoss({ reduction: 'none' })),
    ...reductions.flatMap((reduction) => [
      pair(`HingeEmbeddingLoss ${reduction}`, new HingeEmbeddingLoss({ margin: 0.7, reduction })),
      triple(`MarginRankingLoss ${reduction}`, new MarginRankingLoss({ margin: 0.3, reduction })),
      pair(`SoftMarginLoss ${reduction}`, new SoftMarginLoss({ reduction })),
      pair(`MultiMarginLoss ${reduction}`, new MultiMarginLoss({ reduction })),
    ]),
  ])('%s', (name, module, run) => expectRecorded(recorded, name, (x, y, z) => run(x!, y!, z!), { module }))
})

describe('hingeEmbedding', () => {
  test('is the distance of what is alike, and what others lack to the margin', async () => {
    const losses = hingeEmbedding(tensor([0.3, 0.3, 2]), tensor([1, -1, -1]), { reduction: 'none' })
    await expectNumbers(losses.to('float64').mul(10).round(), [3, 7, 0])
  })

  test.each(reductions)('reduced to %s has the gradients of central differences', async (reduction) => {
    const x = random.distinct('float64', [2, 3])
    await expectGradients((x, y) => hingeEmbedding(x!, y!, { margin: 0.77, reduction }), [x, signs], { twice: true })
  })

  test('refuses what does not fit', () => {
    expect(() => hingeEmbedding(zeros([4, 1]), zeros([4]))).toThrow(ShapeError)
    expect(() => hingeEmbedding(zeros([1]), zeros([1]), { margin: Number.NaN })).toThrow(
      new OutOfRangeError('hingeEmbedding: margin is a finite number, got NaN'),
    )
  })
})

describe('marginRanking', () => {
  test('costs what the order is off by', async () => {
    const [x1, x2, y] = [tensor([3, 1, 1]), tensor([1, 3, 3]), tensor([1, 1, -1])]
    await expectNumbers(marginRanking(x1, x2, y, { margin: 0.5, reduction: 'none' }), [0, 2.5, 0])
  })

  test.each(reductions)('reduced to %s has the gradients of central differences', async (reduction) => {
    const inputs = [random.distinct('float64', [2, 3]), random.tensor('float64', [2, 3], { min: 0, max: 0.1 }), signs]
    const run = (x1?: Tensor, x2?: Tensor, y?: Tensor) => marginRanking(x1!, x2!, y!, { margin: 0.7, reduction })
    await expectGradients(run, inputs, { twice: true })
  })

  test('names all shapes that differ', () => {
    expect(() => marginRanking(zeros([2]), zeros([2]), zeros([2, 1]))).toThrow(
      new ShapeError(
        'marginRanking: input1, input2 and target have one shape, got [2], [2] and [2, 1]; reshape one of them',
      ),
    )
  })
})

describe('softMargin', () => {
  test.each(reductions)('reduced to %s has the gradients of central differences, also twice', async (reduction) => {
    const inputs = [random.tensor('float64', [2, 3]), random.tensor('float64', [2, 3])]
    await expectGradients((x, y) => softMargin(x!, y!, { reduction }), inputs, { twice: true })
  })

  test('stays finite for large scores', async () => {
    const x = tensor([-1e4, 1e4], { requiresGrad: true })
    const loss = softMargin(x, tensor([1, 1]), { reduction: 'sum' })
    loss.backward()
    expect(await loss.item()).toBe(1e4)
    await expectNumbers(x.grad!, [-1, 0])
  })

  test('does not broadcast', () => {
    expect(() => softMargin(zeros([4, 1]), zeros([4]))).toThrow(ShapeError)
  })
})

describe('multiMargin', () => {
  test('adds up what other classes come too near', async () => {
    const x = tensor([[0.5, 0.25, 0.75, -1]])
    // max(0, 1 − 0.5 + x): 0.75, 1.25 and 0 by four classes.
    expect(await multiMargin(x, tensor(Int32Array.of(0))).item()).toBeCloseTo(2 / 4, 6)
  })

  test.each([1, 2] as const)('with the power %d has the gradients of central differences', async (p) => {
    const labels = tensorOf([2, 0, 3], [3], 'int32')
    const inputs = [random.distinct('float64', [3, 4]), labels, random.tensor('float64', [4], { min: 0.5, max: 2 })]
    for (const reduction of reductions) {
      const run = (x?: Tensor, y?: Tensor, weight?: Tensor) =>
        multiMargin(x!, y!, { p, margin: 0.77, reduction, weight: weight! })
      await expectGradients(run, inputs)
    }
  })

  test('of nothing is NaN as a mean', async () => {
    expect(await multiMargin(zeros([0, 3]), tensor(new Int32Array(0))).item()).toBeNaN()
  })

  test('refuses what does not fit', () => {
    const label = tensor(Int32Array.of(0))
    expect(() => multiMargin(zeros([2, 3]), label)).toThrow(
      new ShapeError('multiMargin: takes [batch, classes] and [batch], or [classes] and a scalar, got [2, 3] and [1]'),
    )
    expect(() => multiMargin(zeros([1, 0]), label)).toThrow(ShapeError)
    expect(() => multiMargin(zeros([1, 3]), tensor(Int32Array.of(3)))).toThrow(OutOfRangeError)
    expect(() => multiMargin(zeros([1, 3]), tensor([0]))).toThrow(DTypeError)
    expect(() => multiMargin(zeros([1, 3]), label, { p: 3 as 2 })).toThrow(
      new MisconfigurationError('multiMargin: p is 1 or 2, got 3'),
    )
    expect(() => multiMargin(zeros([1, 3]), label, { weight: ones([2]) })).toThrow(ShapeError)
  })
})
