import { describe, expect, test } from 'vitest'
import { DTypeError, MisconfigurationError, OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import { EmbeddingBag } from '../../src/nn/embedding-bag.ts'
import { embeddingBag } from '../../src/nn/functional/embedding-bag.ts'
import { arange, ones, tensor, zeros } from '../../src/tensor/creation.ts'
import { SeededTensors, tensorOf } from '../support/host-tensors.ts'
import recorded from './fixtures/torch-embedding.json' with { type: 'json' }
import { expectRecorded } from './recorded.ts'
import { expectGradients } from './support.ts'

const modes = ['sum', 'mean', 'max'] as const
const random = new SeededTensors(31)
const double = { dtype: 'float64' } as const
const ints = (...numbers: number[]) => tensor(Int32Array.from(numbers))
const table = tensor([
  [0, 5],
  [10, 1],
  [20, 3],
])

describe('embeddingBag', () => {
  test.each(modes)('has the gradients of central differences, also twice: %s', async (mode) => {
    const inputs = [random.indices([6], 4), tensorOf([0, 2, 2, 5], [4], 'int32'), random.distinct('float64', [4, 2])]
    await expectGradients(
      (indices, offsets, weight) =>
        embeddingBag(indices!, weight!, { offsets: offsets!, mode, paddingIdx: 1 }).square(),
      inputs,
      { twice: true },
    )
    await expectGradients(
      (indices, weight) => embeddingBag(indices!.reshape([2, 3]), weight!, { mode }).square(),
      [inputs[0]!, inputs[2]!],
    )
  })

  test('has gradients for the weights of its samples, too', async () => {
    const inputs = [random.indices([2, 3], 4), random.tensor('float64', [4, 2]), random.tensor('float64', [2, 3])]
    await expectGradients(
      (indices, weight, perSampleWeights) =>
        embeddingBag(indices!, weight!, { mode: 'sum', perSampleWeights: perSampleWeights! }),
      inputs,
      { twice: true },
    )
  })

  test.each(modes)('takes bags of any lengths as tables and as offsets alike: %s', async (mode) => {
    const weight = tensor(Float64Array.from(random.distinct('float64', [20, 3]).data), { shape: [20, 3] })
    const indices = tensor(random.indices([7, 11], 20).data)
    const offsets = arange(7).mul(11)
    const flat = await embeddingBag(indices, weight, { offsets, mode }).data()
    expect(flat).toEqual(await embeddingBag(indices.reshape([7, 11]), weight, { mode }).data())
  })

  test.each(modes)('gives zeros for a bag without rows, or with padding alone: %s', async (mode) => {
    const offsets = ints(0, 0, 2, 3)
    expect(await embeddingBag(ints(1, 1, 2), table, { offsets, mode, paddingIdx: 2 }).array()).toEqual([
      [0, 0],
      mode === 'sum' ? [20, 2] : [10, 1],
      [0, 0],
      [0, 0],
    ])
    expect(await embeddingBag(ints(), table, { offsets: ints(0, 0), mode }).array()).toEqual([
      [0, 0],
      [0, 0],
    ])
    expect(await embeddingBag(ints().reshape([2, 0]), table, { mode }).array()).toEqual([
      [0, 0],
      [0, 0],
    ])
    expect(embeddingBag(ints().reshape([0, 3]), table, { mode }).shape).toEqual([0, 2])
    expect(embeddingBag(ints(), table, { offsets: ints(), mode }).shape).toEqual([0, 2])
  })

  test('leaves out what comes after the last offset', async () => {
    const y = embeddingBag(ints(0, 1, 2), table, { offsets: ints(0, 2), mode: 'sum', includeLastOffset: true })
    expect(await y.array()).toEqual([[10, 6]])
  })

  test('gives the gradient of a largest to the first of equals', async () => {
    const weight = ones([3, 1], double)
    const layer = new EmbeddingBag(3, 1, { mode: 'max', weight, ...double })
    layer
      .forward(ints(2, 0, 1), ints(0))
      .sum()
      .backward()
    expect(await layer.weight.grad!.array()).toEqual([[0], [0], [1]])
    layer.zeroGrad()
    layer
      .forward(ints(1, 0, 2).reshape([1, 3]))
      .sum()
      .backward()
    expect(await layer.weight.grad!.array()).toEqual([[0], [1], [0]])
  })

  test('computes half types in float32', async () => {
    const weight = tensor([[60000], [60000]], { dtype: 'float16' })
    const y = embeddingBag(ints(0, 1).reshape([1, 2]), weight)
    expect([y.dtype, await y.array()]).toEqual(['float16', [[60000]]])
  })

  test('refuses what does not fit', () => {
    const offsets = ints(0)
    expect(() => embeddingBag(ints(0, 1), table)).toThrow(
      new ShapeError('embeddingBag: flat indices need offsets [bags], got none'),
    )
    expect(() => embeddingBag(ints(0).reshape([1, 1]), table, { offsets })).toThrow(MisconfigurationError)
    expect(() => embeddingBag(ints(0).reshape([1, 1, 1]), table)).toThrow(ShapeError)
    expect(() => embeddingBag(ints(3), table, { offsets })).toThrow(
      new OutOfRangeError('embeddingBag: index 3 at position 0 is out of range, got 3 embeddings; indices are 0…2'),
    )
    expect(() => embeddingBag(ints(0), table, { offsets: ints(1) })).toThrow(
      new OutOfRangeError('embeddingBag: offsets begin with 0 and ascend, got 1 at position 0'),
    )
    expect(() => embeddingBag(ints(0, 1), table, { offsets: ints(0, 2, 1) })).toThrow(
      new OutOfRangeError('embeddingBag: offsets begin with 0 and ascend, got 1 at position 2 after 2'),
    )
    expect(() => embeddingBag(ints(0, 1), table, { offsets: ints(0, 3) })).toThrow(OutOfRangeError)
    expect(() => embeddingBag(ints(0), table, { offsets: ints(), includeLastOffset: true })).toThrow(ShapeError)
    expect(() => embeddingBag(ints(0), table, { offsets: zeros([1]) })).toThrow(DTypeError)
    expect(() => embeddingBag(ints(0), table, { offsets, perSampleWeights: ones([1]) })).toThrow(
      new MisconfigurationError("embeddingBag: perSampleWeights go with mode 'sum', got mode 'mean'"),
    )
    expect(() => embeddingBag(ints(0), table, { offsets, mode: 'sum', perSampleWeights: ones([2]) })).toThrow(
      ShapeError,
    )
    expect(() => embeddingBag(ints(0), table, { offsets, mode: 'sum', perSampleWeights: ones([1], double) })).toThrow(
      DTypeError,
    )
    expect(() => embeddingBag(ints(0), table, { offsets, mode: 'min' as never })).toThrow(MisconfigurationError)
    expect(() => new EmbeddingBag(3, 2, { mode: 'max', scaleGradByFreq: true })).toThrow(MisconfigurationError)
    expect(() => embeddingBag(ints(0), zeros([3]), { offsets })).toThrow(ShapeError)
  })
})

describe('EmbeddingBag', () => {
  test.each(
    modes.flatMap((mode) => [
      [`EmbeddingBag, ${mode}`, { mode }] as const,
      [`EmbeddingBag, ${mode}, offsets`, { mode }] as const,
      [`EmbeddingBag, ${mode}, padding`, { mode, paddingIdx: 2 }] as const,
      [`EmbeddingBag, ${mode}, last offset`, { mode, includeLastOffset: true }] as const,
    ]),
  )('has PyTorch’s numbers: %s', async (name, options) => {
    const module = new EmbeddingBag(5, 3, { ...options, ...double })
    await expectRecorded(recorded, name, (indices, offsets) => module.forward(indices!, offsets), { module })
  })

  test('has PyTorch’s numbers: weighted, by frequency', async () => {
    const weighted = new EmbeddingBag(5, 3, { mode: 'sum', ...double })
    await expectRecorded(recorded, 'EmbeddingBag, weighted', (i, o, w) => weighted.forward(i!, o, w), {
      module: weighted,
    })
    const padded = new EmbeddingBag(5, 3, { mode: 'sum', paddingIdx: 4, ...double })
    await expectRecorded(recorded, 'EmbeddingBag, weighted table', (i, w) => padded.forward(i!, null, w), {
      module: padded,
    })
    const byFrequency = new EmbeddingBag(5, 2, { scaleGradByFreq: true, ...double })
    await expectRecorded(recorded, 'EmbeddingBag by frequency', (i, o) => byFrequency.forward(i!, o), {
      module: byFrequency,
    })
  })

  test('takes a table that exists', async () => {
    const layer = EmbeddingBag.fromPretrained(table, { mode: 'sum' })
    expect(await layer.forward(ints(0, 1), ints(0)).array()).toEqual([[10, 6]])
    expect(layer.weight.requiresGrad).toBe(false)
    expect(() => EmbeddingBag.fromPretrained(zeros([3]))).toThrow(ShapeError)
  })
})
