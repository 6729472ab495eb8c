import { expect, test } from 'vitest'
import { OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import { Flatten, Unflatten } from '../../src/nn/flatten.ts'
import { zeros } from '../../src/tensor/creation.ts'
import recorded from './fixtures/torch-rearrangement.json' with { type: 'json' }
import { expectRecorded } from './recorded.ts'

test('the layers have PyTorch’s numbers', async () => {
  const layers = { Flatten: new Flatten(), Unflatten: new Unflatten(1, [2, 3]) }
  for (const [name, layer] of Object.entries(layers)) await expectRecorded(recorded, name, (x) => layer.forward(x!))
})

test('Flatten joins the dimensions that it is told to, and Unflatten parts one', () => {
  expect(new Flatten(0, 1).forward(zeros([2, 3, 4])).shape).toEqual([6, 4])
  expect(new Unflatten(-1, [2, -1]).forward(zeros([3, 8])).shape).toEqual([3, 2, 4])
  expect(new Unflatten(1, [2, 3]).forward(zeros([0, 6])).shape).toEqual([0, 2, 3])
})

test('both refuse what does not fit', () => {
  expect(() => new Flatten().forward(zeros([3]))).toThrow(OutOfRangeError)
  expect(() => new Unflatten(1, [2, 3]).forward(zeros([2, 5]))).toThrow(ShapeError)
  expect(() => new Unflatten(2, [2, 3]).forward(zeros([2, 6]))).toThrow(OutOfRangeError)
})
