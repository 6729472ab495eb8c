import { describe, expect, test } from 'vitest'
import { ConcatDataset } from '../../src/data/concat-dataset.ts'
import { DataLoader } from '../../src/data/data-loader.ts'
import type { Dataset } from '../../src/data/dataset.ts'
import { TensorDataset } from '../../src/data/tensor-dataset.ts'
import { MisconfigurationError, OutOfRangeError } from '../../src/errors/errors.ts'
import { hostTensor } from '../../src/graph/host-tensor.ts'
import { collect } from './collect.ts'

function samples(...all: string[]): Dataset<string> {
  return { length: all.length, get: (index) => all[index]! }
}

describe('a ConcatDataset', () => {
  const dataset = new ConcatDataset([samples('a', 'b'), samples(), samples('c'), samples('d', 'e')])

  test('has the samples of one dataset after those of the other, empty ones between them too', async () => {
    expect(dataset.length).toBe(5)
    expect(dataset.cumulativeSizes).toEqual([2, 2, 3, 5])
    expect(await collect(new DataLoader(dataset, { batchSize: 3 }))).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e'],
    ])
  })

  test('batches rows of several TensorDatasets', async () => {
    const columns = [Int32Array.of(1, 2), Int32Array.of(3)].map((x) => new TensorDataset({ x }))
    const [batch] = await collect(new DataLoader(new ConcatDataset(columns), { batchSize: 3 }))
    expect(batch).toEqual({ x: hostTensor(Int32Array.of(1, 2, 3)) })
  })

  test('of empty datasets is empty', async () => {
    const empty = new ConcatDataset([samples(), samples()])
    expect(empty.length).toBe(0)
    expect(await collect(new DataLoader(empty, { batchSize: 2, shuffle: true }))).toEqual([])
  })

  test('of no datasets is refused', () => {
    expect(() => new ConcatDataset([])).toThrow(MisconfigurationError)
  })

  test.each([5, -1, 0.5, Number.NaN])('refuses the index %s', (index) => {
    expect(() => dataset.get(index)).toThrow(OutOfRangeError)
  })
})
