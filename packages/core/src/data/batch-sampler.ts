import { OutOfRangeError } from '../errors/errors.ts'
import type { BatchOrder, Sampler } from './sampler.ts'

/** How a `BatchSampler` cuts. */
export interface BatchSamplerOptions {
  /** Samples in a batch. */
  readonly batchSize: number
  /** Leave out a last batch that is incomplete; default false. */
  readonly dropLast?: boolean
}

/** The indices of a sampler, cut into batches. */
export class BatchSampler implements BatchOrder {
  readonly sampler: Sampler
  readonly batchSize: number
  readonly dropLast: boolean

  /** @throws OutOfRangeError when `batchSize` is not a whole number ≥ 1 */
  constructor(sampler: Sampler, { batchSize, dropLast = false }: BatchSamplerOptions) {
    checkBatchSize('BatchSampler', batchSize)
    this.sampler = sampler
    this.batchSize = batchSize
    this.dropLast = dropLast
  }

  get length(): number {
    return countBatches(this.sampler.length, this.batchSize, this.dropLast)
  }

  *batches(epoch: number): Iterable<readonly number[]> {
    let batch: number[] = []
    for (const index of this.sampler.indices(epoch)) {
      batch.push(index)
      if (batch.length < this.batchSize) continue
      yield batch
      batch = []
    }
    if (batch.length > 0 && !this.dropLast) yield batch
  }
}

/** How many batches `samples` samples make. */
export function countBatches(samples: number, batchSize: number, dropLast: boolean): number {
  return dropLast ? Math.floor(samples / batchSize) : Math.ceil(samples / batchSize)
}

/** @throws OutOfRangeError when `batchSize` is not a whole number ≥ 1 */
export function checkBatchSize(who: string, batchSize: number): void {
  if (Number.isSafeInteger(batchSize) && batchSize >= 1) return
  throw new OutOfRangeError(`${who}: batchSize is a whole number ≥ 1, got ${batchSize}`)
}
