import '../support/typescript-threads.ts'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DataLoader, hostTensor, randomSplit, TensorDataset, TransformedDataset, transforms } from '@voltaic/core'
import { nodeWorkers, readCsv } from '@voltaic/core/node'
import { expect, test } from 'vitest'

const numbers = new TensorDataset({
  x: hostTensor(
    Float32Array.from({ length: 10 }, (_, i) => i),
    [10, 1],
  ),
})

async function seen(loader: DataLoader<unknown, { readonly x: { readonly data: ArrayLike<number> } }>) {
  const batches: number[][] = []
  for await (const { x } of loader) batches.push(Array.from(x.data))
  return batches
}

test('a loader makes batches in order, and in a seeded order of its own in each epoch', async () => {
  expect(await seen(new DataLoader(numbers, { batchSize: 4 }))).toEqual([
    [0, 1, 2, 3],
    [4, 5, 6, 7],
    [8, 9],
  ])
  const shuffled = () => new DataLoader(numbers, { batchSize: 5, shuffle: true, seed: 3 })
  const [one, other] = [shuffled(), shuffled()]
  const first = await seen(one)
  expect(first.flat().toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  expect(await seen(other)).toEqual(first)
  expect(await seen(one)).not.toEqual(first)
})

test('a split has every sample once', () => {
  const [train, val] = randomSplit(numbers, [0.8, 0.2])
  expect([train!.length, val!.length]).toEqual([8, 2])
})

test('a CSV file is read into columns', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'voltaic-'))
  try {
    const path = join(folder, 'points.csv')
    await writeFile(path, '1,2,0\n3,4,1\n')
    const { length } = await readCsv(path, { columns: { point: { from: 0, to: 2 }, label: { at: 2, dtype: 'int32' } } })
    expect(length).toBe(2)
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('a transform changes a part of each sample', async () => {
  const centred = new TransformedDataset(numbers, transforms.byKey({ x: transforms.normalize(4, 2) }))
  expect(await seen(new DataLoader(centred, { batchSize: 5 }))).toEqual([
    [-2, -1.5, -1, -0.5, 0],
    [0.5, 1, 1.5, 2, 2.5],
  ])
})

test('threads make the batches that one thread makes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'voltaic-'))
  try {
    const path = join(folder, 'numbers.mjs')
    await writeFile(path, 'export const dataset = { length: 10, get: (i) => ({ x: Float32Array.of(i) }) }')
    const workers = nodeWorkers(path, { count: 2 })
    const options = { batchSize: 4, shuffle: true }
    const expected = await seen(new DataLoader(numbers, options))
    expect(await seen(new DataLoader(numbers, { ...options, workers }))).toEqual(expected)
  } finally {
    await rm(folder, { recursive: true })
  }
})
