import { describe, expect, test } from 'vitest'
import { DTypeError, OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import { MeanMetric } from '../../src/metrics/mean-metric.ts'
import { Perplexity } from '../../src/metrics/perplexity.ts'
import { MeanAbsoluteError, MeanSquaredError } from '../../src/metrics/regression.ts'
import { crossEntropy } from '../../src/nn/functional/losses/cross-entropy.ts'
import { full, tensor, zeros } from '../../src/tensor/creation.ts'
import { expectMetric, floats, freshSeed, ints, RandomData } from './support.ts'

const random = new RandomData()

describe('MeanSquaredError and MeanAbsoluteError', () => {
  test(`are means over all elements of all batches (seed ${freshSeed})`, async () => {
    const [preds, target] = [random.scores(60), random.scores(60)]
    const metrics = [new MeanSquaredError(), new MeanSquaredError({ squared: false }), new MeanAbsoluteError()]
    for (const metric of metrics) {
      metric.update(floats(preds.slice(0, 45), [15, 3]), floats(target.slice(0, 45), [15, 3]))
      metric.update(floats(preds.slice(45), [15]), floats(target.slice(45), [15]))
    }
    const mean = (of: (d: number) => number) => preds.reduce((sum, p, i) => sum + of(p - target[i]!), 0) / 60
    await expectMetric(metrics[0]!, [mean((d) => d * d)])
    await expectMetric(metrics[1]!, [Math.sqrt(mean((d) => d * d))])
    await expectMetric(metrics[2]!, [mean(Math.abs)])
  })

  test('of half types and integers do not overflow', async () => {
    const mse = new MeanSquaredError()
    mse.update(full([1000], 1000, { dtype: 'float16' }), zeros([1000], { dtype: 'int32' }))
    await expectMetric(mse, [1e6])
    const mae = new MeanAbsoluteError()
    mae.update(ints([3, 5]), tensor([1, 1], { dtype: 'float64' }))
    await expectMetric(mae, [3])
  })

  test('of nothing are NaN', async () => {
    const mse = new MeanSquaredError()
    mse.update(zeros([0]), zeros([0]))
    await expectMetric(mse, [Number.NaN])
  })

  test('do not broadcast', () => {
    expect(() => new MeanSquaredError().update(zeros([4, 1]), zeros([4]))).toThrow(
      new ShapeError(
        'MeanSquaredError: predictions and targets have one shape, got [4, 1] and [4]; reshape one of them',
      ),
    )
    expect(() => new MeanAbsoluteError().update(zeros([4, 1]), zeros([4]))).toThrow(ShapeError)
  })
})

describe('Perplexity', () => {
  test('is e to the mean cross-entropy of the tokens that count', async () => {
    const perplexity = new Perplexity({ ignoreIndex: -100 })
    const [logits, tokens] = [floats(random.scores(24), [2, 3, 4]), [1, 0, -100, 3, -100, 2]]
    perplexity.update(logits, ints(tokens, [2, 3]))
    const loss = await crossEntropy(logits.reshape([6, 4]), ints(tokens)).item()
    await expectMetric(perplexity, [Math.exp(loss)])
    perplexity.update(logits, ints(tokens, [2, 3]))
    await expectMetric(perplexity, [Math.exp(loss)])
  })

  test('of equal logits is the size of the vocabulary, however large they are', async () => {
    const perplexity = new Perplexity()
    perplexity.update(full([2, 5, 7], 1e4), zeros([2, 5], { dtype: 'int32' }))
    await expectMetric(perplexity, [7])
  })

  test('of half types adds up in float32', async () => {
    const perplexity = new Perplexity()
    perplexity.update(zeros([70_000, 2], { dtype: 'float16' }), zeros([70_000], { dtype: 'int32' }))
    await expectMetric(perplexity, [2])
  })

  test('of what cannot be is Infinity', async () => {
    const perplexity = new Perplexity()
    perplexity.update(tensor([[0, Number.NEGATIVE_INFINITY]]), ints([1]))
    expect(await perplexity.compute().item()).toBe(Number.POSITIVE_INFINITY)
  })

  test('refuses what does not fit', () => {
    expect(() => new Perplexity({ ignoreIndex: 0.5 })).toThrow(OutOfRangeError)
    const perplexity = new Perplexity()
    expect(() => perplexity.update(zeros([2, 3, 4]), ints([0, 1]))).toThrow(
      new ShapeError('Perplexity: takes logits […, vocabulary] and tokens […], got [2, 3, 4] and [2]'),
    )
    expect(() => perplexity.update(zeros([2, 4]), zeros([2]))).toThrow(DTypeError)
    expect(() => perplexity.update(zeros([2, 4], { dtype: 'int32' }), ints([0, 1]))).toThrow(DTypeError)
    expect(() => perplexity.update(zeros([2, 4]), ints([0, 4]))).toThrow(OutOfRangeError)
  })
})

describe('MeanMetric', () => {
  test('is the mean of numbers and tensors, by weight', async () => {
    const mean = new MeanMetric()
    mean.update(3)
    mean.update(5, 2)
    mean.update(floats([1, 2]))
    mean.update(floats([1, 2]), floats([0.5, 1.5]))
    await expectMetric(mean, [(3 + 5 * 2 + 3 + 0.5 + 3) / (1 + 2 + 2 + 2)])
  })

  test('of a NaN is NaN', async () => {
    const mean = new MeanMetric()
    mean.update(1)
    mean.update(Number.NaN)
    await expectMetric(mean, [Number.NaN])
  })

  test('refuses weights that do not fit', () => {
    expect(() => new MeanMetric().update(floats([1, 2]), floats([1, 2, 3]))).toThrow(
      new ShapeError('MeanMetric: the weight broadcasts to the value, got [3] for [2]'),
    )
    expect(() => new MeanMetric().update(1, floats([1, 2]))).toThrow(ShapeError)
  })
})
