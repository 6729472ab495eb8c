import { DataError } from '../errors/errors.ts'
import { defaultCollate } from './collate.ts'
import type { Dataset, IterableDataset } from './dataset.ts'
import type { BatchSampler } from './sampler.ts'

/** Makes one batch of the samples that belong to it. */
export type Collate<Sample, Batch> = (samples: Sample[]) => Batch | PromiseLike<Batch>

/** The batches of `epoch`, without the first `firstBatch` of them; each call is a stream of its own. */
export type BatchStream<Batch> = (epoch: number, firstBatch: number) => AsyncGenerator<Batch, void, undefined>

/** Batches of samples fetched by index, in the order of `order`. */
export function mapStyleBatches<Sample, Batch>(
  dataset: Dataset<Sample>,
  order: BatchSampler,
  collate: Collate<Sample, Batch> | undefined,
): BatchStream<Batch> {
  const load = loadOf(dataset, collate)
  return async function* (epoch, firstBatch) {
    let batchIdx = 0
    for (const indices of order.batches(epoch)) {
      if (batchIdx++ >= firstBatch) yield load(indices)
    }
  }
}

function loadOf<Sample, Batch>(
  dataset: Dataset<Sample>,
  collate: Collate<Sample, Batch> | undefined,
): (indices: readonly number[]) => Batch | PromiseLike<Batch> {
  if (collate === undefined && dataset.gather !== undefined) {
    return (indices) => dataset.gather!(indices) as Batch
  }
  const join = collate ?? (defaultCollate as unknown as Collate<Sample, Batch>)
  return async (indices) => join(await Promise.all(indices.map(async (index) => dataset.get(index))))
}

/** Batches of samples in the order in which `source` gives them. */
export function iterableBatches<Sample, Batch>(
  source: IterableDataset<Sample>,
  batchSize: number,
  dropLast: boolean,
  collate: Collate<Sample, Batch> = defaultCollate as unknown as Collate<Sample, Batch>,
): BatchStream<Batch> {
  const restart = restartable(source)
  return async function* (_, firstBatch) {
    let batchIdx = 0
    let samples: Sample[] = []
    for await (const sample of restart()) {
      samples.push(sample)
      if (samples.length < batchSize) continue
      if (batchIdx++ >= firstBatch) yield collate(samples)
      samples = []
    }
    if (samples.length > 0 && !dropLast && batchIdx >= firstBatch) yield collate(samples)
  }
}

/** Refuses the second pass over a generator: it would be an epoch without batches, and nobody would notice. */
function restartable<Sample>(source: IterableDataset<Sample>): () => IterableDataset<Sample> {
  let used = false
  return () => {
    if (used && iteratesOnce(source)) {
      throw new DataError(
        'DataLoader: a second epoch over a source that can be read once, got a generator; ' +
          'pass an object whose [Symbol.asyncIterator]() starts anew',
      )
    }
    used = true
    return source
  }
}

function iteratesOnce(source: IterableDataset<unknown>): boolean {
  if (Symbol.asyncIterator in source) return isOwnIterator(source, source[Symbol.asyncIterator])
  return isOwnIterator(source, source[Symbol.iterator])
}

function isOwnIterator(source: object, iterate: () => unknown): boolean {
  return 'next' in source && iterate.call(source) === source
}
