import { describe, expect, test } from 'vitest'
import { DTypeError, ShapeError } from '../../../src/errors/errors.ts'
import { bce, bceWithLogits } from '../../../src/nn/functional/losses/binary.ts'
import { BCELoss, BCEWithLogitsLoss } from '../../../src/nn/losses/binary.ts'
import { full, ones, tensor, zeros } from '../../../src/tensor/creation.ts'
import type { Tensor } from '../../../src/tensor/tensor.ts'
import { SeededTensors } from '../../support/host-tensors.ts'
import recorded from '../fixtures/torch-losses.json' with { type: 'json' }
import { expectRecorded } from '../recorded.ts'
import { expectGradients, expectNumbers } from '../support.ts'

const random = new SeededTensors(11)
const reductions = ['mean', 'sum', 'none'] as const

type Case = [name: string, module: BCELoss | BCEWithLogitsLoss]

describe('against PyTorch', () => {
  const weight = ones([3, 1], { dtype: 'float64' })
  const posWeight = ones([2], { dtype: 'float64' })
  test.each<Case>([
    ['BCELoss weight', new BCELoss({ weight })],
    ['BCEWithLogitsLoss weights', new BCEWithLogitsLoss({ weight, posWeight })],
    ...reductions.map((reduction): Case => [`BCELoss ${reduction}`, new BCELoss({ reduction })]),
    ...reductions.map((reduction): Case => [`BCEWithLogitsLoss ${reduction}`, new BCEWithLogitsLoss({ reduction })]),
  ])('%s', (name, module) => expectRecorded(recorded, name, (x, y) => module.forward(x!, y!), { module }))

  // PyTorch's 10⁻¹² in the gradient is that of float32.
  test('BCELoss certain', () =>
    expectRecorded(recorded, 'BCELoss certain', (x, y) => bce(x!, y!, { reduction: 'none' }), { bound: 1e-8 }))
})

describe.each([
  ['bce', bce, { min: 0.1, max: 0.9 }],
  ['bceWithLogits', bceWithLogits, { min: -2, max: 2 }],
] as const)('%s', (name, loss, range) => {
  test.each(reductions)('reduced to %s has the gradients of central differences, also twice', async (reduction) => {
    const inputs = [random.tensor('float64', [2, 3], range), random.tensor('float64', [2, 3], { min: 0, max: 1 })]
    await expectGradients((x, y) => loss(x!, y!, { reduction }), inputs, { twice: true })
    const weighted = [...inputs, random.tensor('float64', [3], { min: 0.5, max: 3 })]
    await expectGradients((x, y, weight) => loss(x!, y!, { reduction, weight: weight! }), weighted)
  })

  test('of nothing is NaN as a mean and 0 as a sum', async () => {
    expect(await loss(zeros([0]), zeros([0])).item()).toBeNaN()
    expect(await loss(zeros([0]), zeros([0]), { reduction: 'sum' }).item()).toBe(0)
  })

  test('does not broadcast, but for its weights', () => {
    expect(() => loss(zeros([4, 1]), zeros([4]))).toThrow(
      new ShapeError(`${name}: input and target have one shape, got [4, 1] and [4]; reshape one of them`),
    )
    expect(() => loss(zeros([4, 1]), zeros([4, 1]), { weight: zeros([4]) })).toThrow(
      new ShapeError(`${name}: weight broadcasts to the input, got [4] for [4, 1]`),
    )
  })

  test('refuses integer inputs', () => {
    expect(() => loss(zeros([2], { dtype: 'int32' }), zeros([2]))).toThrow(DTypeError)
  })
})

describe('bce', () => {
  test('costs 100 where what is certain is wrong, with a finite gradient', async () => {
    const p = tensor([0, 1, 0, 1], { requiresGrad: true })
    const loss = bce(p, tensor([1, 0, 0, 1]), { reduction: 'none' })
    await expectNumbers(loss, [100, 100, 0, 0])
    loss.backward(ones([4]))
    expect((await p.grad!.data()).every(Number.isFinite)).toBe(true)
  })

  test('of half types has the gradients of float32', async () => {
    const p = full([2], 0, { dtype: 'float16' })
      .add(tensor([0.25, 0.5], { dtype: 'float16' }))
      .detach()
    const x = tensor([0.25, 0.5], { dtype: 'float16', requiresGrad: true })
    bce(x, ones([2], { dtype: 'float16' }), { reduction: 'sum' }).backward()
    expect(await x.grad!.array()).toEqual([-4, -2])
    expect(bce(p, p).dtype).toBe('float16')
  })

  test('is NaN for what is no probability', async () => {
    expect(await bce(tensor([1.5]), tensor([1])).item()).toBeNaN()
  })
})

describe('bceWithLogits', () => {
  test('is that of the probabilities', async () => {
    const [x, y] = [tensor([-1, 0.5, 2], { dtype: 'float64' }), tensor([0, 0.25, 1], { dtype: 'float64' })]
    await expectNumbers(bceWithLogits(x, y), [await bce(x.sigmoid(), y).item()])
  })

  test.each([1, 3, 0.5])('stays finite for large logits, and positive targets weigh %d', async (factor) => {
    const x = tensor([-1e4, 1e4, -1e4, 1e4], { requiresGrad: true })
    const posWeight = full([4], factor)
    const loss = bceWithLogits(x, tensor([1, 0, 0, 1]), { reduction: 'none', posWeight })
    expect(await loss.array()).toEqual([1e4 * factor, 1e4, 0, 0])
    loss.backward(ones([4]))
    await expectNumbers(x.grad!, [-factor, 1, 0, 0])
  })

  test('has the gradients of central differences with weights, also twice', async () => {
    const inputs = [
      random.tensor('float64', [2, 3]),
      random.tensor('float64', [2, 3], { min: 0, max: 1 }),
      random.tensor('float64', [2, 1], { min: 0.5, max: 3 }),
      random.tensor('float64', [3], { min: 0.5, max: 3 }),
    ]
    const run = (x?: Tensor, y?: Tensor, weight?: Tensor, posWeight?: Tensor) =>
      bceWithLogits(x!, y!, { weight: weight!, posWeight: posWeight! })
    await expectGradients(run, inputs, { twice: true })
  })

  test('its weights are part of the state, as in PyTorch', () => {
    const module = new BCEWithLogitsLoss({ weight: ones([2]), posWeight: ones([2]) })
    expect([...module.stateDict().keys()]).toEqual(['weight', 'pos_weight'])
  })
})
