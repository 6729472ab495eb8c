import { describe, expect, test } from 'vitest'
import { DTypeError, MisconfigurationError, OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import { Accuracy, type AccuracyOptions } from '../../src/metrics/accuracy.ts'
import { tensor, zeros } from '../../src/tensor/creation.ts'
import { expectMetric, floats, freshSeed, ints, RandomData } from './support.ts'

const random = new RandomData()

describe('of yes or no', () => {
  const target = ints([1, 0, 1, 1, 0])

  test('counts probabilities above the threshold as yes', async () => {
    const accuracy = new Accuracy({ task: 'binary' })
    accuracy.update(floats([0.9, 0.5, 0.2, 0.51, 0.8]), target)
    await expectMetric(accuracy, [3 / 5])
    const strict = new Accuracy({ task: 'binary', threshold: 0.85 })
    strict.update(floats([0.9, 0.5, 0.2, 0.51, 0.8]), target)
    await expectMetric(strict, [3 / 5])
    expect(accuracy.compute().shape).toEqual([])
  })

  test('takes logits, integers and bool, of any shape', async () => {
    const accuracy = new Accuracy({ task: 'binary' })
    accuracy.update(floats([3, -2, -1, 0.1, 2]), target)
    accuracy.update(ints([1, 0, 0, 1, 1]), target)
    accuracy.update(
      tensor([
        [true, false, false],
        [true, true, true],
      ]),
      tensor([
        [true, false, true],
        [true, false, true],
      ]),
    )
    await expectMetric(accuracy, [(3 + 3 + 4) / 16])
  })

  test('leaves out what is ignored', async () => {
    const accuracy = new Accuracy({ task: 'binary', ignoreIndex: -1 })
    accuracy.update(floats([0.9, 0.1, 0.9]), ints([1, -1, 0]))
    await expectMetric(accuracy, [1 / 2])
  })
})

describe('of several classes', () => {
  const scores = floats([0.7, 0.2, 0.1, 0.3, 0.3, 0.4, 0.1, 0.8, 0.1, 0.2, 0.5, 0.3], [4, 3])
  const target = ints([0, 1, 1, 2])

  test.each([
    ['micro', [2 / 4]],
    ['macro', [(1 + 1 / 2 + 0) / 3]],
    ['weighted', [(1 * 1 + 2 * (1 / 2) + 0) / 4]],
    ['none', [1, 1 / 2, 0]],
  ] as const)('is averaged as %s', async (average, expected) => {
    const accuracy = new Accuracy({ task: 'multiclass', numClasses: 3, average })
    accuracy.update(scores, target)
    await expectMetric(accuracy, expected)
  })

  test('a class that does not occur has no part in the macro mean', async () => {
    const accuracy = new Accuracy({ task: 'multiclass', numClasses: 5, average: 'macro' })
    accuracy.update(ints([0, 2, 1, 1]), target)
    await expectMetric(accuracy, [(1 + 1 / 2 + 0) / 3])
  })

  test('a target among the highest scores is a hit', async () => {
    const accuracy = new Accuracy({ task: 'multiclass', numClasses: 3, topK: 2 })
    accuracy.update(scores, target)
    // Of equal scores the first is higher: class 1 is not among the two highest of the second row.
    await expectMetric(accuracy, [3 / 4])
    const each = new Accuracy({ task: 'multiclass', numClasses: 3, topK: 2, average: 'none' })
    each.update(scores, target)
    await expectMetric(each, [1, 1 / 2, 1])
  })

  test('takes labels, and places of an image', async () => {
    const accuracy = new Accuracy({ task: 'multiclass', numClasses: 3 })
    accuracy.update(ints([0, 1, 2, 2]), target)
    await expectMetric(accuracy, [3 / 4])
    const image = new Accuracy({ task: 'multiclass', numClasses: 3 })
    image.update(floats([0, 9, 9, 0, 5, 0, 0, 0, 0, 9, 0, 0], [1, 3, 2, 2]), ints([1, 2, 0, 1], [1, 2, 2]))
    await expectMetric(image, [2 / 4])
  })

  test('leaves out what is ignored, whatever it is', async () => {
    for (const ignoreIndex of [-100, 1, 255]) {
      const accuracy = new Accuracy({ task: 'multiclass', numClasses: 3, ignoreIndex })
      accuracy.update(scores, ints([0, ignoreIndex, ignoreIndex, 2]))
      await expectMetric(accuracy, [1 / 2])
    }
  })

  test(`is the part of hits in random data (seed ${freshSeed})`, async () => {
    const accuracy = new Accuracy({ task: 'multiclass', numClasses: 7 })
    const [preds, labels] = [random.labels(500, 7), random.labels(500, 7)]
    for (let i = 0; i < 500; i += 125) {
      accuracy.update(ints(preds.slice(i, i + 125)), ints(labels.slice(i, i + 125)))
    }
    await expectMetric(accuracy, [preds.filter((p, i) => p === labels[i]).length / 500])
  })

  test('is 0 where nothing counts', async () => {
    const accuracy = new Accuracy({ task: 'multiclass', numClasses: 3, ignoreIndex: 0 })
    accuracy.update(zeros([2, 3]), ints([0, 0]))
    await expectMetric(accuracy, [0])
    accuracy.update(zeros([0, 3]), ints([]))
    await expectMetric(accuracy, [0])
  })
})

describe('of several labels', () => {
  const scores = floats([0.9, 0.2, 0.8, 0.6, 0.1, 0.7], [3, 2])
  const target = ints([1, 0, 0, 1, 1, 1], [3, 2])

  test.each([
    ['micro', [4 / 6]],
    ['macro', [(1 / 3 + 1) / 2]],
    ['weighted', [(2 * (1 / 3) + 2 * 1) / 4]],
    ['none', [1 / 3, 1]],
  ] as const)('is averaged as %s', async (average, expected) => {
    const accuracy = new Accuracy({ task: 'multilabel', numLabels: 2, average })
    accuracy.update(scores, target)
    await expectMetric(accuracy, expected)
  })

  test('has further dimensions behind the labels', async () => {
    const accuracy = new Accuracy({ task: 'multilabel', numLabels: 2, average: 'none' })
    accuracy.update(floats([1, 0, 1, 1], [1, 2, 2]), ints([1, 1, 1, 1], [1, 2, 2]))
    await expectMetric(accuracy, [1 / 2, 1])
  })
})

describe('refuses', () => {
  test.each<[string, AccuracyOptions, new (...args: never[]) => Error, string]>([
    [
      'a task',
      { task: 'regression' as 'binary' },
      MisconfigurationError,
      "Accuracy: task is 'binary', 'multiclass' or 'multilabel', got regression",
    ],
    [
      'classes',
      { task: 'multiclass', numClasses: 1 },
      OutOfRangeError,
      'Accuracy: numClasses is a whole number ≥ 2, got 1',
    ],
    [
      'labels',
      { task: 'multilabel', numLabels: Number.NaN },
      OutOfRangeError,
      'Accuracy: numLabels is a whole number ≥ 1, got NaN',
    ],
    [
      'an average',
      { task: 'multiclass', numClasses: 2, average: 'mean' as 'macro' },
      MisconfigurationError,
      'Accuracy: average is one of micro, macro, weighted, none, got mean',
    ],
    [
      'a topK',
      { task: 'multiclass', numClasses: 3, topK: 4 },
      OutOfRangeError,
      'Accuracy: topK is 1 to 3, the number of classes, got 4',
    ],
    [
      'an ignoreIndex',
      { task: 'binary', ignoreIndex: 0.5 },
      OutOfRangeError,
      'Accuracy: ignoreIndex is a whole number, got 0.5',
    ],
    [
      'a threshold',
      { task: 'binary', threshold: Number.NaN },
      OutOfRangeError,
      'Accuracy: threshold is a number from 0 to 1, got NaN',
    ],
  ])('%s that there is not', (_, options, Class, message) => {
    expect(() => new Accuracy(options)).toThrow(Class)
    expect(() => new Accuracy(options)).toThrow(message)
  })

  const classes = new Accuracy({ task: 'multiclass', numClasses: 3 })

  test('shapes that do not fit', () => {
    expect(() => classes.update(zeros([4, 2]), ints([0, 1, 1, 0]))).toThrow(
      new ShapeError('Accuracy: scores are [batch, 3 classes, …] for targets [batch, …], got [4, 2] and [4]'),
    )
    expect(() => classes.update(ints([0, 1]), ints([0]))).toThrow(
      new ShapeError('Accuracy: predicted labels and targets have one shape, got [2] and [1]'),
    )
    const labels = new Accuracy({ task: 'multilabel', numLabels: 2 })
    expect(() => labels.update(zeros([4, 3]), zeros([4, 3], { dtype: 'int32' }))).toThrow(
      new ShapeError('Accuracy: takes [batch, 2 labels, …], got [4, 3]'),
    )
    expect(() => new Accuracy({ task: 'binary' }).update(zeros([4, 1]), ints([0, 0, 0, 0]))).toThrow(
      new ShapeError('Accuracy: predictions and targets have one shape, got [4, 1] and [4]'),
    )
  })

  test('dtypes that do not fit', () => {
    expect(() => classes.update(zeros([2, 3]), zeros([2]))).toThrow(DTypeError)
    expect(() => classes.update(zeros([2], { dtype: 'bool' }), ints([0, 1]))).toThrow(DTypeError)
  })

  test('targets and predictions out of range, on the host', () => {
    expect(() => classes.update(zeros([2, 3]), ints([0, 3]))).toThrow(
      new OutOfRangeError('Accuracy: target 3 at position 1 is out of range, got 3 classes; targets are 0…2'),
    )
    expect(() => classes.update(ints([0, 7]), ints([0, 1]))).toThrow(
      new OutOfRangeError('Accuracy: prediction 7 at position 1 is out of range, got 3 classes; predictions are 0…2'),
    )
    expect(() => new Accuracy({ task: 'binary' }).update(zeros([1]), ints([2]))).toThrow(OutOfRangeError)
  })

  test('labels for the highest of several scores', () => {
    const top = new Accuracy({ task: 'multiclass', numClasses: 3, topK: 2 })
    expect(() => top.update(ints([0]), ints([0]))).toThrow(
      new OutOfRangeError('Accuracy: topK needs scores, got labels and topK 2'),
    )
  })
})
