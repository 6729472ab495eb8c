import { describe, expect, test } from 'vitest'
import { OutOfRangeError, ShapeError } from '../../../src/errors/errors.ts'
import { cosineEmbedding, tripletMargin } from '../../../src/nn/functional/losses/distance.ts'
import { CosineEmbeddingLoss, TripletMarginLoss } from '../../../src/nn/losses/distance.ts'
import { full, ones, tensor, zeros } from '../../../src/tensor/creation.ts'
import type { Tensor } from '../../../src/tensor/tensor.ts'
import { SeededTensors, tensorOf } from '../../support/host-tensors.ts'
import recorded from '../fixtures/torch-losses.json' with { type: 'json' }
import { expectRecorded } from '../recorded.ts'
import { expectGradients } from '../support.ts'

const random = new SeededTensors(14)
const reductions = ['mean', 'sum', 'none'] as const

type Case = [name: string, module: CosineEmbeddingLoss | TripletMarginLoss]

test.each<Case>([
  ['CosineEmbeddingLoss', new CosineEmbeddingLoss()],
  ['CosineEmbeddingLoss without batch', new CosineEmbeddingLoss()],
  ['TripletMarginLoss p 1', new TripletMarginLoss({ p: 1, margin: 3 })],
  ['TripletMarginLoss p 3', new TripletMarginLoss({ p: 3, margin: 3 })],
  ['TripletMarginLoss p inf', new TripletMarginLoss({ p: Number.POSITIVE_INFINITY, margin: 3 })],
  ['TripletMarginLoss swap', new TripletMarginLoss({ swap: true, margin: 2, eps: 0.01, reduction: 'none' })],
  ...reductions.flatMap((reduction): Case[] => [
    [`CosineEmbeddingLoss ${reduction}`, new CosineEmbeddingLoss({ margin: -0.2, reduction })],
    [`TripletMarginLoss ${reduction}`, new TripletMarginLoss({ reduction })],
  ]),
])('%s has PyTorch’s numbers', (name, module) =>
  expectRecorded(recorded, name, (x, y, z) => module.forward(x!, y!, z!), { module }),
)

describe('cosineEmbedding', () => {
  test('is 1 − cos of what is alike, and cos less the margin of what is not', async () => {
    const [x1, x2] = [
      tensor([
        [1, 0],
        [1, 0],
        [1, 0],
      ]),
      tensor([
        [2, 2],
        [2, 2],
        [-1, 0],
      ]),
    ]
    const losses = cosineEmbedding(x1, x2, tensor(Int32Array.of(1, -1, -1)), { margin: 0.5, reduction: 'none' })
    const expected = [1 - Math.SQRT1_2, Math.SQRT1_2 - 0.5, 0]
    for (const [i, loss] of (await losses.data()).entries()) expect(loss).toBeCloseTo(expected[i]!, 6)
  })

  test.each(reductions)('reduced to %s has the gradients of central differences, also twice', async (reduction) => {
    const signs = tensorOf([1, -1, -1], [3], 'int32')
    const inputs = [random.distinct('float64', [3, 4]), random.distinct('float64', [3, 4]), signs]
    const run = (x1?: Tensor, x2?: Tensor, y?: Tensor) => cosineEmbedding(x1!, x2!, y!, { margin: -1, reduction })
    await expectGradients(run, inputs, { twice: true })
  })

  test('of zeros and of long vectors stays finite', async () => {
    const x = tensor(
      [
        [0, 0],
        [1e12, 1e12],
      ],
      { requiresGrad: true },
    )
    const loss = cosineEmbedding(
      x,
      tensor([
        [0, 0],
        [1e12, 1e12],
      ]),
      ones([2]),
      { reduction: 'none' },
    )
    expect(await loss.array()).toEqual([1, expect.closeTo(0, 6)])
    loss.backward(ones([2]))
    expect((await x.grad!.data()).every(Number.isFinite)).toBe(true)
  })

  test('of half types adds up in float32', async () => {
    const x = full([1, 10_000], 8, { dtype: 'float16' })
    expect(await cosineEmbedding(x, x, ones([1])).item()).toBe(0)
  })

  test('of nothing is NaN as a mean', async () => {
    expect(await cosineEmbedding(zeros([0, 3]), zeros([0, 3]), zeros([0])).item()).toBeNaN()
  })

  test('refuses what does not fit', () => {
    expect(() => cosineEmbedding(zeros([2, 3]), zeros([2, 3]), zeros([3]))).toThrow(
      new ShapeError(
        'cosineEmbedding: takes vectors [batch, features] and targets [batch], or [features] and a scalar, got [2, 3] and [3]',
      ),
    )
    expect(() => cosineEmbedding(zeros([2, 3]), zeros([3]), zeros([2]))).toThrow(ShapeError)
    expect(() => cosineEmbedding(zeros([1, 1]), zeros([1, 1]), zeros([1]), { margin: Number.NaN })).toThrow(
      OutOfRangeError,
    )
  })
})

