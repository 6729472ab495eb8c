import { describe, expect, test } from 'vitest'
import { BatchSampler } from '../../src/data/batch-sampler.ts'
import { DataLoader } from '../../src/data/data-loader.ts'
import { RandomSampler, SequentialSampler } from '../../src/data/sampler.ts'
import { OutOfRangeError } from '../../src/errors/errors.ts'
import { collect } from './collect.ts'

describe('a BatchSampler', () => {
  test.each([
    [7, { batchSize: 3 }, [[0, 1, 2], [3, 4, 5], [6]]],
    [
      7,
      { batchSize: 3, dropLast: true },
      [
        [0, 1, 2],
        [3, 4, 5],
      ],
    ],
    [
      6,
      { batchSize: 3, dropLast: true },
      [
        [0, 1, 2],
        [3, 4, 5],
      ],
    ],
    [2, { batchSize: 3 }, [[0, 1]]],
    [2, { batchSize: 3, dropLast: true }, []],
    [0, { batchSize: 3 }, []],
  ])('cuts %i indices by %j', (length, options, expected) => {
    const sampler = new BatchSampler(new SequentialSampler({ length }), options)
    expect([...sampler.batches(0)]).toEqual(expected)
    expect(sampler.length).toBe(expected.length)
  })

  test('makes the batches of a loader, those that batchSize and shuffle make', async () => {
    const samples = [10, 11, 12, 13, 14]
    const batchSampler = new BatchSampler(new RandomSampler(samples, { seed: 3 }), { batchSize: 2 })
    const expected = await collect(new DataLoader(samples, { batchSize: 2, shuffle: true, seed: 3 }))
    expect(await collect(new DataLoader(samples, { batchSampler }))).toEqual(expected)
  })

  test.each([0, -1, 1.5, Number.NaN])('refuses the batch size %s', (batchSize) => {
    expect(() => new BatchSampler(new SequentialSampler({ length: 1 }), { batchSize })).toThrow(OutOfRangeError)
  })
})
