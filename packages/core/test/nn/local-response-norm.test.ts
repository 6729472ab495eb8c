import { expect, test } from 'vitest'
import { DTypeError, OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import { localResponseNorm } from '../../src/nn/functional/local-response-norm.ts'
import { LocalResponseNorm } from '../../src/nn/local-response-norm.ts'
import { tensor, zeros } from '../../src/tensor/creation.ts'
import { SeededTensors } from '../support/host-tensors.ts'
import recorded from './fixtures/torch-normalization.json' with { type: 'json' }
import { expectRecorded } from './recorded.ts'
import { expectGradients, expectNumbers } from './support.ts'

test.each([
  ['LocalResponseNorm', new LocalResponseNorm(3)],
  ['LocalResponseNorm, even', new LocalResponseNorm(4, { alpha: 0.5, beta: 0.6, k: 2 })],
] as const)('has PyTorch’s numbers: %s', (name, module) =>
  expectRecorded(recorded, name, (x) => module.forward(x!), { module }),
)

test('divides by what the neighbouring channels have', async () => {
  const x = tensor([[[1], [2], [3]]], { dtype: 'float64' })
  await expectNumbers(localResponseNorm(x, 3, { alpha: 3, beta: 1 }), [1 / 6, 2 / 15, 3 / 14])
})

test('has the gradients of central differences, also twice', async () => {
  const x = new SeededTensors(25).tensor('float64', [1, 3, 2])
  await expectGradients((x) => localResponseNorm(x, 2, { alpha: 1 }), [x], { twice: true })
})

test('of nothing is nothing', () => {
  expect(localResponseNorm(zeros([0, 3, 2]), 2).shape).toEqual([0, 3, 2])
  expect(localResponseNorm(zeros([2, 0, 2]), 2).shape).toEqual([2, 0, 2])
})

test('refuses what does not fit', () => {
  expect(() => localResponseNorm(zeros([2, 3]), 2)).toThrow(ShapeError)
  expect(() => localResponseNorm(zeros([2, 3, 1], { dtype: 'int32' }), 2)).toThrow(DTypeError)
  expect(() => localResponseNorm(zeros([2, 3, 1]), 0)).toThrow(
    new OutOfRangeError('localResponseNorm: the size is a whole number of channels ≥ 1, got 0'),
  )
  expect(() => new LocalResponseNorm(2, { beta: Number.NaN })).toThrow(OutOfRangeError)
})
