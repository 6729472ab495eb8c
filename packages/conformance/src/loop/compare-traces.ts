import type { ExpectedTrace, Trace } from './trace.ts'

/** How far numbers may be apart, relative to the larger of 1 and the expected number. */
export interface Tolerance {
  /** Of losses, parameters, gradients and learning rates. */
  readonly numbers: number
  /** Of metrics, which are gathered in float32. */
  readonly metrics: number
  /**
   * Runs from starts that are a rounding away. Where they part from the trace, so may the expected one: what a search
   * magnifies is bounded by what it makes of one rounding, times 4.
   */
  readonly nearby?: readonly Trace[]
}

/** Tolerance of two runs in float64 that differ in rounding alone. */
export const float64Tolerance: Tolerance = { numbers: 1e-12, metrics: 1e-6 }

/** Tolerance of a run in float32 and one in float64: 64 units of roundoff. A run has some hundred operations in a row. */
export const float32Tolerance: Tolerance = { numbers: 2 ** -18, metrics: 2 ** -18 }

/** Where two traces differ: `steps[3].params[0][2]`. */
export interface Difference {
  readonly where: string
  readonly expected: unknown
  readonly got: unknown
}

/**
 * Where a trace is not as expected: events in order with the numbers in them, every step, the end, warnings and error. What
 * the expected trace leaves open is not compared; where events part, those after the first are not either.
 */
export function compareTraces(
  expected: ExpectedTrace,
  got: Trace,
  tolerance: Tolerance = float64Tolerance,
): Difference[] {
  const there = leavesOf(got)
  const nearby = (tolerance.nearby ?? []).map((trace) => leavesOf(trace))
  const differences: Difference[] = []
  let eventsPart = false
  for (const [where, leaf] of leavesOf(expected)) {
    const isEvent = where.startsWith('events[')
    if (isEvent && eventsPart) continue
    if (expected.goesOn && /^(events|steps)\.length$/.test(where)) continue
    const other = there.get(where)
    const apart = Math.max(0, ...nearby.map((leaves) => distance(leaves.get(where), other)))
    if (isAlike(leaf, other, { tolerance, apart })) continue
    eventsPart ||= isEvent && leaf.kind === 'text'
    differences.push({ where, expected: leaf.value, got: other?.value })
  }
  const parts = differences.some(({ where }) => where.startsWith('events'))
  return parts && got.message !== undefined
    ? [...differences, { where: 'message', expected: undefined, got: got.message }]
    : differences
}

/** Differences as lines of text, at most `limit` of them. */
export function describeDifferences(differences: readonly Difference[], limit = 20): string {
  const lines = differences
    .slice(0, limit)
    .map(({ where, expected, got }) => `${where}: ${JSON.stringify(got)} is not ${JSON.stringify(expected)}`)
  return [...lines, ...(differences.length > limit ? [`… and ${differences.length - limit} more`] : [])].join('\n')
}

interface Leaf {
  readonly value: unknown
  readonly kind: 'text' | 'number' | 'metric'
}

/** A number in an event; not the digit of a name. */
const number = /(?<![\w.])(?:-?\d+(?:\.\d+)?(?:e[-+]?\d+)?|NaN|-?Infinity|\?)(?!\w)/gi

/** Everything that can be compared, by its place, in the order of the trace. */
function leavesOf({
  events,
  goesOn: _,
  message: __,
  ...rest
}: ExpectedTrace & { readonly message?: string }): Map<string, Leaf> {
  const leaves = new Map<string, Leaf>()
  leaves.set('error', { value: rest.error, kind: 'text' })
  for (const [i, event] of events.entries()) {
    leaves.set(`events[${i}]`, { value: event.replace(number, '#'), kind: 'text' })
    // A scheduler is given a metric.
    const kind = /\.step\(.+\)$/.test(event) ? 'metric' : 'number'
    for (const [k, found] of [...event.matchAll(number)].entries()) {
      if (found[0] !== '?') leaves.set(`events[${i}] number ${k}`, { value: Number(found[0]), kind })
    }
  }
  leaves.set('events.length', { value: events.length, kind: 'text' })
  addLeaves(leaves, '', rest)
  return leaves
}

function addLeaves(leaves: Map<string, Leaf>, path: string, value: unknown): void {
  if (value === undefined) return
  if (Array.isArray(value)) {
    for (const [i, element] of value.entries()) addLeaves(leaves, `${path}[${i}]`, element)
    leaves.set(`${path}.length`, { value: value.length, kind: 'text' })
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, element] of Object.entries(value)) addLeaves(leaves, path === '' ? key : `${path}.${key}`, element)
    const isByName = /\.(params|callbackMetrics|loggedMetrics|metrics)$/.test(path)
    if (isByName) leaves.set(`${path} names`, { value: Object.keys(value).sort().join(), kind: 'text' })
  } else {
    const isMetric = /\.(callbackMetrics|loggedMetrics|metrics)\./.test(path)
    const kind = typeof value === 'number' ? 'number' : 'text'
    leaves.set(path, { value, kind: isMetric ? 'metric' : kind })
  }
}

function isAlike(
  { value, kind }: Leaf,
  got: Leaf | undefined,
  { tolerance, apart }: { readonly tolerance: Tolerance; readonly apart: number },
): boolean {
  if (got === undefined) return false
  if (typeof value !== 'number' || typeof got.value !== 'number') return got.value === value
  if (Number.isNaN(value)) return Number.isNaN(got.value)
  const relative = kind === 'metric' ? tolerance.metrics : tolerance.numbers
  return Math.abs(got.value - value) <= Math.max(relative * Math.max(1, Math.abs(value)), 4 * apart)
}

function distance(a: Leaf | undefined, b: Leaf | undefined): number {
  return typeof a?.value === 'number' && typeof b?.value === 'number' ? Math.abs(a.value - b.value) : 0
}
