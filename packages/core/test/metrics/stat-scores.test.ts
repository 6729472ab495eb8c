import { describe, expect, test } from 'vitest'
import { MisconfigurationError, OutOfRangeError } from '../../src/errors/errors.ts'
import type { Average } from '../../src/metrics/classification.ts'
import { ConfusionMatrix, type ConfusionMatrixOptions } from '../../src/metrics/confusion-matrix.ts'
import type { Metric } from '../../src/metrics/metric.ts'
import { F1Score, Precision, Recall } from '../../src/metrics/precision-recall.ts'
import { expectMetric, floats, freshSeed, ints, RandomData } from './support.ts'

const random = new RandomData()
const averages: readonly Average[] = ['micro', 'macro', 'weighted', 'none']

interface Hits {
  tp: number
  fp: number
  fn: number
}

const safe = (a: number, b: number) => (b === 0 ? 0 : a / b)
const formulas = {
  Precision: ({ tp, fp }: Hits) => safe(tp, tp + fp),
  Recall: ({ tp, fn }: Hits) => safe(tp, tp + fn),
  F1Score: ({ tp, fp, fn }: Hits) => safe(2 * tp, 2 * tp + fp + fn),
}
const classes = { Precision, Recall, F1Score }

/** What the names mean, by going through the pairs one by one. */
function naive(hits: Hits[], average: Average, formula: (hits: Hits) => number, keepsEmpty: boolean): number[] {
  const all = hits.reduce((a, b) => ({ tp: a.tp + b.tp, fp: a.fp + b.fp, fn: a.fn + b.fn }))
  const mean = (weights: number[]) => {
    const total = weights.reduce((a, b) => a + b, 0)
    return safe(
      hits.reduce((sum, h, i) => sum + weights[i]! * formula(h), 0),
      total,
    )
  }
  switch (average) {
    case 'micro':
      return [formula(all)]
    case 'macro':
      return [mean(hits.map(({ tp, fp, fn }) => Number(keepsEmpty || tp + fp + fn > 0)))]
    case 'weighted':
      return [mean(hits.map(({ tp, fn }) => tp + fn))]
    case 'none':
      return hits.map(formula)
  }
}

function hitsOf(count: number, pairs: readonly (readonly [pred: boolean, target: boolean, label: number])[]): Hits[] {
  const hits = Array.from({ length: count }, () => ({ tp: 0, fp: 0, fn: 0 }))
  for (const [pred, target, label] of pairs) {
    if (pred && target) hits[label]!.tp++
    if (pred && !target) hits[label]!.fp++
    if (!pred && target) hits[label]!.fn++
  }
  return hits
}

describe.each(['Precision', 'Recall', 'F1Score'] as const)('%s', (name) => {
  const [formula, Class] = [formulas[name], classes[name]]

  test.each(averages)(
    `of several classes, averaged as %s, is what its formula says (seed ${freshSeed})`,
    async (average) => {
      // Classes 6 and 7 do not occur; 5 is predicted alone.
      const [preds, target] = [random.labels(200, 6), random.labels(200, 5)]
      const metric: Metric = new Class({ task: 'multiclass', numClasses: 8, average, ignoreIndex: 3 })
      metric.update(ints(preds.slice(0, 120)), ints(target.slice(0, 120)))
      metric.update(ints(preds.slice(120), [2, 40]), ints(target.slice(120), [2, 40]))
      const counted = preds.flatMap((pred, i) => (target[i] === 3 ? [] : [[pred, target[i]!] as const]))
      const pairs = counted.flatMap(([p, t]) => Array.from({ length: 8 }, (_, c) => [p === c, t === c, c] as const))
      await expectMetric(metric, naive(hitsOf(8, pairs), average, formula, false))
    },
  )

  test.each(averages)(
    `of several labels, averaged as %s, is what its formula says (seed ${freshSeed})`,
    async (average) => {
      const [scores, target] = [random.scores(150), random.labels(150, 2)]
      const metric: Metric = new Class({ task: 'multilabel', numLabels: 3, average, threshold: 0.4 })
      metric.update(floats(scores.slice(0, 90), [30, 3]), ints(target.slice(0, 90), [30, 3]))
      metric.update(floats(scores.slice(90), [20, 3]), ints(target.slice(90), [20, 3]))
      const pairs = scores.map((p, i) => [p > 0.4, target[i] === 1, i % 3] as const)
      await expectMetric(metric, naive(hitsOf(3, pairs), average, formula, true))
    },
  )

  test(`of yes or no is what its formula says (seed ${freshSeed})`, async () => {
    const [scores, target] = [random.scores(100), random.labels(100, 2)]
    const metric: Metric = new Class({ task: 'binary' })
    metric.update(floats(scores), ints(target))
    const pairs = scores.map((p, i) => [p > 0.5, target[i] === 1, 0] as const)
    await expectMetric(metric, naive(hitsOf(1, pairs), 'micro', formula, true))
  })

  test('is 0 where there is nothing to divide by', async () => {
    const metric: Metric = new Class({ task: 'binary' })
    metric.update(floats([0, 0]), ints([0, 0]))
    await expectMetric(metric, [0])
  })

  test('refuses options that are none', () => {
    expect(() => new Class({ task: 'multiclass', numClasses: 0 })).toThrow(
      new OutOfRangeError(`${name}: numClasses is a whole number ≥ 2, got 0`),
    )
  })
})

