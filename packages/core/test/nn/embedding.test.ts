import { describe, expect, test } from 'vitest'
import { DTypeError, OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import { Embedding } from '../../src/nn/embedding.ts'
import { embedding } from '../../src/nn/functional/embedding.ts'
import { tensor, zeros } from '../../src/tensor/creation.ts'
import { SeededTensors, tensorOf } from '../support/host-tensors.ts'
import { expectGradients } from './support.ts'

const table = tensor([
  [0, 1],
  [10, 11],
  [20, 21],
])

describe('embedding', () => {
  test.each([Int32Array, Uint8Array, Uint32Array])('takes rows by the indices of a %o', async (array) => {
    expect(await embedding(tensor(array.of(2, 0)), table).array()).toEqual([
      [20, 21],
      [0, 1],
    ])
  })

  test('keeps the shape of the indices', () => {
    expect(embedding(tensor(new Int32Array(6), { shape: [2, 3] }), table).shape).toEqual([2, 3, 2])
    expect(embedding(tensor(new Int32Array(0)), table).shape).toEqual([0, 2])
    expect(embedding(tensor(Int32Array.of(1), { shape: [] }), table).shape).toEqual([2])
  })

  test('adds up the gradients of a row that is taken twice', async () => {
    const table = new SeededTensors(9).tensor('float64', [4, 2])
    const inputs = [tensorOf([2, 0, 2], [3], 'int32'), table]
    await expectGradients((indices, weight) => embedding(indices!, weight!).square(), inputs, { twice: true })
  })

  test('names the first index that is out of range, and where', () => {
    expect(() => embedding(tensor(Int32Array.of(0, 1, 2, 12)), table)).toThrow(
      new OutOfRangeError('embedding: index 12 at position 3 is out of range, got 3 embeddings; indices are 0…2'),
    )
    expect(() => embedding(tensor(Int32Array.of(-1)), table)).toThrow(OutOfRangeError)
  })

  test('refuses floats and other tables', () => {
    expect(() => embedding(tensor([0, 1]), table)).toThrow(
      new DTypeError(
        "embedding: indices are int32, got float32[2]; make them of an Int32Array or cast them, to('int32')",
      ),
    )
    expect(() => embedding(tensor(Int32Array.of(0)), zeros([3]))).toThrow(ShapeError)
  })
})

test('Embedding is a learned table', async () => {
  const layer = new Embedding(3, 2)
  layer.weight.assign(table)
  const y = layer.forward(tensor(Int32Array.of(1)))
  expect(await y.array()).toEqual([[10, 11]])
  y.sum().backward()
  expect(await layer.weight.grad!.array()).toEqual([
    [0, 0],
    [1, 1],
    [0, 0],
  ])
})
