/** How often values fall where. */
export interface Histogram {
  readonly min: number
  readonly max: number
  readonly count: number
  readonly sum: number
  readonly sumOfSquares: number
  /** The right end of each bin. */
  readonly limits: readonly number[]
  /** How many values each bin has. */
  readonly counts: readonly number[]
}

/**
 * The histogram of `values` in bins of one width between the least and the largest. NaN and ±Infinity are left out; of no value
 * at all it has no bin.
 *
 * @param bins - their number, ≥ 1
 */
export function histogramOf(values: Iterable<number>, bins: number): Histogram {
  const finite = Array.from(values).filter((x) => Number.isFinite(x))
  if (finite.length === 0) return { min: 0, max: 0, count: 0, sum: 0, sumOfSquares: 0, limits: [], counts: [] }
  let [min, max, sum, sumOfSquares] = [finite[0]!, finite[0]!, 0, 0]
  for (const x of finite) {
    min = Math.min(min, x)
    max = Math.max(max, x)
    sum += x
    sumOfSquares += x * x
  }
  const common = { min, max, count: finite.length, sum, sumOfSquares }
  if (min === max) return { ...common, limits: [max], counts: [finite.length] }
  const counts = new Array<number>(bins).fill(0)
  for (const x of finite) {
    const bin = Math.floor(((x - min) / (max - min)) * bins)
    // The largest value belongs to the last bin.
    counts[Math.min(bin, bins - 1)]!++
  }
  const limits = counts.map((_, i) => (i === bins - 1 ? max : min + ((max - min) * (i + 1)) / bins))
  return { ...common, limits, counts }
}
