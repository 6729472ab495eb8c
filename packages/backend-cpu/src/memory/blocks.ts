/** Every block starts at a multiple of this: a cache line, and more than any vector load asks for. */
export const ALIGNMENT = 64

/** A range of free bytes. */
export interface Span {
  readonly start: number
  readonly bytes: number
}

/**
 * The bytes of the block that serves a request: the next size class.
 *
 * Up to 512 bytes each multiple of 64 is a class, beyond it there are eight to a doubling: at most an eighth is unused,
 * and a batch of almost the same size finds the block of the one before.
 */
export function blockBytes(bytes: number): number {
  const lines = Math.ceil(bytes / ALIGNMENT)
  if (lines <= 8) return lines * ALIGNMENT
  const step = 2 ** (28 - Math.clz32(lines - 1))
  return Math.ceil(lines / step) * step * ALIGNMENT
}

/** The same free bytes, by address, as few spans as possible. */
export function merged(spans: readonly Span[]): Span[] {
  const result: Span[] = []
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    const last = result.at(-1)
    if (last !== undefined && last.start + last.bytes === span.start) {
      result[result.length - 1] = { start: last.start, bytes: last.bytes + span.bytes }
    } else {
      result.push(span)
    }
  }
  return result
}
