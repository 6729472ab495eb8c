import { describe, expect, test } from 'vitest'
import { DTypeError, MisconfigurationError, OutOfRangeError, ShapeError } from '../../../src/errors/errors.ts'
import { ctcLoss } from '../../../src/nn/functional/losses/ctc.ts'
import { CTCLoss } from '../../../src/nn/losses/ctc.ts'
import { full, tensor, zeros } from '../../../src/tensor/creation.ts'
import type { Tensor } from '../../../src/tensor/tensor.ts'
import { SeededTensors } from '../../support/host-tensors.ts'
import recorded from '../fixtures/torch-losses.json' with { type: 'json' }
import { expectRecorded } from '../recorded.ts'
import { expectGradients, expectNumbers, wave } from '../support.ts'

const random = new SeededTensors(15)
const reductions = ['mean', 'sum', 'none'] as const

/** Labels, rows of one length. */
function labels(...rows: number[][]): Tensor {
  return tensor(Int32Array.from(rows.flat()), { shape: [rows.length, rows[0]!.length] })
}

const targets = labels([1, 1, 2], [3, 9, 9], [2, 3, 9])
const [inputLengths, targetLengths] = [
  [6, 4, 5],
  [3, 1, 2],
]

describe('against PyTorch', () => {
  const inOneRow = tensor(Int32Array.of(1, 1, 2, 3, 2, 3))
  const impossible = [labels([1, 1, 1], [3, 1, 2], [2, 3, 1]), [4, 3, 2], [3, 3, 3]] as const
  test.each([
    ...reductions.map(
      (reduction) =>
        [`CTCLoss ${reduction}`, new CTCLoss({ reduction }), targets, inputLengths, targetLengths] as const,
    ),
    ['CTCLoss in one row', new CTCLoss(), inOneRow, inputLengths, targetLengths] as const,
    ['CTCLoss blank', new CTCLoss({ blank: 3 }), labels([0, 0], [2, 1], [1, 0]), [6, 6, 6], [2, 2, 1]] as const,
    ['CTCLoss no labels', new CTCLoss(), targets, inputLengths, [0, 1, 2]] as const,
    ['CTCLoss without batch', new CTCLoss(), tensor(Int32Array.of(2, 1)), 6, 2] as const,
    ['CTCLoss zeroInfinity', new CTCLoss({ zeroInfinity: true, reduction: 'none' }), ...impossible] as const,
  ])('%s', (name, module, labels, inputs, counts) =>
    expectRecorded(recorded, name, (x) => module.forward(x!.logSoftmax(-1), labels, inputs, counts), { module }),
  )
})

/** Minus the logarithm of Σ over all paths that read as `target`, by trying each path. */
function byHand(probabilities: readonly number[][], target: readonly number[], blank = 0): number {
  const classes = probabilities[0]!.length
  const paths = (t: number): number[][] =>
    t === 0 ? [[]] : paths(t - 1).flatMap((path) => Array.from({ length: classes }, (_, c) => [...path, c]))
  const read = (path: number[]) => path.filter((c, t) => c !== blank && c !== path[t - 1])
  const matching = paths(probabilities.length).filter((path) => read(path).join() === target.join())
  const total = matching.reduce((sum, path) => sum + path.reduce((p, c, t) => p * probabilities[t]![c]!, 1), 0)
  return -Math.log(total)
}

test.each([[[]], [[1]], [[1, 2]], [[1, 1]], [[2, 1, 2]], [[2, 2, 1]], [[1, 2, 1, 2]]])(
  'is minus the logarithm of the probability of all paths that read %j',
  async (target) => {
    const logProbs = wave([4, 3], target.length).logSoftmax(1)
    const probabilities = (await logProbs.exp().array()) as number[][]
    const row = tensor(Int32Array.from(target))
    const loss = await ctcLoss(logProbs, row, 4, target.length, { reduction: 'none' }).item()
    expect(loss).toBeCloseTo(byHand(probabilities, target), 10)
  },
)

test('time steps beyond a sequence and labels beyond a target count for nothing', async () => {
  const logProbs = wave([5, 2, 4]).logSoftmax(2)
  const padded = ctcLoss(logProbs, labels([1, 2, 0], [3, -1, 77]), [5, 3], [2, 1], { reduction: 'none' })
  const alone = [
    ctcLoss(logProbs.select(1, 0), tensor(Int32Array.of(1, 2)), 5, 2, { reduction: 'sum' }),
    ctcLoss(logProbs.select(1, 1).slice(0, 0, 3), tensor(Int32Array.of(3)), 3, 1, { reduction: 'sum' }),
  ]
  await expectNumbers(padded, [await alone[0]!.item(), await alone[1]!.item()])
})

