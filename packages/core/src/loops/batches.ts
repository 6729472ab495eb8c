import { MisconfigurationError } from '../errors/errors.ts'

/** Where batches come from: anything that can be iterated once an epoch, a DataLoader say. */
export type Batches<Batch> = Iterable<Batch> | AsyncIterable<Batch>

/** A batch, its number, and whether it is the last. */
export interface NumberedBatch {
  readonly batch: unknown
  readonly batchIdx: number
  readonly isLast: boolean
}

/** @throws MisconfigurationError when `source` is nothing that can be iterated */
export function checkBatches(who: string, source: unknown): void {
  const isIterable =
    typeof source === 'object' && source !== null && (Symbol.iterator in source || Symbol.asyncIterator in source)
  if (isIterable) return
  const got = source === null ? 'null' : typeof source
  throw new MisconfigurationError(`${who}: batches come from what can be iterated, got ${got}; pass a DataLoader, say`)
}

/** Batches in order, each with the knowledge whether another one follows. What is null is skipped, and said. */
export async function* numbered(source: Batches<unknown>): AsyncGenerator<NumberedBatch> {
  let count = 0
  let pending: { readonly batch: unknown; readonly batchIdx: number } | null = null
  for await (const batch of source) {
    const batchIdx = count++
    if (batch === null || batch === undefined) {
      console.warn(`batches: the loader gave ${batch} for batch ${batchIdx}; it is skipped`)
      continue
    }
    if (pending !== null) yield { ...pending, isLast: false }
    pending = { batch, batchIdx }
  }
  if (pending !== null) yield { ...pending, isLast: true }
}

/** How many batches an epoch of `source` has, where it says. */
export function countBatches(source: Batches<unknown>): number | undefined {
  const { length } = source as { readonly length?: unknown }
  return typeof length === 'number' ? length : undefined
}
