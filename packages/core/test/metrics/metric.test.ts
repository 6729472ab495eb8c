import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest'
import { MisconfigurationError } from '../../src/errors/errors.ts'
import { hostTensor } from '../../src/graph/host-tensor.ts'
import { Counts, Rows, Sums } from '../../src/metrics/accumulators.ts'
import { Accuracy } from '../../src/metrics/accuracy.ts'
import { AUROC } from '../../src/metrics/auroc.ts'
import { ConfusionMatrix } from '../../src/metrics/confusion-matrix.ts'
import { MeanMetric } from '../../src/metrics/mean-metric.ts'
import { type EpochMetric, Metric } from '../../src/metrics/metric.ts'
import { Perplexity } from '../../src/metrics/perplexity.ts'
import { F1Score, Precision, Recall } from '../../src/metrics/precision-recall.ts'
import { MeanAbsoluteError, MeanSquaredError } from '../../src/metrics/regression.ts'
import { Linear } from '../../src/nn/linear.ts'
import { Sequential } from '../../src/nn/sequential.ts'
import { batchTensor, onesLike, tensor } from '../../src/tensor/creation.ts'
import { commit, commitAssigned, rollback } from '../../src/tensor/flush.ts'
import { openStep } from '../../src/tensor/step-scope.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { type Watched, watchedAccelerator } from '../tensor/accelerators.ts'
import { expectMetric, floats, ints } from './support.ts'

let watched: Watched
let warn: MockInstance

beforeEach(async () => {
  watched = await watchedAccelerator()
  warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
})

afterEach(() => {
  rollback()
  warn.mockRestore()
})

const stats = () => watched.accelerator.stats()

/** A step as the loops run it: what was assigned before, the step, its commit. */
async function inStep(fn: () => void): Promise<void> {
  const step = await openStep()
  try {
    await commitAssigned()
    fn()
    await commit()
  } catch (error) {
    rollback()
    throw error
  } finally {
    step.close()
  }
}

/** A batch of scores and labels of three classes, which is another for each number. */
function batch(i: number): [preds: Tensor, target: Tensor] {
  const scores = Float32Array.from({ length: 12 }, (_, j) => Math.sin(i * 12 + j))
  return [batchTensor(hostTensor(scores, [4, 3])), batchTensor(hostTensor(Int32Array.of(i % 3, 1, 2, (i + 1) % 3)))]
}

type ClassMetric = EpochMetric & Metric

const classes = { task: 'multiclass', numClasses: 3 } as const
const all: readonly [string, () => ClassMetric][] = [
  ['Accuracy', () => new Accuracy(classes)],
  ['Precision', () => new Precision({ ...classes, average: 'macro' })],
  ['Recall', () => new Recall({ ...classes, average: 'none' })],
  ['F1Score', () => new F1Score({ ...classes, average: 'weighted' })],
  ['ConfusionMatrix', () => new ConfusionMatrix(classes)],
  ['AUROC', () => new AUROC(classes)],
  ['AUROC through thresholds', () => new AUROC({ ...classes, thresholds: 5 })],
  ['Perplexity', () => new Perplexity()],
]