test('lengths and targets may come from the device', async () => {
  const logProbs = wave([6, 3, 4]).logSoftmax(2)
  const onDevice = (x: Tensor) => x.add(0)
  const lengths = [inputLengths!, targetLengths!].map((numbers) => onDevice(tensor(Int32Array.from(numbers))))
  const expected = await ctcLoss(logProbs, targets, inputLengths!, targetLengths!).item()
  expect(await ctcLoss(logProbs, onDevice(targets), lengths[0]!, lengths[1]!).item()).toBe(expected)
  const inOneRow = onDevice(tensor(Int32Array.of(1, 1, 2, 3, 2, 3)))
  expect(await ctcLoss(logProbs, inOneRow, lengths[0]!, lengths[1]!).item()).toBeCloseTo(expected, 10)
})

test.each(reductions)('reduced to %s has the gradients of central differences, also twice', async (reduction) => {
  const scores = random.tensor('float64', [4, 2, 3])
  const run = (scores?: Tensor, targets?: Tensor, inputs?: Tensor, counts?: Tensor) =>
    ctcLoss(scores!, targets!, inputs!, counts!, { reduction })
  const ints = (numbers: number[], shape = [2]) => ({ data: Int32Array.from(numbers), shape, dtype: 'int32' }) as const
  // Not log-probabilities: the gradient is that of the formula, whatever goes in.
  const inputs = [scores, ints([1, 1, 2, 0], [2, 2]), ints([4, 3]), ints([2, 1])]
  await expectGradients(run, inputs, { twice: true })
})

describe('a target that has no alignment', () => {
  const [short, repeated] = [labels([1, 2, 1]), labels([1, 1])]

  test.each([
    [short, 3],
    [repeated, 2],
  ])('costs Infinity, or 0, and has no gradient', async (targets, length) => {
    const scores = wave([2, 1, 3], 0, { requiresGrad: true })
    const loss = ctcLoss(scores.logSoftmax(2), targets, [2], [length])
    loss.backward()
    expect(await loss.item()).toBe(Number.POSITIVE_INFINITY)
    expect(Array.from(await scores.grad!.data(), Math.abs)).toEqual([0, 0, 0, 0, 0, 0])
    expect(await ctcLoss(scores.logSoftmax(2), targets, [2], [length], { zeroInfinity: true }).item()).toBe(0)
  })

  test('leaves the gradients of the others alone', async () => {
    const scores = wave([2, 2, 3], 0, { requiresGrad: true })
    ctcLoss(scores.logSoftmax(2), labels([1, 1], [1, 2]), [2, 2], [2, 2], { reduction: 'sum' }).backward()
    const alone = scores.detach().slice(1, 1, 2)
    const one = tensor(Float64Array.from(await alone.data()), { shape: [2, 1, 3], requiresGrad: true })
    ctcLoss(one.logSoftmax(2), labels([1, 2]), [2], [2], { reduction: 'sum' }).backward()
    await expectNumbers(scores.grad!.slice(1, 1, 2), Array.from(await one.grad!.data()))
  })

  test('no time at all is enough for no labels, and for nothing else', async () => {
    const logProbs = wave([2, 2, 3]).logSoftmax(2)
    const losses = ctcLoss(logProbs, labels([1], [1]), [0, 0], [0, 1], { reduction: 'none' })
    expect(Array.from(await losses.data(), Math.abs)).toEqual([0, Number.POSITIVE_INFINITY])
  })
})

test('log-probabilities of −∞ and logits of 10⁴ give finite gradients', async () => {
  for (const dtype of ['float32', 'float64'] as const) {
    const scores = tensor(
      [
        [1e4, -1e4, 0],
        [-1e4, 1e4, 0],
        [0, 0, 1e4],
      ],
      { dtype, requiresGrad: true },
    )
    const loss = ctcLoss(scores.logSoftmax(1), tensor(Int32Array.of(1, 2)), 3, 2)
    loss.backward()
    expect(await loss.item()).toBeCloseTo(0, 6)
    expect((await scores.grad!.data()).every(Number.isFinite)).toBe(true)
  }
  const never = Number.NEGATIVE_INFINITY
  const logProbs = tensor(
    [
      [never, 0],
      [0, never],
      [never, 0],
    ],
    { requiresGrad: true },
  )
  const loss = ctcLoss(logProbs, tensor(Int32Array.of(1, 1)), 3, 2, { reduction: 'sum' })
  loss.backward()
  expect(await loss.item()).toBeCloseTo(0, 6)
  await expectNumbers(logProbs.grad!, [0, -1, -1, 0, 0, -1])
})

test('NaN stays NaN', async () => {
  const logProbs = full([2, 1, 3], Number.NaN)
  expect(await ctcLoss(logProbs, labels([1]), [2], [1], { zeroInfinity: true }).item()).toBeNaN()
})