describe('tripletMargin', () => {
  test('costs what the negative is too near', async () => {
    const [anchor, positive, negative] = [tensor([[0, 0]]), tensor([[3, 4]]), tensor([[0, 5.5]])]
    expect(await tripletMargin(anchor, positive, negative).item()).toBeCloseTo(5 - 5.5 + 1, 5)
    expect(await tripletMargin(anchor, positive, negative, { p: 1 }).item()).toBeCloseTo(7 - 5.5 + 1, 5)
    const swapped = 5 - Math.hypot(3, 1.5) + 1
    expect(await tripletMargin(anchor, positive, negative, { swap: true }).item()).toBeCloseTo(swapped, 5)
  })

  test.each([1, 2, 2.5, Number.POSITIVE_INFINITY])(
    'with the norm %d has the gradients of central differences',
    async (p) => {
      const inputs = [1, 2, 3].map(() => random.tensor('float64', [2, 5]))
      for (const swap of [false, true]) {
        const run = (a?: Tensor, b?: Tensor, c?: Tensor) =>
          tripletMargin(a!, b!, c!, { p, swap, margin: 9, reduction: 'none' })
        await expectGradients(run, inputs)
      }
    },
  )

  test.each(reductions)('reduced to %s has the gradients of central differences, also twice', async (reduction) => {
    const inputs = [1, 2, 3].map(() => random.tensor('float64', [2, 3]))
    const run = (a?: Tensor, b?: Tensor, c?: Tensor) => tripletMargin(a!, b!, c!, { margin: 9, reduction })
    await expectGradients(run, inputs, { twice: true })
  })

  test('gradients of equal vectors are finite', async () => {
    for (const p of [1, 2, 2.5, Number.POSITIVE_INFINITY]) {
      const x = tensor([[1, 2]], { requiresGrad: true })
      tripletMargin(x, tensor([[1, 2]]), tensor([[1, 2]]), { p, eps: 0 }).backward()
      expect((await x.grad!.data()).every(Number.isFinite)).toBe(true)
    }
  })

  test('of vectors alone is a scalar', () => {
    const x = zeros([3])
    expect(tripletMargin(x, x, x, { reduction: 'none' }).shape).toEqual([])
  })

  test('of nothing is NaN as a mean', async () => {
    const x = zeros([0, 3])
    expect(await tripletMargin(x, x, x).item()).toBeNaN()
  })

  test('refuses what does not fit', () => {
    const [x, scalar] = [zeros([2, 3]), zeros([])]
    expect(() => tripletMargin(x, x, zeros([3]))).toThrow(
      new ShapeError(
        'tripletMargin: anchor, positive and negative have one shape, got [2, 3], [2, 3] and [3]; reshape one of them',
      ),
    )
    expect(() => tripletMargin(scalar, scalar, scalar)).toThrow(ShapeError)
    for (const p of [0.5, Number.NaN]) expect(() => tripletMargin(x, x, x, { p })).toThrow(OutOfRangeError)
    expect(() => tripletMargin(x, x, x, { margin: Number.POSITIVE_INFINITY })).toThrow(OutOfRangeError)
    expect(() => tripletMargin(x, x, x, { eps: -1 })).toThrow(OutOfRangeError)
  })
})
