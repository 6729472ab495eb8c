import { DataError } from '../errors/errors.ts'
import { defaultCollate } from './collate.ts'
import type { Dataset, IterableDataset } from './dataset.ts'
import { batchDraws, batchLoader, type Collate } from './load-batch.ts'
import type { BatchOrder } from './sampler.ts'

/** The batches of `epoch`, without the first `firstBatch` of them; each call is a stream of its own. */
export type BatchStream<Batch> = (epoch: number, firstBatch: number) => AsyncGenerator<Batch, void, undefined>

/** Batches of samples fetched by index, in the order of `order`. */
export function mapStyleBatches<Sample, Batch>(
  dataset: Dataset<Sample>,
  order: BatchOrder,
  { seed, collate }: { readonly seed: number; readonly collate?: Collate<Sample, Batch> | undefined },
): BatchStream<Batch> {
  const load = batchLoader(dataset, collate)
  return async function* (epoch, firstBatch) {
    for (const draw of batchDraws(order, { length: dataset.length, seed, epoch, firstBatch })) yield load(draw)
  }
}

/** How the samples of a stream are grouped. */
export interface Grouping {
  readonly batchSize: number
  readonly dropLast: boolean
}

/** Batches of samples in the order in which `source` gives them. */
export function iterableBatches<Sample, Batch>(
  source: IterableDataset<Sample>,
  grouping: Grouping,
  collate: Collate<Sample, Batch> = defaultCollate as unknown as Collate<Sample, Batch>,
): BatchStream<Batch> {
  const restart = restartable(source)
  return async function* (_, firstBatch) {
    let batchIdx = 0
    for await (const samples of groupsOf(restart(), grouping)) {
      if (batchIdx++ >= firstBatch) yield collate(samples)
    }
  }
}

/** The samples of `source` in groups of `batchSize`; an incomplete last one is kept unless `dropLast`. */
export async function* groupsOf<Sample>(
  source: AsyncIterable<Sample> | Iterable<Sample>,
  { batchSize, dropLast }: Grouping,
): AsyncGenerator<Sample[], void, undefined> {
  let samples: Sample[] = []
  for await (const sample of source) {
    samples.push(sample)
    if (samples.length < batchSize) continue
    yield samples
    samples = []
  }
  if (samples.length > 0 && !dropLast) yield samples
}

/** Refuses the second pass over what can be read once: it would be an epoch without batches, and nobody would notice. */
export function restartable<Sample>(
  source: AsyncIterable<Sample> | Iterable<Sample>,
): () => AsyncIterable<Sample> | Iterable<Sample> {
  let used = false
  return () => {
    if (used && iteratesOnce(source)) {
      throw new DataError(
        'DataLoader: a second epoch over a source that can be read once, got a generator or a stream; ' +
          'pass an object whose [Symbol.asyncIterator]() starts anew',
      )
    }
    used = true
    return source
  }
}

function iteratesOnce(source: AsyncIterable<unknown> | Iterable<unknown>): boolean {
  if (source instanceof ReadableStream) return true
  if (Symbol.asyncIterator in source) return isOwnIterator(source, source[Symbol.asyncIterator])
  return isOwnIterator(source, source[Symbol.iterator])
}

function isOwnIterator(source: object, iterate: () => unknown): boolean {
  return 'next' in source && iterate.call(source) === source
}
