import type { Batches } from '../data/batches.ts'
import { MisconfigurationError } from '../errors/errors.ts'

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

/**
 * Batches in order, each with the knowledge whether another one follows. What is null is skipped, and said.
 *
 * @param limit - the number behind the last batch that is taken; undefined: all
 * @param first - number of the first batch that `source` gives
 */
export async function* numbered(source: Batches<unknown>, limit?: number, first = 0): AsyncGenerator<NumberedBatch> {
  if (limit !== undefined && limit <= first) return
  let count = first
  let pending: { readonly batch: unknown; readonly batchIdx: number } | null = null
  for await (const batch of source) {
    const batchIdx = count++
    if (batch === null || batch === undefined) {
      console.warn(`batches: the loader gave ${batch} for batch ${batchIdx}; it is skipped`)
    } else {
      if (pending !== null) yield { ...pending, isLast: false }
      pending = { batch, batchIdx }
    }
    // One more would be loaded for nothing.
    if (count === limit) break
  }
  if (pending !== null) yield { ...pending, isLast: true }
}

/** How many batches an epoch of `source` has, where it says. */
function countBatches(source: Batches<unknown>): number | undefined {
  const { length } = source as { readonly length?: unknown }
  return typeof length === 'number' ? length : undefined
}

/** A limit as an option gives it: a number of batches, a share of them, or null for all. */
export interface BatchLimit {
  /** The option's name. */
  readonly option: string
  readonly limit: number | null
}

/**
 * How many batches `limit` lets through; undefined where that is all of them, and `source` does not say how many.
 *
 * @throws MisconfigurationError for a share of a loader that does not know its length, or of one so short that nothing is left
 */
export function limited(who: string, source: Batches<unknown>, { option, limit }: BatchLimit): number | undefined {
  const length = countBatches(source)
  if (limit === null) return length
  if (limit === 0 || limit >= 1) return Math.min(limit, length ?? limit)
  if (length === undefined) {
    throw new MisconfigurationError(
      `${who}: ${option} is a share of a loader that does not know its length, got ${limit}; give a number of batches`,
    )
  }
  const batches = Math.floor(length * limit)
  if (batches > 0 || length === 0) return batches
  throw new MisconfigurationError(
    `${who}: ${option} leaves no batch of ${length}, got ${limit}; give at least ${1 / length}`,
  )
}
