import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DataLoader } from '../../src/data/data-loader.ts'
import type { Dataset, IterableDataset } from '../../src/data/dataset.ts'
import { TransformedDataset } from '../../src/data/transformed-dataset.ts'
import { WeightedRandomSampler } from '../../src/data/weighted-random-sampler.ts'
import { DataError, MisconfigurationError } from '../../src/errors/errors.ts'
import { hostTensor } from '../../src/graph/host-tensor.ts'
import { collect } from './collect.ts'
import { InProcessWorkers } from './in-process-workers.ts'

/** Samples that say which they are, and what was drawn for them. */
function augmented(length: number): Dataset<{ index: number; draw: number }> {
  const indices: Dataset<number> = { length, get: (index) => index }
  return new TransformedDataset(indices, (index, random) => ({ index, draw: random.uint32() }))
}

function stream(length: number): IterableDataset<number> {
  return {
    async *[Symbol.asyncIterator]() {
      for (let i = 0; i < length; i++) yield i
    },
  }
}

describe('batches made by workers', () => {
  test('are those of one thread, in the same order, from any batch on', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          length: fc.nat({ max: 20 }),
          batchSize: fc.integer({ min: 1, max: 5 }),
          count: fc.integer({ min: 1, max: 4 }),
          prefetchFactor: fc.integer({ min: 1, max: 3 }),
          firstBatch: fc.nat({ max: 7 }),
          seed: fc.nat(),
          dropLast: fc.boolean(),
        }),
        async ({ length, batchSize, count, prefetchFactor, firstBatch, seed, dropLast }) => {
          const dataset = augmented(length)
          const options = { batchSize, seed, dropLast, shuffle: true }
          const alone = new DataLoader(dataset, options)
          const workers = new InProcessWorkers({ dataset, count, prefetchFactor })
          const shared = new DataLoader(dataset, { ...options, workers })
          expect(shared.length).toBe(alone.length)
          expect(await collect(shared.batches(2, firstBatch))).toEqual(await collect(alone.batches(2, firstBatch)))
          expect(workers.closed).toBe(workers.opened)
        },
      ),
      { seed: 5 },
    )
  })

  test('of an iterable source are those of one thread, too', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          length: fc.nat({ max: 20 }),
          batchSize: fc.integer({ min: 1, max: 5 }),
          count: fc.integer({ min: 1, max: 4 }),
          prefetchFactor: fc.integer({ min: 1, max: 3 }),
          firstBatch: fc.nat({ max: 7 }),
          dropLast: fc.boolean(),
        }),
        async ({ length, batchSize, count, prefetchFactor, firstBatch, dropLast }) => {
          const dataset = stream(length)
          const alone = new DataLoader(dataset, { batchSize, dropLast })
          const workers = new InProcessWorkers({ dataset, count, prefetchFactor })
          const shared = new DataLoader(dataset, { batchSize, dropLast, workers })
          for (const epoch of [0, 1]) {
            expect(await collect(shared.batches(epoch, firstBatch))).toEqual(
              await collect(alone.batches(epoch, firstBatch)),
            )
          }
        },
      ),
      { seed: 6 },
    )
  })

  test('of a source with shards come from the shards in turn, until each has ended', async () => {
    const dataset: IterableDataset<string> = {
      async *[Symbol.asyncIterator]() {},
      *shard(index, count) {
        expect(count).toBe(2)
        yield* index === 0 ? ['a', 'b', 'c'] : ['x', 'y', 'z', 'u', 'v', 'w', 't']
      },
    }
    const workers = new InProcessWorkers({ dataset, count: 2, prefetchFactor: 3 })
    const loader = new DataLoader(dataset, { batchSize: 2, workers })
    const whole = [['a', 'b'], ['x', 'y'], ['c'], ['z', 'u'], ['v', 'w'], ['t']]
    expect(await collect(loader)).toEqual(whole)
    for (let from = 1; from <= 7; from++) {
      expect(await collect(loader.batches(0, from))).toEqual(whole.slice(from))
    }
  })

  test('a sample that comes up again in an epoch is augmented anew, in workers as in one thread', async () => {
    const dataset = augmented(3)
    const sampler = new WeightedRandomSampler([1, 1, 1], 30)
    const workers = new InProcessWorkers({ dataset, count: 3 })
    const shared = await collect(new DataLoader(dataset, { batchSize: 4, sampler, workers }))
    expect(shared).toEqual(await collect(new DataLoader(dataset, { batchSize: 4, sampler })))
    const draws = shared.flatMap(({ draw }) => [...draw.data])
    expect(new Set(draws).size).toBe(30)
  })

  test('are not made further ahead than the workers are allowed', async () => {
    const dataset = augmented(100)
    const workers = new InProcessWorkers({ dataset, count: 2, prefetchFactor: 3 })
    const batches = new DataLoader(dataset, { workers }).batches(0)
    for (let used = 1; used <= 5; used++) {
      await batches.next()
      expect(workers.asked).toBe(6 + used)
    }
    await batches.return()
    expect(workers.asked).toBe(11)
  })

  test('leaving the loop closes the session, and the source with it', async () => {
    const closed: string[] = []
    const dataset: IterableDataset<number> = {
      *[Symbol.iterator]() {
        try {
          yield* [1, 2, 3, 4, 5, 6, 7, 8, 9]
        } finally {
          closed.push('source')
        }
      },
    }
    const workers = new InProcessWorkers({ dataset, count: 2, prefetchFactor: 1 })
    for await (const _ of new DataLoader(dataset, { workers })) break
    expect(workers.closed).toBe(1)
    expect(closed).toEqual(['source', 'source'])
  })

  test('an epoch without batches opens no session', async () => {
    const workers = new InProcessWorkers({ dataset: augmented(0), count: 2 })
    expect(await collect(new DataLoader(augmented(0), { shuffle: true, workers }))).toEqual([])
    expect(workers.opened).toBe(0)
  })
})

