import { describe, expect, test } from 'vitest'
import { DTypeError, MisconfigurationError, OutOfRangeError, ShapeError } from '../../../src/errors/errors.ts'
import { crossEntropy, nll } from '../../../src/nn/functional/losses/cross-entropy.ts'
import { CrossEntropyLoss, NLLLoss } from '../../../src/nn/losses/cross-entropy.ts'
import { arange, full, ones, tensor, zeros } from '../../../src/tensor/creation.ts'
import type { Tensor } from '../../../src/tensor/tensor.ts'
import { SeededTensors, tensorOf } from '../../support/host-tensors.ts'
import recorded from '../fixtures/torch-losses.json' with { type: 'json' }
import { expectRecorded } from '../recorded.ts'
import { expectGradients, expectNumbers, wave } from '../support.ts'

const random = new SeededTensors(10)
const reductions = ['mean', 'sum', 'none'] as const

type Case = [name: string, module: CrossEntropyLoss | NLLLoss]
const weight = ones([4], { dtype: 'float64' })
const labelSmoothing = 0.1

describe('against PyTorch', () => {
  test.each<Case>([
    ['CrossEntropyLoss weight', new CrossEntropyLoss({ weight })],
    ['CrossEntropyLoss smoothed', new CrossEntropyLoss({ labelSmoothing: 0.2 })],
    ['CrossEntropyLoss ignoreIndex', new CrossEntropyLoss({ ignoreIndex: 2 })],
    ['CrossEntropyLoss all ignored', new CrossEntropyLoss()],
    ['CrossEntropyLoss image', new CrossEntropyLoss()],
    ['CrossEntropyLoss image probabilities', new CrossEntropyLoss()],
    ['CrossEntropyLoss without batch', new CrossEntropyLoss({ weight })],
    ['CrossEntropyLoss probabilities without batch', new CrossEntropyLoss()],
    ['NLLLoss ignoreIndex image', new NLLLoss({ ignoreIndex: 1 })],
    ['NLLLoss without batch', new NLLLoss()],
    ...reductions.flatMap((reduction): Case[] => {
      const smoothed = { weight, labelSmoothing, reduction }
      return [
        [`CrossEntropyLoss ${reduction}`, new CrossEntropyLoss({ reduction })],
        [`CrossEntropyLoss weight smoothed ${reduction}`, new CrossEntropyLoss(smoothed)],
        [`CrossEntropyLoss probabilities ${reduction}`, new CrossEntropyLoss(smoothed)],
        [`NLLLoss ${reduction}`, new NLLLoss({ weight, reduction })],
      ]
    }),
  ])('%s', (name, module) => expectRecorded(recorded, name, (x, y) => module.forward(x!, y!), { module }))
})

describe.each([
  ['crossEntropy', crossEntropy],
  ['nll', nll],
] as const)('%s', (name, loss) => {
  const labels = tensor(Int32Array.of(3, 0, 2))

  test.each(reductions)('reduced to %s has the gradients of central differences, also twice', async (reduction) => {
    const inputs = [random.tensor('float64', [2, 3, 2]), tensorOf([0, 2, -100, 1], [2, 2], 'int32')]
    await expectGradients((x, t) => loss(x!, t!, { reduction }), inputs, { twice: true })
    const weighted = [...inputs, tensorOf([0.5, 2, 1], [3], 'float64')]
    await expectGradients((x, t, weight) => loss(x!, t!, { reduction, weight: weight! }), weighted, { twice: true })
  })

  test('takes one sample without batch', async () => {
    const one = tensor(Int32Array.of(1), { shape: [] })
    for (const reduction of reductions) expect(loss(wave([4]), one, { reduction }).shape).toEqual([])
    const alone = await loss(wave([4]), one).item()
    expect(alone).toBe(await loss(wave([1, 4]), tensor(Int32Array.of(1))).item())
  })

  test.each([Uint8Array, Uint32Array])('takes the labels of a %o', async (array) => {
    const expected = await loss(wave([3, 4]), labels).item()
    expect(await loss(wave([3, 4]), tensor(array.of(3, 0, 2))).item()).toBe(expected)
  })

  test('of nothing is NaN as a mean and 0 as a sum', async () => {
    const [x, none] = [zeros([0, 3]), tensor(new Int32Array(0))]
    expect(await loss(x, none).item()).toBeNaN()
    expect(await loss(x, none, { reduction: 'sum' }).item()).toBe(0)
    expect(loss(x, none, { reduction: 'none' }).shape).toEqual([0])
  })

  test('of ignored labels alone is NaN as a mean and 0 as a sum', async () => {
    const ignored = tensor(Int32Array.of(-100, -100))
    expect(await loss(wave([2, 3]), ignored).item()).toBeNaN()
    expect(await loss(wave([2, 3]), ignored, { reduction: 'sum' }).item()).toBe(0)
  })

  test('an ignored sample leaves loss and gradients of the others alone', async () => {
    const x = wave([3, 4], 0, { requiresGrad: true })
    loss(x, tensor(Int32Array.of(3, -100, 2))).backward()
    const two = wave([3, 4], 0, { requiresGrad: true })
    loss(two.indexSelect(0, tensor(Int32Array.of(0, 2))), tensor(Int32Array.of(3, 2))).backward()
    await expectNumbers(x.grad!, Array.from(await two.grad!.data()))
    expect((await x.grad!.array()) as number[][]).toEqual(await two.grad!.array())
  })

  test('of half types counts and adds up in float32', async () => {
    // 70,000 labels are more than float16 can count.
    const logits = zeros([70_000, 2], { dtype: 'float16' }).sub(nll === loss ? 0.5 : 0)
    const mean = loss(logits, full([70_000], 1, { dtype: 'int32' }))
    expect(mean.dtype).toBe('float16')
    expect(await mean.item()).toBeCloseTo(nll === loss ? 0.5 : Math.LN2, 3)
  })

  test('names the first label that is out of range, and where', () => {
    const wrong = tensor(Uint8Array.of(0, 1, 2, 12))
    expect(() => loss(zeros([4, 10]), wrong)).toThrow(
      new OutOfRangeError(`${name}: label 12 at position 3 is out of range, got 10 classes; labels are 0…9`),
    )
    expect(() => loss(zeros([1, 10]), tensor(Int32Array.of(-1)))).toThrow(OutOfRangeError)
    expect(() => loss(zeros([1, 10]), tensor(Int32Array.of(-100)), { ignoreIndex: -1 })).toThrow(OutOfRangeError)
  })

  test('takes labels that are not on the host as they are', () => {
    expect(loss(zeros([3, 3]), arange(3)).shape).toEqual([])
  })

  test.each(['float32', 'bool'] as const)('refuses %s labels', (dtype) => {
    expect(() => loss(zeros([2, 10]), zeros([2], { dtype }))).toThrow(
      new DTypeError(
        `${name}: labels are int32, got ${dtype}[2]; make them of an Int32Array or cast them, to('int32')`,
      ),
    )
  })

  test('names the shapes that do not match', () => {
    expect(() => loss(zeros([4, 10]), tensor(new Int32Array(3)))).toThrow(
      new ShapeError(
        `${name}: labels are shaped as the logits [batch, classes, …] without the classes, got labels [3] for logits [4, 10]`,
      ),
    )
    const scalar = tensor(Int32Array.of(0), { shape: [] })
    expect(() => loss(zeros([]), scalar)).toThrow(ShapeError)
    expect(() => loss(zeros([2, 0]), tensor(Int32Array.of(-100, -100)))).toThrow(ShapeError)
    expect(() => loss(zeros([2, 3]), tensor(Int32Array.of(0, 1)), { weight: ones([2]) })).toThrow(
      new ShapeError(`${name}: weight has one element a class, [3], got [2]`),
    )
  })

  test('refuses options that are none', () => {
    const [x, y] = [zeros([1, 2]), tensor(Int32Array.of(0))]
    expect(() => loss(zeros([1, 2], { dtype: 'int32' }), y)).toThrow(DTypeError)
    expect(() => loss(x, y, { ignoreIndex: 0.5 })).toThrow(OutOfRangeError)
    expect(() => loss(x, y, { reduction: 'average' as 'mean' })).toThrow(MisconfigurationError)
  })
})

