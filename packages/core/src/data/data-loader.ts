import { MisconfigurationError, OutOfRangeError } from '../errors/errors.ts'
import { checkEpoch, checkSeed } from '../util/host-random.ts'
import { BatchSampler, checkBatchSize, countBatches } from './batch-sampler.ts'
import { type BatchStream, iterableBatches, mapStyleBatches } from './batch-stream.ts'
import type { Collated } from './collate.ts'
import { asSource, type Dataset, type IterableDataset, isDataset, isIterable } from './dataset.ts'
import type { Collate } from './load-batch.ts'
import type { LoaderWorkers } from './loader-workers.ts'
import { type BatchOrder, RandomSampler, type Sampler, SequentialSampler } from './sampler.ts'
import { iterableWorkerBatches, mapStyleWorkerBatches } from './worker-batches.ts'

/** How a `DataLoader` orders, groups and joins samples. */
export interface DataLoaderOptions<Sample, Batch> {
  /** Samples in a batch; default 1. The last batch of an epoch may be smaller. */
  readonly batchSize?: number
  /** A new random order in each epoch; default false. */
  readonly shuffle?: boolean
  /** Seed of the shuffle and of random transforms, a whole number from 0 to 2⁵³ − 1; default 0. */
  readonly seed?: number
  /** Leave out a last batch that is incomplete; default false. */
  readonly dropLast?: boolean
  /** Makes a batch of samples; default `defaultCollate`. */
  readonly collate?: Collate<Sample, Batch>
  /** The order of samples; excludes `shuffle`. */
  readonly sampler?: Sampler
  /** The order of whole batches; excludes `batchSize`, `shuffle`, `dropLast` and `sampler`. */
  readonly batchSampler?: BatchOrder
  /**
   * Threads that make the batches, from a dataset and a collate function of their own; excludes `collate`. Order and contents
   * are those of one thread.
   */
  readonly workers?: LoaderWorkers
}

/**
 * Batches of a dataset, as host arrays; `for await` over it is one epoch.
 *
 * The order of epoch e, and what random transforms do to a sample in it, are pure functions of the seed and e. Each iteration is independent of all others, and takes the
 * next epoch: 0, 1, 2, …, or from where `setEpoch` says.
 *
 * Samples come from a map-style `Dataset`, an array, or anything that `for await` understands (then in its own order:
 * `shuffle`, `sampler` and `batchSampler` are refused).
 */
export class DataLoader<Sample, Batch = Collated<Sample>> implements AsyncIterable<Batch> {
  /** Samples in a full batch; undefined with a `batchSampler`. */
  readonly batchSize: number | undefined
  /** Batches in an epoch; undefined when the source does not know its length. */
  readonly length: number | undefined
  /** Null where nothing is shuffled. */
  readonly #unshuffled: (() => DataLoader<Sample, Batch>) | null
  readonly #batches: BatchStream<Batch>
  #epoch = 0

  /**
   * @throws MisconfigurationError when options contradict each other or the source
   * @throws OutOfRangeError when `batchSize` is not a whole number ≥ 1, or `seed` out of range
   */
  constructor(source: Dataset<Sample> | IterableDataset<Sample>, options: DataLoaderOptions<Sample, Batch> = {}) {
    const { batchSize = 1, dropLast = false, seed = 0, batchSampler, collate, workers } = options
    const { shuffle = false, sampler, ...others } = options
    const isShuffled = shuffle || sampler instanceof RandomSampler
    this.#unshuffled = isShuffled ? () => new DataLoader(source, others) : null
    const dataset = asSource(source)
    checkSource(dataset)
    checkOptions(options, isDataset(dataset))
    checkBatchSize('DataLoader', batchSize)
    checkSeed('DataLoader', seed)
    this.batchSize = batchSampler === undefined ? batchSize : undefined
    if (isDataset(dataset)) {
      const order = batchSampler ?? new BatchSampler(samplerOf(dataset, options), { batchSize, dropLast })
      this.length = order.length
      this.#batches =
        workers === undefined
          ? mapStyleBatches(dataset, order, { seed, collate })
          : mapStyleWorkerBatches(dataset, order, { seed, workers })
    } else {
      const samples = lengthOf(dataset)
      this.length = samples === undefined ? undefined : countBatches(samples, batchSize, dropLast)
      const grouping = { batchSize, dropLast }
      this.#batches =
        workers === undefined ? iterableBatches(dataset, grouping, collate) : iterableWorkerBatches(grouping, workers)
    }
  }