describe.each(all)('%s', (_, make) => {
  test('of many batches in steps is that of all at once', async () => {
    const [inSteps, outside] = [make(), make()]
    for (let i = 0; i < 10; i++) {
      await inStep(() => inSteps.update(...batch(i)))
      outside.update(...batch(i))
    }
    const expected = Array.from(await outside.compute().data())
    expect(expected.some((x) => x > 0)).toBe(true)
    await expectMetric(inSteps, expected)
  })

  test('costs one execution a step, and no compilation after the first', async () => {
    const metric = make()
    await inStep(() => metric.update(...batch(0)))
    const { compiles, executions } = stats()
    for (let i = 1; i < 6; i++) await inStep(() => metric.update(...batch(i)))
    expect(stats()).toMatchObject({ compiles, executions: executions + 5 })
  })

  test('begins a second epoch with nothing, and compiles nothing new', async () => {
    const metric = make()
    const compiles: number[] = []
    const results: unknown[] = []
    for (let epoch = 0; epoch < 3; epoch++) {
      for (let i = 0; i < 4; i++) await inStep(() => metric.update(...batch(i)))
      results.push(await metric.compute().array())
      metric.reset()
      compiles.push(stats().compiles)
    }
    expect(results[1]).toEqual(results[0])
    expect(results[2]).toEqual(results[0])
    expect(new Set(compiles).size).toBe(1)
  })

  test('forgets a step that throws', async () => {
    const metric = make()
    await inStep(() => metric.update(...batch(0)))
    const before = await metric.compute().array()
    const failing = inStep(() => {
      metric.update(...batch(1))
      throw new Error('boom')
    })
    await expect(failing).rejects.toThrow('boom')
    expect(await metric.compute().array()).toEqual(before)
  })

  test('forward gives the metric of its batch, and adds the batch', async () => {
    const [metric, alone] = [make(), make()]
    metric.update(...batch(0))
    const value = metric.forward(...batch(1))
    alone.update(...batch(1))
    expect(await value.array()).toEqual(await alone.compute().array())
    const both = make()
    both.update(...batch(0))
    both.update(...batch(1))
    expect(await metric.compute().array()).toEqual(await both.compute().array())
  })

  test('refuses to compute nothing', () => {
    const metric = make()
    const message = `${metric.constructor.name}: nothing to compute, got no batch since the beginning or the last reset; call update() first`
    expect(() => metric.compute()).toThrow(new MisconfigurationError(message))
    metric.update(...batch(0))
    metric.reset()
    expect(() => metric.compute()).toThrow(MisconfigurationError)
  })

  test('a result can be read after the reset', async () => {
    const metric = make()
    await inStep(() => metric.update(...batch(0)))
    const expected = await metric.compute().array()
    const result = metric.compute()
    metric.reset()
    expect(await result.array()).toEqual(expected)
  })

  test('has no gradient', () => {
    const metric = make()
    const preds = tensor([[1, 2, 3]], { requiresGrad: true })
    expect(metric.forward(preds, ints([0])).requiresGrad).toBe(false)
    expect(metric.compute().requiresGrad).toBe(false)
  })
})

test.each([
  ['MeanSquaredError', () => new MeanSquaredError()],
  ['MeanAbsoluteError', () => new MeanAbsoluteError()],
  ['MeanMetric', () => new MeanMetric()],
] as const)('%s compiles nothing after the first step', async (_, make) => {
  const metric = make()
  const step = (i: number) => inStep(() => metric.update(batch(i)[0], batch(i + 1)[0]))
  await step(0)
  const { compiles } = stats()
  for (let i = 1; i < 5; i++) await step(i)
  expect(stats().compiles).toBe(compiles)
})

test('a mean of numbers that change compiles nothing new', async () => {
  const mean = new MeanMetric()
  for (let i = 0; i < 3; i++) await inStep(() => mean.update(i, i + 1))
  const { compiles } = stats()
  for (let i = 3; i < 9; i++) await inStep(() => mean.update(i, i + 1))
  expect(stats().compiles).toBe(compiles)
  const weights = Array.from({ length: 9 }, (_, i) => i + 1)
  await expectMetric(mean, [weights.reduce((sum, w, i) => sum + w * i, 0) / weights.reduce((sum, w) => sum + w, 0)])
})

test('as many buffers live after 100 steps as after 3', async () => {
  const metrics = [new Accuracy(classes), new ConfusionMatrix(classes), new AUROC({ ...classes, thresholds: 5 })]
  const seen: number[] = []
  for (let i = 0; i < 100; i++) {
    await inStep(() => {
      for (const metric of metrics) metric.update(...batch(i))
    })
    seen.push(stats().liveBuffers)
  }
  expect(seen[99]).toBe(seen[2])
})

test('an exact AUROC gives its memory back in the epoch after a reset', async () => {
  const auroc = new AUROC(classes)
  const seen: number[] = []
  for (let epoch = 0; epoch < 4; epoch++) {
    for (let i = 0; i < 5; i++) await inStep(() => auroc.update(...batch(i)))
    const area = auroc.compute()
    await area.item()
    area.dispose()
    seen.push(stats().liveBuffers)
    auroc.reset()
  }
  expect(seen[3]).toBe(seen[1])
})

