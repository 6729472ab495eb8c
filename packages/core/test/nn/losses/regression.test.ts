import { describe, expect, test } from 'vitest'
import { DTypeError, MisconfigurationError, OutOfRangeError, ShapeError } from '../../../src/errors/errors.ts'
import { huber, l1, mse, smoothL1 } from '../../../src/nn/functional/losses/regression.ts'
import { HuberLoss, L1Loss, MSELoss, SmoothL1Loss } from '../../../src/nn/losses/regression.ts'
import { full, tensor, zeros } from '../../../src/tensor/creation.ts'
import { SeededTensors } from '../../support/host-tensors.ts'
import recorded from '../fixtures/torch-losses.json' with { type: 'json' }
import { expectRecorded } from '../recorded.ts'
import { expectGradients, expectNumbers } from '../support.ts'

const random = new SeededTensors(10)
const reductions = ['mean', 'sum', 'none'] as const

type Case = [name: string, module: MSELoss | L1Loss | SmoothL1Loss | HuberLoss]

describe('against PyTorch', () => {
  test.each<Case>([
    ['SmoothL1Loss', new SmoothL1Loss()],
    ['SmoothL1Loss beta none', new SmoothL1Loss({ beta: 0.4, reduction: 'none' })],
    ['SmoothL1Loss beta 0', new SmoothL1Loss({ beta: 0 })],
    ['HuberLoss', new HuberLoss()],
    ['HuberLoss delta none', new HuberLoss({ delta: 0.4, reduction: 'none' })],
    ...reductions.map((reduction): Case => [`MSELoss ${reduction}`, new MSELoss({ reduction })]),
    ...reductions.map((reduction): Case => [`L1Loss ${reduction}`, new L1Loss({ reduction })]),
  ])('%s', (name, module) => expectRecorded(recorded, name, (x, y) => module.forward(x!, y!), { module }))
})

const [x, y] = [tensor([1, 2, 3]), tensor([1, 0, 6])]

test('mse is the squared error', async () => {
  await expectNumbers(mse(x, y, { reduction: 'none' }), [0, 4, 9])
  expect(await mse(x, y, { reduction: 'sum' }).item()).toBe(13)
  expect(await mse(x, y).item()).toBeCloseTo(13 / 3, 6)
})

test('l1 is the absolute error', async () => {
  await expectNumbers(l1(x, y, { reduction: 'none' }), [0, 2, 3])
  expect(await l1(x, y, { reduction: 'sum' }).item()).toBe(5)
})

test('smoothL1 and huber are parabolas that become lines', async () => {
  await expectNumbers(smoothL1(x, y, { beta: 2.5, reduction: 'none' }), [0, 0.8, 1.75])
  await expectNumbers(huber(x, y, { delta: 2.5, reduction: 'none' }), [0, 2, 4.375])
})

describe.each([
  ['mse', mse],
  ['l1', l1],
  ['smoothL1', smoothL1],
  ['huber', huber],
] as const)('%s', (name, loss) => {
  test.each(reductions)('reduced to %s has the gradients of central differences, also twice', async (reduction) => {
    const inputs = [random.distinct('float64', [2, 3]), random.tensor('float64', [2, 3], { min: 3, max: 3.1 })]
    await expectGradients((x, y) => loss(x!, y!, { reduction }), inputs, { twice: true })
    // Below every threshold, too.
    await expectGradients((x, y) => loss(x!.mul(0.2), y!.mul(0.2), { reduction }), inputs)
  })

  test('of nothing is NaN as a mean and 0 as a sum', async () => {
    expect(await loss(zeros([0]), zeros([0])).item()).toBeNaN()
    expect(await loss(zeros([0, 3]), zeros([0, 3]), { reduction: 'sum' }).item()).toBe(0)
    expect(loss(zeros([0, 3]), zeros([0, 3]), { reduction: 'none' }).shape).toEqual([0, 3])
  })

  test('of scalars is a scalar', () => {
    expect(loss(zeros([]), zeros([]), { reduction: 'none' }).shape).toEqual([])
  })

  test('does not broadcast', () => {
    const message = `${name}: input and target have one shape, got [4, 1] and [4]; reshape one of them`
    expect(() => loss(zeros([4, 1]), zeros([4]))).toThrow(new ShapeError(message))
  })

  test('takes integer targets and refuses integer inputs', async () => {
    const target = tensor(Int32Array.of(1))
    expect((await loss(tensor([0.5]), target).item()) > 0).toBe(true)
    expect(() => loss(target, tensor([0.5]))).toThrow(DTypeError)
  })

  test('adds up half types in float32', async () => {
    // 100,000 losses of 0.5 or 1 have a sum beyond the range of float16.
    const [a, b] = [full([100_000], 3, { dtype: 'float16' }), full([100_000], 2, { dtype: 'float16' })]
    const mean = loss(a, b)
    expect(mean.dtype).toBe('float16')
    expect(await mean.item()).toBe(name === 'mse' || name === 'l1' ? 1 : 0.5)
  })

  test('names what is no reduction', () => {
    expect(() => loss(x, y, { reduction: 'average' as 'mean' })).toThrow(
      new MisconfigurationError(`${name}: reduction is one of mean, sum, none, got average`),
    )
  })
})

test('large errors stay finite where their squares are not', async () => {
  const [far, near] = [tensor([1e30]), tensor([0])]
  const x = tensor([1e30], { requiresGrad: true })
  expect(await smoothL1(far, near).item()).toBeCloseTo(1e30, -25)
  expect(await huber(far, near).item()).toBeCloseTo(1e30, -25)
  smoothL1(x, near).backward()
  expect(await x.grad!.array()).toEqual([1])
})

test('a threshold that is none is refused', () => {
  expect(() => smoothL1(x, y, { beta: -1 })).toThrow(new OutOfRangeError('smoothL1: beta is a number ≥ 0, got -1'))
  expect(() => smoothL1(x, y, { beta: Number.NaN })).toThrow(OutOfRangeError)
  expect(() => huber(x, y, { delta: 0 })).toThrow(new OutOfRangeError('huber: delta is a number > 0, got 0'))
})