describe('an error in a worker', () => {
  const broken: Dataset<number> = {
    length: 9,
    get: (index) => {
      if (index === 4) throw new RangeError('disk on fire')
      return index
    },
  }
  const loader = (options: object): DataLoader<number> => new DataLoader(broken, { batchSize: 2, ...options })

  test("names the sample, and comes in its batch's turn", async () => {
    const workers = new InProcessWorkers({ dataset: broken, count: 2, prefetchFactor: 4 })
    const batches = loader({ workers })[Symbol.asyncIterator]()
    expect((await batches.next()).value).toEqual(hostTensor(Float32Array.of(0, 1)))
    expect((await batches.next()).value).toEqual(hostTensor(Float32Array.of(2, 3)))
    const error: unknown = await batches.next().catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(DataError)
    expect(error).toMatchObject({
      message: 'DataLoader: sample 4 cannot be loaded in a worker, got RangeError: disk on fire',
      cause: new RangeError('disk on fire'),
    })
    expect(workers.closed).toBe(1)
    expect(await batches.next()).toEqual({ done: true, value: undefined })
  })

  test('in collate names the samples of the batch', async () => {
    const collate = (): never => {
      throw new Error('no')
    }
    const dataset = { length: 12, get: (index: number) => index }
    const workers = new InProcessWorkers({ dataset, collate, count: 1 })
    await expect(collect(new DataLoader(dataset, { batchSize: 3, workers }))).rejects.toThrow(
      'DataLoader: the batch of samples 0, 1, 2 cannot be loaded in a worker, got Error: no',
    )
    await expect(collect(new DataLoader(dataset, { batchSize: 12, workers }))).rejects.toThrow(
      'the batch of samples 0, 1, 2, 3, 4, 5, 6, 7, … cannot',
    )
    const source = new InProcessWorkers({ dataset: stream(5), collate, count: 1 })
    await expect(collect(new DataLoader(stream(5), { batchSize: 3, workers: source }))).rejects.toThrow(
      'the batch of samples 0 to 2 of the source',
    )
  })

  test('in a source names the sample, whichever worker meets it', async () => {
    const dataset: IterableDataset<number> = {
      async *[Symbol.asyncIterator]() {
        yield* [0, 1, 2, 3, 4]
        throw new Error('socket closed')
      },
    }
    const workers = new InProcessWorkers({ dataset, count: 2 })
    const batches = new DataLoader(dataset, { batchSize: 2, workers })[Symbol.asyncIterator]()
    await batches.next()
    await batches.next()
    await expect(batches.next()).rejects.toThrow(
      'sample 5 of the source cannot be loaded in a worker, got Error: socket closed',
    )
  })

  test('in the order of samples comes in its turn, as without workers', async () => {
    const sampler = { length: 3, indices: () => [0, 1, 9] }
    for (const workers of [undefined, new InProcessWorkers({ dataset: broken, count: 2 })]) {
      const batches = new DataLoader(broken, { sampler, ...(workers && { workers }) })[Symbol.asyncIterator]()
      await batches.next()
      await batches.next()
      await expect(batches.next()).rejects.toThrow('DataLoader: no such sample among 9, got 9')
    }
  })

  test('that nobody waits for is no unhandled rejection', async () => {
    const workers = new InProcessWorkers({ dataset: broken, count: 2, prefetchFactor: 2 })
    for await (const _ of loader({ workers })) break
    // Vitest fails a run in which a rejection is left unhandled.
    await new Promise((resolve) => setTimeout(resolve))
  })

  test('a second epoch over a generator is refused in a worker, too', async () => {
    const dataset = [1, 2][Symbol.iterator]()
    const workers = new InProcessWorkers({ dataset, count: 1 })
    const source = new DataLoader<number>(dataset, { workers })
    await collect(source)
    await expect(collect(source)).rejects.toThrow(DataError)
  })

  test.each([
    ['a dataset of another length', { length: 8, get: (index: number) => index }, 'got one of 8 samples for one of 9'],
    ['an iterable', stream(9), 'got an iterable for one of 9 samples'],
  ])('workers that have %s are refused', async (_, dataset, message) => {
    const result = collect(loader({ workers: new InProcessWorkers({ dataset, count: 1 }) }))
    await expect(result).rejects.toThrow(MisconfigurationError)
    await expect(result).rejects.toThrow(message)
  })

  test('collate beside workers is refused', () => {
    const workers = new InProcessWorkers({ dataset: broken, count: 1 })
    expect(() => new DataLoader(broken, { workers, collate: (batch) => batch })).toThrow(MisconfigurationError)
  })
})

test('a batch made of the memory of samples is a copy of it: a thread gives its batches away', async () => {
  const sample = Float32Array.of(1, 2, 3)
  const own = Float32Array.of(4)
  const dataset = { length: 1, get: () => ({ part: sample.subarray(1) }) }
  const workers = new InProcessWorkers({
    dataset,
    count: 1,
    collate: (samples) => ({ view: (samples as [{ part: Float32Array }])[0].part, whole: sample, own }),
  })
  const [batch] = await collect(new DataLoader(dataset, { workers }))
  const { view, whole, own: kept } = batch as unknown as Record<string, Float32Array>
  expect([view, whole]).toEqual([Float32Array.of(2, 3), sample])
  expect([view!.buffer, whole!.buffer]).not.toContain(sample.buffer)
  expect(kept).toBe(own)
})
