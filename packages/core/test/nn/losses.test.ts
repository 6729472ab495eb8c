import { describe, expect, test } from 'vitest'
import { DTypeError, OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import { bceWithLogits, crossEntropy, mse } from '../../src/nn/functional/losses.ts'
import { BCEWithLogitsLoss, CrossEntropyLoss, MSELoss } from '../../src/nn/losses.ts'
import { arange, tensor, zeros } from '../../src/tensor/creation.ts'
import { SeededTensors, tensorOf } from '../support/host-tensors.ts'
import { expectGradients, expectNumbers, wave } from './support.ts'

const random = new SeededTensors(10)
const reductions = ['mean', 'sum', 'none'] as const

describe('crossEntropy', () => {
  const labels = tensor(Int32Array.of(3, 0, 2))

  test('has PyTorch’s numbers', async () => {
    // torch 1.13.0: F.cross_entropy(x, labels, reduction=…), and the gradient of the mean
    const x = wave([3, 4], 0, { requiresGrad: true })
    await expectNumbers(crossEntropy(x, labels), [2.000349327])
    await expectNumbers(crossEntropy(x, labels, { reduction: 'sum' }), [6.001047982])
    await expectNumbers(crossEntropy(x, labels, { reduction: 'none' }), [1.798185146, 2.020269574, 2.182593262])
    crossEntropy(x, labels).backward()
    await expectNumbers(
      x.grad!,
      [
        0.0479346122, 0.1111976025, 0.1190014007, -0.2781336153, -0.2891267635, 0.03611656547, 0.07125467378,
        0.1817555243, 0.1741521052, 0.09777699497, -0.295750412, 0.02382131176,
      ],
    )
  })

  test('takes a label for each place of an image', async () => {
    // torch 1.13.0: F.cross_entropy(x, labels, reduction='none')
    const places = tensor(Int32Array.of(0, 2, 1, 1), { shape: [2, 2] })
    await expectNumbers(
      crossEntropy(wave([2, 3, 2]), places, { reduction: 'none' }),
      [1.374156473, 2.3082031, 0.4034506506, 0.9246881054],
    )
  })

  test('takes one sample without batch', async () => {
    const alone = crossEntropy(tensor([0, 0, 0, 0]), tensor(Int32Array.of(1), { shape: [] }), { reduction: 'none' })
    expect(alone.shape).toEqual([])
    expect(await alone.item()).toBeCloseTo(Math.log(4), 6)
  })

  test.each([Uint8Array, Uint32Array])('takes the labels of a %o', async (array) => {
    await expectNumbers(crossEntropy(wave([3, 4]), tensor(array.of(3, 0, 2))), [2.000349327])
  })

  test('stays finite for large logits', async () => {
    expect(await crossEntropy(tensor([[1e4, 0]]), tensor(Int32Array.of(1))).item()).toBe(1e4)
  })

  test('of nothing is NaN as a mean and 0 as a sum', async () => {
    const [x, none] = [zeros([0, 3]), tensor(new Int32Array(0))]
    expect(await crossEntropy(x, none).item()).toBeNaN()
    expect(await crossEntropy(x, none, { reduction: 'sum' }).item()).toBe(0)
  })

  test.each(reductions)('reduced to %s has the gradients of central differences, also twice', async (reduction) => {
    const inputs = [random.tensor('float64', [2, 3, 2]), tensorOf([0, 2, 1, 1], [2, 2], 'int32')]
    await expectGradients((x, t) => crossEntropy(x!, t!, { reduction }), inputs, { twice: true })
  })

  test('names the first label that is out of range, and where', () => {
    const wrong = tensor(Uint8Array.of(0, 1, 2, 12))
    expect(() => crossEntropy(zeros([4, 10]), wrong)).toThrow(
      new OutOfRangeError('crossEntropy: label 12 at position 3 is out of range, got 10 classes; labels are 0…9'),
    )
    expect(() => crossEntropy(zeros([1, 10]), tensor(Int32Array.of(-1)))).toThrow(OutOfRangeError)
  })

  test('takes labels that are not on the host as they are', () => {
    expect(crossEntropy(zeros([3, 3]), arange(3)).shape).toEqual([])
  })

  test.each(['float32', 'bool'] as const)('refuses %s labels', (dtype) => {
    expect(() => crossEntropy(zeros([2, 10]), zeros([2], { dtype }))).toThrow(
      new DTypeError(
        `crossEntropy: labels are int32, got ${dtype}[2]; make them of an Int32Array or cast them, to('int32')`,
      ),
    )
  })

  test('names the shapes that do not match', () => {
    expect(() => crossEntropy(zeros([4, 10]), tensor(new Int32Array(3)))).toThrow(
      new ShapeError(
        'crossEntropy: labels are shaped as the logits [batch, classes, …] without the classes, got labels [3] for logits [4, 10]',
      ),
    )
    expect(() => crossEntropy(zeros([]), tensor(Int32Array.of(0), { shape: [] }))).toThrow(ShapeError)
  })

  test('refuses integer logits', () => {
    expect(() => crossEntropy(zeros([1, 2], { dtype: 'int32' }), tensor(Int32Array.of(0)))).toThrow(DTypeError)
  })
})

describe('mse', () => {
  const [x, y] = [tensor([1, 2, 3]), tensor([1, 0, 6])]

  test('is the squared error', async () => {
    await expectNumbers(mse(x, y, { reduction: 'none' }), [0, 4, 9])
    expect(await mse(x, y, { reduction: 'sum' }).item()).toBe(13)
    expect(await mse(x, y).item()).toBeCloseTo(13 / 3, 6)
    expect(await mse(zeros([0]), zeros([0])).item()).toBeNaN()
  })

  test.each(reductions)('reduced to %s has the gradients of central differences, also twice', async (reduction) => {
    const inputs = [random.tensor('float64', [2, 3]), random.tensor('float64', [2, 3])]
    await expectGradients((x, y) => mse(x!, y!, { reduction }), inputs, { twice: true })
  })

  test('does not broadcast', () => {
    expect(() => mse(zeros([4, 1]), zeros([4]))).toThrow(
      new ShapeError('mse: input and target have one shape, got [4, 1] and [4]; reshape one of them'),
    )
  })

  test('takes integer targets', async () => {
    expect(await mse(tensor([0.5]), tensor(Int32Array.of(1))).item()).toBe(0.25)
  })
})

describe('bceWithLogits', () => {
  test('has PyTorch’s numbers', async () => {
    // torch 1.13.0: F.binary_cross_entropy_with_logits(x, y, reduction=…), and the gradient of the mean
    const x = tensor(
      Float64Array.from({ length: 6 }, (_, i) => 3 * Math.sin(i)),
      { shape: [2, 3], requiresGrad: true },
    )
    const y = tensor(Float64Array.of(0, 0.5, 1, 1, 0, 0.25), { shape: [2, 3] })
    await expectNumbers(bceWithLogits(x, y), [0.5786145806])
    await expectNumbers(bceWithLogits(x, y, { reduction: 'sum' }), [3.471687483])
    await expectNumbers(bceWithLogits(x, y, { reduction: 'none' }), [
      Math.LN2,
      1.339265036,
      0.06330985909,
      0.5037060384,
      0.0982785792,
      0.7739807898,
    ])
    bceWithLogits(x, y).backward()
    await expectNumbers(
      x.grad!,
      [0.08333333333, 0.070972606, -0.01022457023, -0.06595216768, 0.01560060577, -0.03278103634],
    )
  })

  test('stays finite for large logits', async () => {
    expect(await bceWithLogits(tensor([-1e4, 1e4]), tensor([1, 0]), { reduction: 'sum' }).item()).toBe(2e4)
  })

  test.each(reductions)('reduced to %s has the gradients of central differences, also twice', async (reduction) => {
    const inputs = [random.tensor('float64', [2, 3]), random.tensor('float64', [2, 3], { min: 0, max: 1 })]
    await expectGradients((x, y) => bceWithLogits(x!, y!, { reduction }), inputs, { twice: true })
  })

  test('does not broadcast', () => {
    expect(() => bceWithLogits(zeros([4, 1]), zeros([4]))).toThrow(
      new ShapeError('bceWithLogits: input and target have one shape, got [4, 1] and [4]; reshape one of them'),
    )
  })
})

test('the loss modules are the functions with their options', async () => {
  const options = { reduction: 'sum' } as const
  const [x, labels, y] = [wave([3, 4]), tensor(Int32Array.of(3, 0, 2)), wave([3, 4], 1)]
  const same = async (a: Promise<number>, b: Promise<number>) => expect(await a).toBe(await b)
  await same(new CrossEntropyLoss(options).forward(x, labels).item(), crossEntropy(x, labels, options).item())
  await same(new MSELoss(options).forward(x, y).item(), mse(x, y, options).item())
  await same(new BCEWithLogitsLoss(options).forward(x, y).item(), bceWithLogits(x, y, options).item())
})