describe('outside of steps', () => {
  test('commit lets the next update begin with numbers', async () => {
    const accuracy = new Accuracy(classes)
    for (let i = 0; i < 3; i++) {
      accuracy.update(...batch(i))
      await accuracy.commit()
    }
    const { compiles } = stats()
    for (let i = 3; i < 8; i++) {
      accuracy.update(...batch(i))
      await accuracy.commit()
    }
    expect(stats().compiles).toBe(compiles)
    const auroc = new AUROC(classes)
    auroc.update(...batch(0))
    await auroc.commit()
    const { executions } = stats()
    await auroc.commit()
    expect(stats().executions).toBe(executions)
  })

  test('a hundred updates that wait print a hint, once', async () => {
    const mean = new MeanMetric()
    for (let i = 0; i < 150; i++) {
      mean.update(i)
      if (i % 50 === 0) await mean.commit()
    }
    await mean.commit()
    expect(warn).not.toHaveBeenCalled()
    for (let i = 0; i < 250; i++) mean.update(i)
    expect(warn).toHaveBeenCalledExactlyOnceWith(
      'MeanMetric: 100 updates outside of steps wait to be run as one graph; await metric.commit() after each',
    )
  })
})

test('commit in a step leaves that to the step', async () => {
  const accuracy = new Accuracy(classes)
  const step = await openStep()
  accuracy.update(...batch(0))
  await accuracy.commit()
  expect(stats().executions).toBe(0)
  step.close()
})

describe('what is accumulated', () => {
  test('counts exactly beyond what float32 can', async () => {
    const counts = new Counts([2])
    counts.add(ints([2 ** 24, 2 ** 31 - 4]))
    for (let i = 0; i < 3; i++) counts.add(ints([1, 1]))
    expect(Array.from(await counts.total.data())).toEqual([2 ** 24 + 3, 2 ** 31 - 1])
  })

  test('sums without losing what is small', async () => {
    const sums = new Sums()
    sums.add(floats([2 ** 24], []))
    for (let i = 0; i < 100; i++) sums.add(floats([1], []))
    expect(await sums.total.item()).toBe(2 ** 24 + 100)
    sums.reset()
    for (let i = 0; i < 1000; i++) sums.add(floats([0.1], []))
    expect(await sums.total.item()).toBe(Math.fround(1000 * Math.fround(0.1)))
  })

  test.each([Number.POSITIVE_INFINITY, Number.NaN])('%d stays in a sum', async (x) => {
    const sums = new Sums()
    sums.add(floats([x], []))
    sums.add(floats([1], []))
    expect(await sums.total.item()).toBe(x)
  })

  test('rows come one after the other', async () => {
    const rows = new Rows()
    rows.add(ints([1, 2]))
    rows.add(ints([], [0]))
    rows.add(ints([3]))
    expect(await rows.total.array()).toEqual([1, 2, 3])
  })

  test('is no part of the state dict, and keeps its dtype', () => {
    const net = new Sequential(new Linear(2, 2))
    const mean = new MeanMetric()
    const module = Object.assign(net, { mean })
    expect([...module.stateDict().keys()]).toEqual(['0.weight', '0.bias'])
    expect(mean.buffers().map(({ persistent }) => persistent)).toEqual([false, false, false, false])
    mean.half()
    expect(new Set(mean.buffers().map(({ dtype }) => dtype))).toEqual(new Set(['float32']))
  })
})

test('a metric of one’s own says what a batch adds', async () => {
  class Coverage extends Metric<readonly [mask: Tensor]> {
    constructor() {
      super([new Counts(), new Counts()])
    }

    protected measure(mask: Tensor): readonly Tensor[] {
      return [mask.sum(), onesLike(mask).sum()]
    }

    protected finish([covered, whole]: readonly Tensor[]): Tensor {
      return covered!.div(whole!)
    }
  }
  const coverage = new Coverage()
  coverage.update(tensor([true, false, false, false]))
  coverage.update(tensor([true, true]))
  await expectMetric(coverage, [3 / 6])
})
