import { describe, expect, test } from 'vitest'
import { DTypeError, MisconfigurationError, OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import { AUROC } from '../../src/metrics/auroc.ts'
import { zeros } from '../../src/tensor/creation.ts'
import { expectMetric, floats, freshSeed, ints, RandomData } from './support.ts'

const random = new RandomData()

/** How often a positive has a higher score than a negative, by comparing all pairs; equal scores count half. */
function naive(scores: readonly number[], isPositive: readonly boolean[]): number {
  const [high, low] = [true, false].map((wanted) => scores.filter((_, i) => isPositive[i] === wanted))
  const wins = high!.flatMap((a) => low!.map((b) => Number(a > b) + Number(a === b) / 2))
  return wins.reduce((sum, win) => sum + win, 0) / wins.length
}

const column = (x: readonly number[], of: number, c: number) => x.filter((_, i) => i % of === c)

describe('of yes or no', () => {
  test.each([
    ['is 1 where all positives come first', [0.9, 0.8, 0.2, 0.1], [1, 1, 0, 0], 1],
    ['is 0 where all come last', [0.1, 0.2, 0.8, 0.9], [1, 1, 0, 0], 0],
    ['is ½ where all are equal', [0.4, 0.4, 0.4], [1, 0, 0], 0.5],
    ['counts ties half', [0.8, 0.5, 0.5, 0.2], [1, 1, 0, 0], 0.875],
    ['is that of scikit-learn’s example', [0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1], 0.75],
    ['takes logits', [-3, 2, 1, 5], [0, 0, 1, 1], 0.75],
  ])('%s', async (_, scores, target, expected) => {
    const auroc = new AUROC({ task: 'binary' })
    auroc.update(floats(scores), ints(target))
    await expectMetric(auroc, [expected])
    expect(auroc.compute().shape).toEqual([])
  })

  test(`over batches of different size is that of all pairs, with ties and ignored targets (seed ${freshSeed})`, async () => {
    const [scores, target] = [random.scores(400), random.labels(400, 3).map((t) => t - 1)]
    const auroc = new AUROC({ task: 'binary', ignoreIndex: -1 })
    for (const [from, to] of [
      [0, 150],
      [150, 300],
      [300, 400],
    ])
      auroc.update(floats(scores.slice(from, to)), ints(target.slice(from, to)))
    const counted = scores.flatMap((_, i) => (target[i] === -1 ? [] : [i]))
    await expectMetric(auroc, [
      naive(
        counted.map((i) => scores[i]!),
        counted.map((i) => target[i] === 1),
      ),
    ])
  })

  test('of many samples is as precise as of few', async () => {
    const n = 200_000
    const scores = Array.from({ length: n }, (_, i) => ((i * 7919) % n) / n)
    const target = scores.map((score, i) => Number(score > 0.5 || i % 10 === 0))
    const auroc = new AUROC({ task: 'binary' })
    auroc.update(floats(scores), ints(target))
    const sorted = scores.map((score, i) => [score, target[i]!] as const).sort((a, b) => a[0] - b[0])
    let [wins, negatives] = [0, 0]
    for (const [, t] of sorted) t === 1 ? (wins += negatives) : negatives++
    expect(await auroc.compute().item()).toBeCloseTo(wins / negatives / (n - negatives), 6)
  })

  test('of one class alone is NaN', async () => {
    for (const label of [0, 1]) {
      for (const thresholds of [null, 5]) {
        const auroc = new AUROC({ task: 'binary', thresholds })
        auroc.update(floats([0.2, 0.7]), ints([label, label]))
        await expectMetric(auroc, [Number.NaN])
      }
    }
    const none = new AUROC({ task: 'binary' })
    none.update(zeros([0]), ints([]))
    await expectMetric(none, [Number.NaN])
  })
})

describe('of several classes', () => {
  const numClasses = 4
  const scores = random.scores(60 * numClasses)
  const target = random.labels(60, numClasses - 1)
  const areas = Array.from({ length: numClasses }, (_, c) =>
    naive(
      column(scores, numClasses, c),
      target.map((t) => t === c),
    ),
  )
  const counts = areas.map((_, c) => target.filter((t) => t === c).length)
  const defined = areas.flatMap((area, c) => (Number.isNaN(area) ? [] : [c]))
  const mean = (weight: (c: number) => number) =>
    defined.reduce((sum, c) => sum + weight(c) * areas[c]!, 0) / defined.reduce((sum, c) => sum + weight(c), 0)

  test.each([
    ['none', areas],
    ['macro', [mean(() => 1)]],
    ['weighted', [mean((c) => counts[c]!)]],
  ] as const)(
    `each against the rest, %s; one without positives has none (seed ${freshSeed})`,
    async (average, expected) => {
      const auroc = new AUROC({ task: 'multiclass', numClasses, average })
      auroc.update(floats(scores.slice(0, 160), [40, 4]), ints(target.slice(0, 40)))
      auroc.update(floats(scores.slice(160), [20, 4]), ints(target.slice(40)))
      await expectMetric(auroc, expected)
      expect(areas[3]).toBeNaN()
    },
  )

  test('macro is the default', async () => {
    const auroc = new AUROC({ task: 'multiclass', numClasses })
    auroc.update(floats(scores, [60, 4]), ints(target))
    await expectMetric(auroc, [mean(() => 1)])
  })

  test('takes logits, and places of an image', async () => {
    // Of a 2 × 1 image: class 0 has logits 2, −1 and class 1 the negative of them.
    const auroc = new AUROC({ task: 'multiclass', numClasses: 2, average: 'none' })
    auroc.update(floats([2, -1, -2, 1], [1, 2, 2]), ints([0, 1], [1, 2]))
    await expectMetric(auroc, [1, 1])
  })
})

describe('of several labels', () => {
  const scores = random.scores(150)
  const target = random.labels(150, 2)
  const areas = [0, 1, 2].map((c) =>
    naive(
      column(scores, 3, c),
      column(target, 3, c).map((t) => t === 1),
    ),
  )

  test.each([
    ['none', areas],
    ['macro', [areas.reduce((sum, area) => sum + area / 3, 0)]],
    [
      'micro',
      [
        naive(
          scores,
          target.map((t) => t === 1),
        ),
      ],
    ],
  ] as const)(`each on its own, %s (seed ${freshSeed})`, async (average, expected) => {
    const auroc = new AUROC({ task: 'multilabel', numLabels: 3, average })
    auroc.update(floats(scores, [50, 3]), ints(target, [50, 3]))
    await expectMetric(auroc, expected)
  })
})

describe('through thresholds', () => {
  test(`that tell all scores apart, is exact (seed ${freshSeed})`, async () => {
    const [scores, target] = [random.scores(200), random.labels(200, 2)]
    const exact = new AUROC({ task: 'binary' })
    // Scores are multiples of 1/16.
    const binned = [17, Array.from({ length: 17 }, (_, i) => i / 16)].map(
      (thresholds) => new AUROC({ task: 'binary', thresholds }),
    )
    for (const auroc of [exact, ...binned]) {
      auroc.update(floats(scores.slice(0, 100)), ints(target.slice(0, 100)))
      auroc.update(floats(scores.slice(100)), ints(target.slice(100)))
    }
    const expected = await exact.compute().item()
    for (const auroc of binned) await expectMetric(auroc, [expected])
  })

  test('of one threshold is the area under two lines', async () => {
    const auroc = new AUROC({ task: 'multiclass', numClasses: 2, average: 'none', thresholds: [0.5], ignoreIndex: 9 })
    auroc.update(floats([0.9, 0.1, 0.4, 0.6, 0.7, 0.3, 0.2, 0.8, 0.5, 0.5], [5, 2]), ints([0, 0, 1, 1, 9]))
    // Class 0: one of two positives and one of two negatives are above.
    await expectMetric(auroc, [0.5, 0.5])
  })

  test('keeps constant memory', () => {
    const auroc = new AUROC({ task: 'multiclass', numClasses: 3, thresholds: 10 })
    expect(auroc.buffers().map(({ shape }) => shape)).toEqual([[10, 3], [10, 3], [3], [3]])
  })
})

describe('refuses', () => {
  test('options that are none', () => {
    expect(() => new AUROC({ task: 'multiclass', numClasses: 3, average: 'micro' })).toThrow(MisconfigurationError)
    expect(() => new AUROC({ task: 'binary', thresholds: 1 })).toThrow(
      new OutOfRangeError('AUROC: there are two thresholds or more, got 1'),
    )
    expect(() => new AUROC({ task: 'binary', thresholds: [0, 2] })).toThrow(
      new OutOfRangeError('AUROC: thresholds are between 0 and 1, got [0, 2]'),
    )
    expect(() => new AUROC({ task: 'binary', thresholds: [] })).toThrow(OutOfRangeError)
  })

  test('what is no score', () => {
    const auroc = new AUROC({ task: 'binary' })
    expect(() => auroc.update(ints([0, 1]), ints([0, 1]))).toThrow(DTypeError)
    expect(() => auroc.update(floats([0, 1]), ints([0, 1, 1]))).toThrow(ShapeError)
    expect(() => auroc.update(floats([0, 1]), ints([0, 2]))).toThrow(OutOfRangeError)
    const classes = new AUROC({ task: 'multiclass', numClasses: 3 })
    expect(() => classes.update(zeros([2, 4]), ints([0, 1]))).toThrow(ShapeError)
  })
})
