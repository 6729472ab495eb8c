import { describe, expect, expectTypeOf, test } from 'vitest'
import { ConcatDataset } from '../../src/data/concat-dataset.ts'
import { DataLoader } from '../../src/data/data-loader.ts'
import type { Dataset } from '../../src/data/dataset.ts'
import { Subset } from '../../src/data/subset.ts'
import { TensorDataset } from '../../src/data/tensor-dataset.ts'
import { type Transform, TransformedDataset } from '../../src/data/transformed-dataset.ts'
import { transforms } from '../../src/data/transforms/transforms.ts'
import { DataError, OutOfRangeError } from '../../src/errors/errors.ts'
import { type HostTensor, hostTensor } from '../../src/graph/host-tensor.ts'
import { HostRandom } from '../../src/util/host-random.ts'
import { collect } from './collect.ts'

const { byKey, compose, normalize, oneHot } = transforms

function indices(length: number): Dataset<number> {
  return { length, get: (index) => index }
}

/** A dataset whose samples are what is drawn for them. */
function draws(length: number): TransformedDataset<number> {
  return new TransformedDataset(indices(length), (_, random) => random.uint32())
}

const keep = <T>(batch: T): T => batch

describe('a TransformedDataset', () => {
  test('applies its transform when a sample is asked for', async () => {
    const dataset = new TransformedDataset(indices(3), (x) => `#${x}`)
    expectTypeOf(dataset).toEqualTypeOf<TransformedDataset<number, string>>()
    expect(dataset.length).toBe(3)
    expect(await dataset.get(2)).toBe('#2')
    expect(await collect(new DataLoader(dataset, { batchSize: 2 }))).toEqual([['#0', '#1'], ['#2']])
  })

  test('takes datasets and transforms that take their time', async () => {
    const slow: Dataset<number> = { length: 1, get: async () => 20 }
    expect(await new TransformedDataset(slow, async (x) => x + 1).get(0)).toBe(21)
  })

  test('of no samples has none', async () => {
    expect(await collect(new DataLoader(draws(0)))).toEqual([])
    await expect(draws(0).get(0)).rejects.toThrow(OutOfRangeError)
  })

  test('an error of the transform reaches the loop', async () => {
    const dataset = new TransformedDataset(indices(1), () => {
      throw new DataError('no face in it')
    })
    await expect(collect(new DataLoader<number>(dataset))).rejects.toThrow(DataError)
  })
})

describe('the random numbers of a sample', () => {
  const epoch = (seed: number, number: number, dataset: Dataset<number> = draws(8)): Promise<number[][]> =>
    collect(new DataLoader(dataset, { seed, batchSize: 3, collate: keep<number[]> }).batches(number))

  test('are a pure function of seed, epoch and index', async () => {
    expect(await epoch(1, 2)).toEqual(await epoch(1, 2))
    const all = [await epoch(1, 2), await epoch(1, 3), await epoch(2, 2)].flat(2)
    expect(new Set(all).size).toBe(24)
  })

  test('are the same whatever the order and the size of batches', async () => {
    const options = { seed: 5, collate: keep<number[]> }
    const [whole] = await collect(new DataLoader(draws(8), { ...options, batchSize: 8 }))
    const sampler = { length: 8, indices: () => [7, 6, 5, 4, 3, 2, 1, 0] }
    const backwards = await collect(new DataLoader(draws(8), { ...options, batchSize: 3, sampler }))
    expect(backwards.flat()).toEqual(whole!.toReversed())
  })

  test('are the same when an epoch is entered in its middle, with samples that come up again too', async () => {
    const sampler = { length: 6, indices: () => [0, 1, 0, 0, 1, 0] }
    const loader = new DataLoader(draws(2), { sampler, collate: ([draw]) => draw! })
    const whole = await collect(loader.batches(1))
    expect(new Set(whole).size).toBe(6)
    for (let from = 0; from <= 6; from++) expect(await collect(loader.batches(1, from))).toEqual(whole.slice(from))
  })

  test('without a loader are those of seed 0 and epoch 0', async () => {
    const dataset = draws(8)
    const alone = await Promise.all(Array.from({ length: 8 }, (_, index) => dataset.get(index)))
    expect(alone).toEqual((await epoch(0, 0)).flat())
    expect(alone[3]).toBe(new HostRandom(0, 'sample', 0).fork(3).uint32())
  })

  test('reach through subsets and concatenations, where each sample has its own', async () => {
    const dataset = new ConcatDataset([new Subset(draws(2), [1, 1, 1]), draws(4)])
    const samples = (await epoch(3, 0, dataset)).flat()
    expect(new Set(samples).size).toBe(7)
    expect(await epoch(3, 0, dataset)).toEqual(await epoch(3, 0, dataset))
  })

  test('of a transform within a transform are others', async () => {
    const twice = new TransformedDataset(draws(4), (inner, random) => [inner, random.uint32()])
    const all = await Promise.all([0, 1, 2, 3].map((index) => twice.get(index)))
    expect(new Set(all.flat()).size).toBe(8)
  })
})