describe('ConfusionMatrix', () => {
  test.each<[ConfusionMatrixOptions['normalize'], number[]]>([
    [null, [1, 1, 0, 0, 2, 1, 0, 0, 0]],
    ['true', [1 / 2, 1 / 2, 0, 0, 2 / 3, 1 / 3, 0, 0, 0]],
    ['pred', [1, 1 / 3, 0, 0, 2 / 3, 1, 0, 0, 0]],
    ['all', [1 / 5, 1 / 5, 0, 0, 2 / 5, 1 / 5, 0, 0, 0]],
  ])('of several classes, normalized by %s, has targets as rows', async (normalize, expected) => {
    const matrix = new ConfusionMatrix({ task: 'multiclass', numClasses: 3, normalize: normalize!, ignoreIndex: -1 })
    matrix.update(ints([0, 1, 1, 1, 2]), ints([0, 0, 1, 1, 1]))
    matrix.update(floats([0, 0, 1], [1, 3]), ints([-1]))
    expect(matrix.compute().shape).toEqual([3, 3])
    expect(matrix.compute().dtype).toBe(normalize === null ? 'int32' : 'float32')
    await expectMetric(matrix, expected)
  })

  test('of yes or no is [[tn, fp], [fn, tp]]', async () => {
    const matrix = new ConfusionMatrix({ task: 'binary' })
    matrix.update(floats([0.1, 0.2, 0.9, 0.3, 0.8, 0.7]), ints([0, 0, 0, 1, 1, 1]))
    expect(await matrix.compute().array()).toEqual([
      [2, 1],
      [1, 2],
    ])
  })

  test('of several labels has a matrix each, normalized each', async () => {
    const matrix = new ConfusionMatrix({ task: 'multilabel', numLabels: 2, normalize: 'all' })
    matrix.update(floats([0.9, 0.2, 0.8, 0.6], [2, 2]), ints([1, 1, 0, 1], [2, 2]))
    await expectMetric(matrix, [0, 0.5, 0, 0.5, 0, 0, 0.5, 0.5])
    expect(matrix.compute().shape).toEqual([2, 2, 2])
  })

  test(`adds up to the number of samples (seed ${freshSeed})`, async () => {
    const matrix = new ConfusionMatrix({ task: 'multiclass', numClasses: 4 })
    const [preds, target] = [random.labels(100, 4), random.labels(100, 4)]
    matrix.update(ints(preds), ints(target))
    const expected = new Array<number>(16).fill(0)
    for (const [i, pred] of preds.entries()) expected[target[i]! * 4 + pred]!++
    await expectMetric(matrix, expected)
  })

  test('refuses options that are none', () => {
    expect(() => new ConfusionMatrix({ task: 'binary', normalize: 'rows' as 'true' })).toThrow(
      new MisconfigurationError('ConfusionMatrix: normalize is one of true, pred, all, null, got rows'),
    )
    expect(() => new ConfusionMatrix({ task: 'multiclass', numClasses: 1 })).toThrow(OutOfRangeError)
  })
})
