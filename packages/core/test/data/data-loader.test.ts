import fc from 'fast-check'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { DataLoader } from '../../src/data/data-loader.ts'
import type { Dataset } from '../../src/data/dataset.ts'
import { RandomSampler } from '../../src/data/sampler.ts'
import { Subset } from '../../src/data/subset.ts'
import { TensorDataset } from '../../src/data/tensor-dataset.ts'
import { MisconfigurationError, OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import { type HostTensor, hostTensor } from '../../src/graph/host-tensor.ts'
import { collect } from './collect.ts'

const samples = [10, 11, 12, 13, 14]
const keep = (batch: number[]): number[] => batch

function columns(length: number): TensorDataset<'x' | 'y'> {
  const x = hostTensor(
    Float32Array.from({ length: length * 2 }, (_, i) => i),
    [length, 2],
  )
  return new TensorDataset({ x, y: Int32Array.from({ length }, (_, i) => i) })
}

describe('batches', () => {
  test.each([
    [{}, [[10], [11], [12], [13], [14]]],
    [{ batchSize: 2 }, [[10, 11], [12, 13], [14]]],
    [
      { batchSize: 2, dropLast: true },
      [
        [10, 11],
        [12, 13],
      ],
    ],
    [{ batchSize: 5, dropLast: true }, [[10, 11, 12, 13, 14]]],
    [{ batchSize: 6 }, [[10, 11, 12, 13, 14]]],
    [{ batchSize: 6, dropLast: true }, []],
  ])('%j cuts five samples, from an array or a stream', async (options, expected) => {
    const loader = new DataLoader(samples, { ...options, collate: keep })
    expect(await collect(loader)).toEqual(expected)
    expect(loader.length).toBe(expected.length)

    const stream = new DataLoader(new Set(samples), { ...options, collate: keep })
    expect(await collect(stream)).toEqual(expected)
  })

  test('an empty dataset has no batches', async () => {
    const loader = new DataLoader(columns(0), { batchSize: 4, shuffle: true })
    expect(loader.length).toBe(0)
    expect(await collect(loader)).toEqual([])
  })

  test('of a TensorDataset are records of host tensors', async () => {
    const [, last] = await collect(new DataLoader(columns(3), { batchSize: 2 }))
    expect(last).toEqual({ x: hostTensor(Float32Array.of(4, 5), [1, 2]), y: hostTensor(Int32Array.of(2)) })
    expectTypeOf(last).toEqualTypeOf<{ x: HostTensor; y: HostTensor } | undefined>()
  })

  test('are the same whether gathered or collated sample by sample', async () => {
    const dataset = columns(23)
    const options = { batchSize: 4, shuffle: true, seed: 9 }
    const slow: Dataset<Record<'x' | 'y', HostTensor>> = { length: 23, get: (index) => dataset.get(index) }
    const gathered = await collect(
      new DataLoader(new Subset(dataset, dataset.gather([...Array(23).keys()]).y.data), options),
    )
    expect(gathered).toEqual(await collect(new DataLoader(dataset, options)))
    expect(gathered).toEqual(await collect(new DataLoader(slow, options)))
  })

  test('come from datasets and collate functions that take their time', async () => {
    const dataset: Dataset<number> = { length: 3, get: async (index) => index * 10 }
    const loader = new DataLoader(dataset, { batchSize: 2, collate: async (batch) => batch.join('+') })
    expectTypeOf(loader).toEqualTypeOf<DataLoader<number, string>>()
    expect(await collect(loader)).toEqual(['0+10', '20'])
  })

  test('an error in the dataset or in collate reaches the loop', async () => {
    const broken: Dataset<number> = {
      length: 2,
      get: (index) => {
        if (index === 1) throw new Error('disk on fire')
        return Promise.reject(new Error('disk on fire'))
      },
    }
    await expect(collect(new DataLoader(broken, { batchSize: 2 }))).rejects.toThrow('disk on fire')
    await expect(collect(new DataLoader([[1], [1, 2]], { batchSize: 2 }))).rejects.toThrow(ShapeError)
  })
})

describe('epochs', () => {
  const options = { batchSize: 2, shuffle: true, seed: 5, collate: keep }

  test('every epoch holds each sample once, in an order of its own', async () => {
    const loader = new DataLoader([...Array(50).keys()], options)
    const epochs = [(await collect(loader)).flat(), (await collect(loader)).flat()]
    for (const epoch of epochs) expect([...epoch].sort((a, b) => a - b)).toEqual([...Array(50).keys()])
    expect(epochs[0]).not.toEqual(epochs[1])
    expect(epochs[0]).not.toEqual([...Array(50).keys()])
  })

  test('the order is a pure function of seed and epoch, and the same in every release', async () => {
    const loader = new DataLoader([...Array(8).keys()], { ...options, batchSize: 8 })
    expect(await collect(loader)).toEqual([[5, 3, 0, 7, 6, 2, 1, 4]])
    expect(await collect(loader)).toEqual([[6, 2, 4, 0, 5, 1, 3, 7]])
    loader.setEpoch(0)
    expect(await collect(loader)).toEqual([[5, 3, 0, 7, 6, 2, 1, 4]])
    expect(loader.epoch).toBe(1)
  })

  test('two iterations side by side do not disturb each other', async () => {
    const loader = new DataLoader(columns(9), { batchSize: 2, shuffle: true })
    const alone = [await collect(loader.batches(0)), await collect(loader.batches(1))]
    const [first, second] = [loader[Symbol.asyncIterator](), loader[Symbol.asyncIterator]()]
    const together: unknown[][] = [[], []]
    for (let i = 0; i < 5; i++) {
      together[0]!.push((await first.next()).value)
      together[1]!.push((await second.next()).value)
    }
    expect(together).toEqual(alone)
  })

  test('an epoch can be entered at any batch, without touching samples before it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: 20 }),
        fc.integer({ min: 1, max: 5 }),
        fc.nat({ max: 9 }),
        async (n, batchSize, from) => {
          const touched: number[] = []
          const dataset: Dataset<number> = { length: n, get: (index) => touched.push(index) && index }
          const loader = new DataLoader(dataset, { ...options, batchSize })
          const whole = await collect(loader.batches(3))
          touched.length = 0
          expect(await collect(loader.batches(3, from))).toEqual(whole.slice(from))
          expect(touched).toEqual(whole.slice(from).flat())
        },
      ),
      { seed: 4 },
    )
  })

  test.each([-1, 0.5, 2 ** 32])('refuses the epoch %s', (epoch) => {
    const loader = new DataLoader(samples)
    expect(() => loader.setEpoch(epoch)).toThrow(OutOfRangeError)
    expect(() => loader.batches(epoch)).toThrow(OutOfRangeError)
  })

  test.each([-1, 0.5, Number.NaN])('refuses to begin at batch %s', (firstBatch) => {
    expect(() => new DataLoader(samples).batches(0, firstBatch)).toThrow(OutOfRangeError)
  })
})

