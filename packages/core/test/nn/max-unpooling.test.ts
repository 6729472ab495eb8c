import { describe, expect, test } from 'vitest'
import { DTypeError, OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import { maxPool2d } from '../../src/nn/functional/max-pool.ts'
import { maxUnpool1d, maxUnpool2d, maxUnpool3d } from '../../src/nn/functional/max-unpool.ts'
import { MaxUnpool1d, MaxUnpool2d, MaxUnpool3d } from '../../src/nn/max-unpooling.ts'
import { tensor, zeros } from '../../src/tensor/creation.ts'
import { SeededTensors, tensorOf } from '../support/host-tensors.ts'
import recorded from './fixtures/torch-pooling.json' with { type: 'json' }
import { expectRecorded } from './recorded.ts'
import { expectGradients } from './support.ts'

const someIndices = (indices: readonly number[], shape: readonly number[]) =>
  tensor(Int32Array.from(indices), { shape })

describe('maxUnpool', () => {
  test('puts back what max pooling took', async () => {
    const x = tensor([
      [
        [1, 5, 2, 0],
        [3, 4, 8, 7],
      ],
    ])
    const [values, indices] = maxPool2d(x, 2, { returnIndices: true })
    expect(await maxUnpool2d(values, indices, 2).array()).toEqual([
      [
        [0, 5, 0, 0],
        [0, 0, 8, 0],
      ],
    ])
  })

  test('gives an element that several windows took once', async () => {
    const x = tensor([[[1, 9, 2, 3]]])
    const [values, indices] = maxPool2d(x, [1, 2], { stride: 1, returnIndices: true })
    expect(await maxUnpool2d(values, indices, [1, 2], { stride: 1 }).array()).toEqual([[[0, 9, 0, 3]]])
  })

  test('goes by stride and padding, or by the output size', () => {
    const x = zeros([1, 2, 3])
    const indices = zeros([1, 2, 3], { dtype: 'int32' })
    expect(maxUnpool1d(x, indices, 3, { stride: 2 }).shape).toEqual([1, 2, 7])
    expect(maxUnpool1d(x, indices, 3, { stride: 2, padding: 1 }).shape).toEqual([1, 2, 5])
    expect(maxUnpool1d(x, indices, 3, { stride: 2, outputSize: 8 }).shape).toEqual([1, 2, 8])
    expect(maxUnpool3d(zeros([1, 1, 2, 1]), zeros([1, 1, 2, 1], { dtype: 'int32' }), [1, 2, 3]).shape).toEqual([
      1, 1, 4, 3,
    ])
  })

  test('has the gradients of central differences', async () => {
    const x = new SeededTensors(8).tensor('float64', [1, 2, 2, 2])
    const indices = tensorOf([0, 3, 9, 14, 15, 2, 8, 6], [1, 2, 2, 2], 'int32')
    await expectGradients((x, indices) => maxUnpool2d(x!, indices!, 2).square(), [x, indices], { twice: true })
  })

  test('takes no images as well', () => {
    expect(maxUnpool2d(zeros([0, 2, 4, 4]), zeros([0, 2, 4, 4], { dtype: 'int32' }), 2).shape).toEqual([0, 2, 8, 8])
  })

  test.each<[string, () => unknown, Error]>([
    [
      'indices of another shape',
      () => maxUnpool1d(zeros([1, 1, 3]), someIndices([0, 2], [1, 1, 2]), 2),
      new ShapeError('maxUnpool1d: there is one index an element, got [1, 1, 2] for [1, 1, 3]'),
    ],
    [
      'indices beyond the plane',
      () => maxUnpool1d(zeros([1, 1, 2]), someIndices([0, 4], [1, 1, 2]), 2),
      new OutOfRangeError('maxUnpool1d: index 4 at position 1 is out of range, got 4 cells; indices are 0…3'),
    ],
    [
      'indices that are no integers',
      () => maxUnpool1d(zeros([1, 1, 2]), zeros([1, 1, 2]), 2),
      new DTypeError(
        "maxUnpool1d: indices are int32, got float32[1, 1, 2]; make them of an Int32Array or cast them, to('int32')",
      ),
    ],
    [
      'an output size that no pooling has',
      () => maxUnpool1d(zeros([1, 1, 2]), someIndices([0, 2], [1, 1, 2]), 2, { outputSize: 6 }),
      new ShapeError(
        'maxUnpool1d: the result is [4] or differs from it by less than the stride [2], and has cells; got [6]',
      ),
    ],
    [
      'a window of nothing',
      () => maxUnpool1d(zeros([1, 1, 2]), someIndices([0, 2], [1, 1, 2]), 0),
      new OutOfRangeError('maxUnpool1d: the kernel size is a whole number ≥ 1, got [0]'),
    ],
  ])('refuses %s', (_, run, error) => {
    expect(run).toThrow(error)
  })
})

test('the layers have PyTorch’s numbers', async () => {
  const layers = {
    MaxUnpool1d: new MaxUnpool1d(2),
    MaxUnpool2d: new MaxUnpool2d(2, { stride: 2 }),
    MaxUnpool3d: new MaxUnpool3d([1, 2, 2]),
  }
  for (const [name, layer] of Object.entries(layers)) {
    await expectRecorded(recorded, name, (x, indices) => layer.forward(x!, indices!))
  }
  const sized = new MaxUnpool2d(2)
  await expectRecorded(recorded, 'max_unpool2d, output size', (x, indices) =>
    sized.forward(x!, indices!, { outputSize: [5, 5] }),
  )
})
