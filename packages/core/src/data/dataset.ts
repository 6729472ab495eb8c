import { OutOfRangeError } from '../errors/errors.ts'
import type { Collated } from './collate.ts'

/**
 * Samples that can be asked for by index.
 *
 * A sample is whatever `collate` understands; for the default one: numbers, booleans, strings, typed arrays, host tensors,
 * and arrays and plain objects of these.
 */
export interface Dataset<Sample> {
  readonly length: number
  /** The sample at `index`, a whole number from 0 to `length` − 1. */
  get(index: number): Sample | Promise<Sample>
  /**
   * The collated batch of the samples at `indices`, in that order, without a detour over single samples. Optional: a
   * loader with the default collate prefers it to `get`.
   */
  gather?: ((indices: readonly number[]) => Collated<Sample>) | undefined
}

/**
 * Samples that come one after the other: anything that `for await` understands.
 *
 * Each epoch asks for a new iterator. When there is a numeric `length`, the loader knows its number of batches.
 */
export type IterableDataset<Sample> = AsyncIterable<Sample> | Iterable<Sample>

/** Whether `source` has the form of a map-style dataset. */
export function isDataset<Sample>(source: Dataset<Sample> | IterableDataset<Sample>): source is Dataset<Sample> {
  const { length, get } = source as Partial<Dataset<Sample>>
  return typeof length === 'number' && typeof get === 'function'
}

/** The samples of an array as a dataset. */
export function arrayDataset<Sample>(samples: readonly Sample[]): Dataset<Sample> {
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
