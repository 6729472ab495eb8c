import { defaultCollate } from './collate.ts'
import { checkIndex, type Dataset, sampleRandom } from './dataset.ts'
import type { BatchOrder } from './sampler.ts'

/** Makes one batch of the samples that belong to it. */
export type Collate<Sample, Batch> = (samples: Sample[]) => Batch | PromiseLike<Batch>

/** Which samples make a batch, and all that their random numbers depend on. It is plain data: a thread can be sent it. */
export interface BatchDraw {
  readonly seed: number
  readonly epoch: number
  readonly indices: readonly number[]
  /** How often each index came up before in the epoch: it is augmented differently each time. */
  readonly repeats: readonly number[]
}

/** Makes the batch of a draw. */
export type LoadBatch<Batch> = (draw: BatchDraw) => Batch | PromiseLike<Batch>

export function batchLoader<Sample, Batch>(
  dataset: Dataset<Sample>,
  collate: Collate<Sample, Batch> | undefined,
): LoadBatch<Batch> {
  if (collate === undefined && dataset.gather !== undefined) {
    return ({ indices }) => dataset.gather!(indices) as Batch
  }
  const join = collate ?? (defaultCollate as unknown as Collate<Sample, Batch>)
  return async ({ indices, repeats, seed, epoch }) => {
    const samples = indices.map(async (index, i) =>
      dataset.get(index, sampleRandom(index, { seed, epoch, repeat: repeats[i]! })),
    )
    return join(await Promise.all(samples))
  }
}

/**
 * The draws of `epoch` from batch `firstBatch` on.
 *
 * @throws OutOfRangeError when `order` has an index that is none of the dataset
 */
export function* batchDraws(
  order: BatchOrder,
  { length, seed, epoch, firstBatch }: DrawsOfEpoch,
): Generator<BatchDraw, void, undefined> {
  const seen = new Uint32Array(length)
  let batchIdx = 0
  for (const indices of order.batches(epoch)) {
    for (const index of indices) checkIndex('DataLoader', index, length)
    const repeats = indices.map((index) => seen[index]!++)
    if (batchIdx++ >= firstBatch) yield { seed, epoch, indices, repeats }
  }
}

interface DrawsOfEpoch {
  /** Samples in the dataset. */
  readonly length: number
  readonly seed: number
  readonly epoch: number
  readonly firstBatch: number
}