describe('compose', () => {
  test('passes on what each transform returns, and one stream of random numbers', async () => {
    const draw: Transform<number[]> = (drawn, random) => [...drawn, random.uint32()]
    const { uint32 } = { uint32: new HostRandom(0, 'test') }
    const expected = [uint32.uint32(), uint32.uint32(), uint32.uint32()]
    const all = compose(draw, async (drawn, random) => draw(drawn, random), draw)
    expect(await all([], new HostRandom(0, 'test'))).toEqual(expected)
  })

  test('knows the types on the way', async () => {
    const transform = compose(
      (x: number) => `${x}`,
      (text) => text.length,
      (length) => ({ length }),
    )
    expectTypeOf(transform).toEqualTypeOf<Transform<number, { length: number }>>()
    expect(await transform(123, new HostRandom(0, ''))).toEqual({ length: 3 })
  })

  test('of nothing changes nothing', async () => {
    expect(await compose<number>()(5, new HostRandom(0, ''))).toBe(5)
  })
})

describe('byKey', () => {
  const digits = new TensorDataset({
    image: hostTensor(Float32Array.of(1, 3, 5, 7), [2, 1, 1, 2]),
    label: Int32Array.of(1, 0),
    weight: Float32Array.of(0.5, 0.25),
  })

  test('transforms some keys of a sample and keeps the others', async () => {
    const dataset = new TransformedDataset(digits, byKey({ image: normalize(1, 2), label: oneHot(2) }))
    const [batch] = await collect(new DataLoader(dataset, { batchSize: 2 }))
    expectTypeOf(batch!).toEqualTypeOf<{ image: HostTensor; label: HostTensor; weight: HostTensor }>()
    expect(batch).toEqual({
      image: hostTensor(Float32Array.of(0, 1, 2, 3), [2, 1, 1, 2]),
      label: hostTensor(Float32Array.of(0, 1, 1, 0), [2, 2]),
      weight: hostTensor(Float32Array.of(0.5, 0.25)),
    })
  })

  test('draws in the order of its keys, however long each takes', async () => {
    const draw: Transform<number> = (_, random) => random.uint32()
    const slow: Transform<number> = async (x, random) => {
      await new Promise((resolve) => setTimeout(resolve))
      return draw(x, random)
    }
    const quick = await byKey({ a: draw, b: draw })({ a: 0, b: 0 }, new HostRandom(0, ''))
    expect(await byKey({ a: slow, b: draw })({ a: 0, b: 0 }, new HostRandom(0, ''))).toEqual(quick)
    expect(quick.a).not.toBe(quick.b)
  })

  test('a key that a sample lacks is an error', async () => {
    const transform = byKey({ picture: (x: number) => x }) as Transform<object>
    await expect(transform({ image: 1, label: 2 }, new HostRandom(0, ''))).rejects.toThrow(
      'transforms.byKey: a sample has no picture, got image, label',
    )
  })
})