describe('samplers', () => {
  const backwards = { length: 5, indices: () => [4, 3, 2, 1, 0] }

  test('a sampler orders samples', async () => {
    const loader = new DataLoader(samples, { batchSize: 2, sampler: backwards, collate: keep })
    expect(await collect(loader)).toEqual([[14, 13], [12, 11], [10]])
  })

  test('a sampler may be shorter than the dataset and repeat samples', async () => {
    const loader = new DataLoader(samples, {
      sampler: { length: 3, indices: (epoch) => [epoch, epoch, 4] },
      collate: keep,
    })
    loader.setEpoch(2)
    expect(await collect(loader)).toEqual([[12], [12], [14]])
    expect(loader.length).toBe(3)
  })

  test('a batch sampler makes whole batches', async () => {
    const batchSampler = {
      length: 2,
      batches: () => [
        [0, 4],
        [1, 2, 3],
      ],
    }
    const loader = new DataLoader(samples, { batchSampler, collate: keep })
    expect(await collect(loader)).toEqual([
      [10, 14],
      [11, 12, 13],
    ])
    expect(loader.length).toBe(2)
    expect(loader.batchSize).toBeUndefined()
  })

  test.each([samples, columns(5)])(
    'an index outside the dataset is an error',
    async (source: Dataset<unknown> | number[]) => {
      const loader = new DataLoader<unknown>(source, { sampler: { length: 1, indices: () => [5] } })
      await expect(collect(loader)).rejects.toThrow('no such sample among 5, got 5')
    },
  )

  test('contradictions are refused', () => {
    const batchSampler = { length: 0, batches: () => [] }
    expect(() => new DataLoader(samples, { sampler: backwards, shuffle: true })).toThrow(MisconfigurationError)
    for (const other of [{ batchSize: 1 }, { shuffle: true }, { dropLast: true }, { sampler: backwards }]) {
      expect(() => new DataLoader(samples, { batchSampler, ...other })).toThrow(MisconfigurationError)
    }
    for (const order of [{ shuffle: true }, { sampler: backwards }, { batchSampler }]) {
      expect(() => new DataLoader(new Set(samples), order)).toThrow(MisconfigurationError)
    }
  })

  test.each([
    [{ length: 3 }, 'got an object with length'],
    [{}, 'got an object with nothing'],
    [null, 'got null'],
    ['abc', 'got abc'],
  ])('a source that is none is refused: %j', (source, message) => {
    const make = () => new DataLoader(source as unknown as number[])
    expect(make).toThrow(MisconfigurationError)
    expect(make).toThrow(message)
  })

  test.each([0, -1, 1.5, Number.NaN])('refuses the batch size %s', (batchSize) => {
    expect(() => new DataLoader(samples, { batchSize })).toThrow(OutOfRangeError)
  })

  test('refuses a seed that is none, even before it shuffles', () => {
    expect(() => new DataLoader(samples, { seed: 0.5 })).toThrow(OutOfRangeError)
  })
})

describe('unshuffled', () => {
  test('is in the order of the source, with everything else as it was', async () => {
    const shuffled = new DataLoader(samples, { batchSize: 2, dropLast: true, collate: keep, shuffle: true })
    const drawn = new DataLoader(samples, { batchSize: 2, collate: keep, sampler: new RandomSampler(samples) })
    expect(await collect(shuffled.unshuffled())).toEqual([
      [10, 11],
      [12, 13],
    ])
    expect(await collect(drawn.unshuffled())).toEqual([[10, 11], [12, 13], [14]])
  })

  test('leaves an order of the user’s', () => {
    const ordered = new DataLoader(samples, { sampler: { length: 1, indices: () => [3] } })
    expect(ordered.unshuffled()).toBe(ordered)
  })
})
