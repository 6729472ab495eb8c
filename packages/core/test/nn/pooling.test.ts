import { describe, expect, test } from 'vitest'
import { OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import { maxPool2d } from '../../src/nn/functional/pool.ts'
import { MaxPool2d } from '../../src/nn/pooling.ts'
import { tensor, zeros } from '../../src/tensor/creation.ts'
import { SeededTensors } from '../support/host-tensors.ts'
import { expectGradients, expectNumbers, wave } from './support.ts'

describe('maxPool2d', () => {
  test('takes the largest of each window, side by side', async () => {
    const x = tensor([
      [
        [1, 2, 5, 0, 9],
        [4, 3, 1, 1, 9],
      ],
    ])
    expect(await maxPool2d(x, 2).array()).toEqual([[[4, 5]]])
  })

  test('has PyTorch’s numbers', async () => {
    // torch 1.13.0: F.max_pool2d(x, 3, stride=2, padding=1), then y.sum().backward()
    const x = wave([1, 1, 5, 5], 0, { requiresGrad: true })
    const y = maxPool2d(x, 3, { stride: 2, padding: 1 })
    await expectNumbers(
      y,
      [
        0.8414709848, 0.9893582466, 0.9893582466, 0.6502878402, 0.9893582466, 0.9906073557, 0.9129452507, 0.8366556385,
        0.1498772097,
      ],
    )
    y.sum().backward()
    await expectNumbers(x.grad!, [0, 1, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0])
  })

  test('ignores padding among negative numbers', async () => {
    expect(
      await maxPool2d(
        tensor([
          [
            [-1, -2],
            [-3, -4],
          ],
        ]),
        2,
        { padding: 1 },
      ).array(),
    ).toEqual([
      [
        [-1, -2],
        [-3, -4],
      ],
    ])
  })

  test('has the gradients of central differences, also twice', async () => {
    const x = new SeededTensors(5).distinct('float64', [2, 2, 4, 5])
    await expectGradients((x) => maxPool2d(x, [2, 3], { stride: [2, 1], padding: [1, 0] }).square(), [x], {
      twice: true,
    })
  })

  test('takes no images as well', () => {
    expect(maxPool2d(zeros([0, 2, 4, 4]), 2).shape).toEqual([0, 2, 2, 2])
  })

  test('refuses windows that do not fit, and half padding', () => {
    expect(() => maxPool2d(zeros([1, 1, 2, 2]), 3)).toThrow(ShapeError)
    expect(() => maxPool2d(zeros([1, 1, 4, 4]), 2, { padding: 2 })).toThrow(OutOfRangeError)
    expect(() => maxPool2d(zeros([4, 4]), 2)).toThrow(
      new ShapeError('maxPool2d: takes [batch, channels, height, width] or [channels, height, width], got [4, 4]'),
    )
    expect(() => maxPool2d(zeros([1, 1, 4, 4]), 0)).toThrow(
      new OutOfRangeError('maxPool2d: the kernel size is a whole number ≥ 1, or two of them, got [0, 0]'),
    )
  })
})

test('MaxPool2d pools with its options', async () => {
  const x = wave([1, 1, 4, 4])
  const y = new MaxPool2d(2, { stride: 1 }).forward(x)
  expect(y.shape).toEqual([1, 1, 3, 3])
  expect(await y.data()).toEqual(await maxPool2d(x, 2, { stride: 1 }).data())
})
