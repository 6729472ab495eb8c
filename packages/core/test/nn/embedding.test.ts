import { describe, expect, test } from 'vitest'
import { DTypeError, OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import { Embedding } from '../../src/nn/embedding.ts'
import { embedding } from '../../src/nn/functional/embedding.ts'
import { Linear } from '../../src/nn/linear.ts'
import { SGD } from '../../src/optim/sgd.ts'
import { tensor, zeros } from '../../src/tensor/creation.ts'
import { defaultGenerator } from '../../src/tensor/generator.ts'
import { SeededTensors, tensorOf } from '../support/host-tensors.ts'
import recorded from './fixtures/torch-embedding.json' with { type: 'json' }
import { expectRecorded } from './recorded.ts'
import { expectGradients, expectNumbers } from './support.ts'

const double = { dtype: 'float64' } as const

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

describe('Embedding', () => {
  test('is a learned table', async () => {
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

  test.each([
    ['Embedding', new Embedding(5, 3, double)],
    ['Embedding with padding', new Embedding(5, 3, { paddingIdx: 2, ...double })],
    ['Embedding with padding from the end', new Embedding(5, 2, { paddingIdx: -1, ...double })],
    ['Embedding by frequency', new Embedding(4, 2, { scaleGradByFreq: true, ...double })],
    ['Embedding with a largest norm', new Embedding(4, 3, { maxNorm: 0.6, ...double })],
    ['Embedding with a largest norm, p 1', new Embedding(4, 3, { maxNorm: 0.6, normType: 1, ...double })],
  ] as const)('has PyTorch’s numbers: %s', (name, module) =>
    expectRecorded(recorded, name, (x) => module.forward(x!), { module }),
  )

  test('begins with zeros in the row of the padding, and leaves them there', async () => {
    const layer = new Embedding(3, 2, { paddingIdx: -1 })
    const before = (await layer.weight.array()) as number[][]
    expect(before[2]).toEqual([0, 0])
    expect(before[0]!.every((x) => x !== 0)).toBe(true)
    const optimizer = new SGD(layer.parameters(), { lr: 1 })
    layer
      .forward(tensor(Int32Array.of(0, 2)))
      .sum()
      .backward()
    await optimizer.step()
    const after = (await layer.weight.array()) as number[][]
    expect(after[2]).toEqual([0, 0])
    expect(after[0]).not.toEqual(before[0])
  })

  test('shortens the rows that it takes, in the table', async () => {
    const layer = Embedding.fromPretrained(
      tensor([
        [3, 4],
        [30, 40],
        [0.3, 0.4],
      ]),
      { maxNorm: 1 },
    )
    const y = (await layer.forward(tensor(Int32Array.of(0, 2))).data()) as Float32Array
    expect([...y].map((x) => Number(x.toFixed(5)))).toEqual([0.6, 0.8, 0.3, 0.4])
    const rows = (await layer.weight.array()) as number[][]
    expect(rows[1]).toEqual([30, 40])
    expect(rows[0]![0]).toBeCloseTo(0.6, 5)
    const largest = Embedding.fromPretrained(tensor([[3, 4]]), { maxNorm: 2, normType: Number.POSITIVE_INFINITY })
    await expectNumbers(
      largest
        .forward(tensor(Int32Array.of(0)))
        .to('float64')
        .mul(1e-3),
      [0.0015, 0.002],
    )
  })

  test('takes a table that exists, frozen unless told otherwise, and draws no random numbers for it', async () => {
    const { draws } = defaultGenerator.state
    const layer = Embedding.fromPretrained(table)
    expect(defaultGenerator.state.draws).toBe(draws)
    expect(await layer.weight.array()).toEqual(await table.array())
    expect(layer.weight.requiresGrad).toBe(false)
    expect(Embedding.fromPretrained(table, { freeze: false }).weight.requiresGrad).toBe(true)
    expect(() => Embedding.fromPretrained(zeros([3]))).toThrow(
      new ShapeError('fromPretrained: the weight is [numEmbeddings, embeddingDim], got [3]'),
    )
  })

  test('may share its table with the layer that reads it', async () => {
    const embedding = new Embedding(4, 3)
    const output = new Linear(3, 4, { bias: false })
    output.weight = embedding.weight
    const x = embedding.forward(tensor(Int32Array.of(1, 2)))
    expect(output.forward(x).shape).toEqual([2, 4])
  })

  test('refuses sizes, paddings and norms that there are not', () => {
    expect(() => new Embedding(2.5, 2)).toThrow(
      new OutOfRangeError('Embedding: numEmbeddings is a whole number ≥ 0, got 2.5'),
    )
    expect(() => new Embedding(3, -1)).toThrow(OutOfRangeError)
    expect(() => new Embedding(3, 2, { paddingIdx: 3 })).toThrow(
      new OutOfRangeError('Embedding: paddingIdx is one of 3 rows, got 3'),
    )
    expect(() => new Embedding(3, 2, { paddingIdx: -4 })).toThrow(OutOfRangeError)
    expect(() => new Embedding(3, 2, { maxNorm: 0 })).toThrow(OutOfRangeError)
    expect(() => new Embedding(3, 2, { maxNorm: 1, normType: Number.NaN })).toThrow(OutOfRangeError)
    expect(() => new Embedding(3, 2, { weight: table.transpose(0, 1) })).toThrow(ShapeError)
    expect(() => new Embedding(3, 2, { maxNorm: 1 }).forward(tensor(Int32Array.of(3)))).toThrow(OutOfRangeError)
  })
})