describe('crossEntropy', () => {
  test('stays finite for large logits', async () => {
    const label = tensor(Int32Array.of(1))
    for (const logits of [
      [1e4, -1e4],
      [-1e4, 1e4],
    ]) {
      const x = tensor([logits], { requiresGrad: true })
      const loss = crossEntropy(x, label, { labelSmoothing: 0.2 })
      loss.backward()
      expect(await loss.item()).toBeCloseTo(logits[0]! > 0 ? 1.8e4 : 2e3, 2)
      expect((await x.grad!.data()).every(Number.isFinite)).toBe(true)
    }
    expect(await crossEntropy(tensor([[1e4, 0]]), label).item()).toBe(1e4)
  })

  test('of probabilities at one class is that of the class', async () => {
    const labels = tensor(Int32Array.of(3, 0, 2))
    const certain = labels.unsqueeze(1).eq(arange(4)).to('float64')
    for (const reduction of reductions) {
      const ofLabels = await crossEntropy(wave([3, 4]), labels, { reduction }).data()
      await expectNumbers(crossEntropy(wave([3, 4]), certain, { reduction }), Array.from(ofLabels))
    }
  })

  test.each(reductions)(
    'smoothed, of labels and probabilities, %s, has the gradients of central differences',
    async (reduction) => {
      const weight = tensorOf([0.5, 2, 1], [3], 'float64')
      const run = (x?: Tensor, target?: Tensor, weight?: Tensor) =>
        crossEntropy(x!, target!, { reduction, labelSmoothing: 0.3, weight: weight! })
      const labels = tensorOf([0, 2, -100, 1], [2, 2], 'int32')
      const x = random.tensor('float64', [2, 3, 2])
      await expectGradients(run, [x, labels, weight], { twice: true })
      const q = random.tensor('float64', [2, 3, 2], { min: 0, max: 1 })
      await expectGradients(run, [x, q, weight], { twice: true })
    },
  )

  test('smoothing changes without a new structure, and is 0 to 1', () => {
    const loss = (labelSmoothing: number) => crossEntropy(wave([1, 2]), tensor(Int32Array.of(0)), { labelSmoothing })
    expect(() => loss(1)).not.toThrow()
    for (const wrong of [-0.1, 1.1, Number.NaN]) expect(() => loss(wrong)).toThrow(OutOfRangeError)
    expect(() => loss(2)).toThrow('crossEntropy: labelSmoothing is a number from 0 to 1, got 2')
  })

  test('probabilities are not ignored by an index', () => {
    expect(() => crossEntropy(zeros([1, 2]), zeros([1, 2]), { ignoreIndex: 1 })).toThrow(
      new OutOfRangeError(
        'crossEntropy: ignoreIndex is for class indices, got 1 with probabilities as target; leave it out',
      ),
    )
  })
})

test('the weight is part of the state, as in PyTorch', () => {
  expect([...new CrossEntropyLoss({ weight }).stateDict().keys()]).toEqual(['weight'])
  expect(new NLLLoss().stateDict().size).toBe(0)
})