test('half types are computed in float32', async () => {
  const logProbs = wave([8, 2, 5]).logSoftmax(2).to('float32')
  const [t, ...lengths] = [labels([1, 2, 3], [4, 4, 1]), [8, 8], [3, 3]] as const
  const expected = await ctcLoss(logProbs, t, ...lengths).item()
  const half = ctcLoss(logProbs.to('float16'), t, ...lengths)
  expect(half.dtype).toBe('float16')
  expect(await half.item()).toBeCloseTo(expected, 2)
})

test('of an empty batch is NaN as a mean and 0 as a sum', async () => {
  const none = zeros([3, 0, 4])
  const empty = zeros([0, 2], { dtype: 'int32' })
  expect(await ctcLoss(none, empty, [], []).item()).toBeNaN()
  expect(await ctcLoss(none, empty, [], [], { reduction: 'sum' }).item()).toBe(0)
})

describe('refuses', () => {
  const logProbs = zeros([3, 2, 4])
  const pair = labels([1, 2], [3, 1])

  test.each([
    [
      'steps',
      () => ctcLoss(logProbs, pair, [4, 1], [1, 1]),
      OutOfRangeError,
      'ctcLoss: an input length is 0 to 3, got 4',
    ],
    [
      'counts',
      () => ctcLoss(logProbs, pair, [3, 3], [1, 3]),
      OutOfRangeError,
      'ctcLoss: a target length is 0 to 2, got 3',
    ],
    [
      'fractions',
      () => ctcLoss(logProbs, pair, [3, 2.5], [1, 1]),
      OutOfRangeError,
      'ctcLoss: inputLengths are whole numbers, got 3,2.5',
    ],
    [
      'lengths',
      () => ctcLoss(logProbs, pair, [3], [1, 1]),
      ShapeError,
      'ctcLoss: inputLengths are one a sequence, [2], got [1]',
    ],
    [
      'float lengths',
      () => ctcLoss(logProbs, pair, zeros([2]), [1, 1]),
      DTypeError,
      'ctcLoss: inputLengths are int32, got float32[2]',
    ],
    [
      'labels',
      () => ctcLoss(logProbs, labels([1, 4], [1, 1]), [3, 3], [2, 1]),
      OutOfRangeError,
      'ctcLoss: labels are 0…3 without the blank 0, got 4 in sequence 0',
    ],
    ['blanks', () => ctcLoss(logProbs, labels([1, 1], [1, 0]), [3, 3], [2, 2]), OutOfRangeError, 'got 0 in sequence 1'],
    [
      'labels in a row',
      () => ctcLoss(logProbs, tensor(Int32Array.of(1, 2, 9)), [3, 3], [2, 1]),
      OutOfRangeError,
      'got 9 in sequence 1',
    ],
    [
      'float labels',
      () => ctcLoss(logProbs, zeros([2, 2]), [3, 3], [2, 2]),
      DTypeError,
      'ctcLoss: targets are int32, got float32[2, 2]',
    ],
    [
      'a row',
      () => ctcLoss(logProbs, tensor(Int32Array.of(1, 2)), [3, 3], [2, 1]),
      ShapeError,
      'ctcLoss: targets in one row are as many as targetLengths say, 3, got 2',
    ],
    [
      'a batch',
      () => ctcLoss(logProbs, labels([1, 2]), [3, 3], [2, 1]),
      ShapeError,
      'ctcLoss: targets are [batch, length] or [Σ targetLengths], got [1, 2] for 2 sequence(s)',
    ],
    [
      'a blank',
      () => ctcLoss(logProbs, pair, [3, 3], [2, 1], { blank: 4 }),
      OutOfRangeError,
      'ctcLoss: the blank is one of 4 classes, got 4',
    ],
    [
      'no time',
      () => ctcLoss(zeros([0, 2, 4]), pair, [0, 0], [0, 0]),
      ShapeError,
      'with a time step at least, got [0, 2, 4]',
    ],
    ['a vector', () => ctcLoss(zeros([4]), pair, [0, 0], [0, 0]), ShapeError, 'got [4]'],
    [
      'integers',
      () => ctcLoss(zeros([3, 2, 4], { dtype: 'int32' }), pair, [3, 3], [1, 1]),
      DTypeError,
      'ctcLoss: takes floats',
    ],
    [
      'a reduction',
      () => ctcLoss(logProbs, pair, [3, 3], [1, 1], { reduction: 'batch' as 'sum' }),
      MisconfigurationError,
      'ctcLoss: reduction is one of',
    ],
  ] as const)('%s that there are not', (_, call, Class, message) => {
    expect(call).toThrow(Class)
    expect(call).toThrow(message)
  })
})