  /**
   * The same without shuffling: the first batches are the same in every epoch. Only `shuffle` and a `RandomSampler` are
   * undone; another order of the user's stays.
   */
  unshuffled(): DataLoader<Sample, Batch> {
    return this.#unshuffled?.() ?? this
  }

  /** The epoch which the next iteration takes. */
  get epoch(): number {
    return this.#epoch
  }

  /**
   * Makes the next iteration take `epoch`; iterations under way are left alone.
   *
   * @throws OutOfRangeError when `epoch` is not a whole number from 0 to 2³² − 1
   */
  setEpoch(epoch: number): void {
    checkEpoch('DataLoader', epoch)
    this.#epoch = epoch
  }

  /** Starts an iteration over the current epoch, and moves `epoch` on. */
  [Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined> {
    return this.batches(this.#epoch++)
  }

  /**
   * The batches of `epoch` from `firstBatch` on, whatever was iterated before: how a run is resumed in mid-epoch. Samples
   * of a map-style dataset that come earlier are not touched; those of an iterable one are read and dropped.
   *
   * @throws OutOfRangeError when `epoch` is not a whole number from 0 to 2³² − 1, or `firstBatch` not a whole number ≥ 0
   */
  batches(epoch: number, firstBatch = 0): AsyncGenerator<Batch, void, undefined> {
    checkEpoch('DataLoader', epoch)
    if (!(Number.isSafeInteger(firstBatch) && firstBatch >= 0)) {
      throw new OutOfRangeError(`DataLoader: firstBatch is a whole number ≥ 0, got ${firstBatch}`)
    }
    return this.#batches(epoch, firstBatch)
  }
}

function samplerOf<Sample, Batch>(
  dataset: Dataset<Sample>,
  { shuffle = false, seed = 0, sampler }: DataLoaderOptions<Sample, Batch>,
): Sampler {
  if (sampler !== undefined) return sampler
  return shuffle ? new RandomSampler(dataset, { seed }) : new SequentialSampler(dataset)
}

function lengthOf(source: IterableDataset<unknown>): number | undefined {
  const { length } = source as { readonly length?: unknown }
  return typeof length === 'number' ? length : undefined
}

function checkSource(source: unknown): void {
  if (isDataset(source) || isIterable(source)) return
  throw new MisconfigurationError(
    `DataLoader: samples come from an array, a Dataset or an iterable, got ${describe(source)}; ` +
      'a Dataset has a length and get(index)',
  )
}

function describe(source: unknown): string {
  return typeof source === 'object' && source !== null
    ? `an object with ${Object.keys(source).join(', ') || 'nothing'}`
    : String(source)
}

function checkOptions<Sample, Batch>(options: DataLoaderOptions<Sample, Batch>, indexed: boolean): void {
  const { batchSize, shuffle, dropLast, sampler, batchSampler, collate, workers } = options
  if (workers !== undefined && collate !== undefined) {
    throw new MisconfigurationError(
      'DataLoader: functions do not cross threads, got collate and workers; export collate from the module of the workers',
    )
  }
  if (!indexed && (shuffle || sampler !== undefined || batchSampler !== undefined)) {
    throw new MisconfigurationError(
      'DataLoader: shuffle, sampler and batchSampler need samples with an index, got an iterable; ' +
        'order the samples in the source, or pass a Dataset or an array',
    )
  }
  if (sampler !== undefined && shuffle) {
    throw new MisconfigurationError('DataLoader: two orders, got sampler and shuffle; pass one of them')
  }
  if (batchSampler !== undefined && (batchSize !== undefined || shuffle || dropLast || sampler !== undefined)) {
    throw new MisconfigurationError(
      'DataLoader: batchSampler makes the batches alone, got it with batchSize, shuffle, dropLast or sampler; leave those out',
    )
  }
}
