import { OutOfRangeError } from '../errors/errors.ts'
import { HostRandom } from '../util/host-random.ts'
import type { Collated } from './collate.ts'

/**
 * Samples that can be asked for by index.
 *
 * A sample is whatever `collate` understands; for the default one: numbers, booleans, strings, typed arrays, host tensors,
 * and arrays and plain objects of these.
 */
export interface Dataset<Sample> {
  readonly length: number
  /**
   * The sample at `index`, a whole number from 0 to `length` − 1.
   *
   * @param random - what a dataset that augments draws from. A loader's depends on its seed, the epoch, the index, and how
   * often the index came up before in that epoch, and on nothing else. A dataset made of others hands it on to them.
   */
  get(index: number, random?: HostRandom): Sample | Promise<Sample>
  /**
   * The collated batch of the samples at `indices`, in that order, without a detour over single samples. Optional: a
   * loader with the default collate prefers it to `get`. Its memory is the caller's.
   */
  gather?: ((indices: readonly number[]) => Collated<Sample>) | undefined
}

/**
 * Samples that come one after the other: anything that `for await` understands.
 *
 * Each epoch asks for a new iterator. When there is a numeric `length`, the loader knows its number of batches.
 *
 * In worker threads there is one in each. Without `shard` all of them read the whole stream, and each makes its share of the
 * batches: the same batches as without threads. With `shard`, worker `index` of `count` reads `shard(index, count)` alone and
 * makes batches of that; the workers give one batch each in turn, so that batches depend on `count`.
 */
export type IterableDataset<Sample> = (AsyncIterable<Sample> | Iterable<Sample>) & {
  shard?(index: number, count: number): AsyncIterable<Sample> | Iterable<Sample>
}

/** Whether `source` has the form of a map-style dataset. */
export function isDataset(source: unknown): source is Dataset<unknown> {
  if (typeof source !== 'object' || source === null) return false
  const { length, get } = source as Partial<Dataset<unknown>>
  return typeof length === 'number' && typeof get === 'function'
}

/** Whether `source` has the form of an iterable dataset. */
export function isIterable(source: unknown): source is IterableDataset<unknown> {
  return typeof source === 'object' && source !== null && (Symbol.asyncIterator in source || Symbol.iterator in source)
}

/**
 * Where the random numbers of sample `index` come from, the `repeat`-th time that it comes up in `epoch`.
 *
 * Without a loader: those of seed 0 and epoch 0.
 */
export function sampleRandom(index: number, { seed = 0, epoch = 0, repeat = 0 }: SampleDraw = {}): HostRandom {
  return new HostRandom(seed, 'sample', epoch).fork(index, repeat)
}

interface SampleDraw {
  readonly seed?: number
  readonly epoch?: number
  readonly repeat?: number
}

/** `source`, an array as a dataset of its elements. */
export function asSource<Sample>(source: Dataset<Sample> | IterableDataset<Sample>): typeof source {
  return Array.isArray(source) ? arrayDataset<Sample>(source) : source
}

function arrayDataset<Sample>(samples: readonly Sample[]): Dataset<Sample> {
  return {
    length: samples.length,
    get(index) {
      checkIndex('DataLoader', index, samples.length)
      return samples[index] as Sample
    },
  }
}

/** @throws OutOfRangeError when `index` is not a whole number from 0 to `length` − 1 */
export function checkIndex(who: string, index: number, length: number): void {
  if (Number.isInteger(index) && index >= 0 && index < length) return
  throw new OutOfRangeError(`${who}: no such sample among ${length}, got ${index}`)
}
