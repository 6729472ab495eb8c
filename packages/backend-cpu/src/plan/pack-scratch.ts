/** Bytes that are in use from one moment to another. */
export interface Span {
  readonly bytes: number
  readonly first: number
  readonly last: number
}

const ALIGNMENT = 64

/** Offsets at which no two spans overlap in both time and place: the largest first, each as low as it fits. */
export function packScratch(spans: readonly Span[]): { offsets: number[]; bytes: number } {
  const offsets = new Array<number>(spans.length).fill(0)
  const placed: number[] = []
  let total = 0
  const bySize = [...spans.keys()].sort((a, b) => spans[b]!.bytes - spans[a]!.bytes || a - b)
  for (const i of bySize) {
    const { first, last } = spans[i]!
    const size = Math.ceil(spans[i]!.bytes / ALIGNMENT) * ALIGNMENT
    let offset = 0
    const rivals = placed
      .filter((j) => spans[j]!.first <= last && first <= spans[j]!.last)
      .sort((a, b) => offsets[a]! - offsets[b]!)
    for (const j of rivals) {
      if (offsets[j]! >= offset + size) break
      offset = Math.max(offset, offsets[j]! + Math.ceil(spans[j]!.bytes / ALIGNMENT) * ALIGNMENT)
    }
    offsets[i] = offset
    placed.push(i)
    total = Math.max(total, offset + size)
  }
  return { offsets, bytes: total }
}
