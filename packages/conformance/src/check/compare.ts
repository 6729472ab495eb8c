import type { Numerics } from '@voltaic/core'
import type { HostTensor } from '@voltaic/core/graph'
import { allowedError, type ToleranceKind } from '../suite/tolerances.ts'
import { leastNormal, numbersOf, ulpOf } from './numbers.ts'

/** How results are compared. */
export interface Comparison {
  readonly kind: ToleranceKind
  /** How many terms an element adds up; default 1. */
  readonly terms?: number
  /** What the device promises; subnormal numbers may be 0 where it flushes them. Default: everything. */
  readonly numerics?: Numerics
  /** Whether 0 and −0 differ; default false. */
  readonly signedZeros?: boolean
}

/** Where a result first differs from what is expected. */
export interface Difference {
  readonly index: number
  readonly got: number
  readonly expected: number
  /** How far it might have been; 0 where only equality counts. */
  readonly allowed: number
  /** How many elements differ. */
  readonly count: number
}

/** The first element outside of the tolerance; null when there is none. NaN equals NaN. */
export function firstDifference(
  got: HostTensor,
  expected: ArrayLike<number>,
  { kind, terms = 1, numerics, signedZeros = false }: Comparison,
): Difference | null {
  const { dtype } = got
  const numbers = numbersOf(got)
  const bound = { kind, dtype, terms, size: largestFinite(expected) }
  const flushed = numerics?.subnormals === 'flush' ? leastNormal(dtype) : 0
  let first: Omit<Difference, 'count'> | null = null
  let count = 0
  for (let index = 0; index < expected.length; index++) {
    const [x, y] = [numbers[index] ?? Number.NaN, expected[index]!]
    if (Object.is(x, y) || (x === y && !signedZeros)) continue
    const allowed = x === y ? 0 : Math.max(allowedError(y, bound), Math.abs(y) < flushed ? Math.abs(y) : 0)
    if (x !== y && Math.abs(x - y) <= allowed) continue
    first ??= { index, got: x, expected: y, allowed }
    count++
  }
  return first === null ? null : { ...first, count }
}

/** The largest size of a finite number in `numbers`; 0 when there is none. */
function largestFinite(numbers: ArrayLike<number>): number {
  let largest = 0
  for (let i = 0; i < numbers.length; i++) {
    const size = Math.abs(numbers[i]!)
    if (size > largest && size < Number.POSITIVE_INFINITY) largest = size
  }
  return largest
}

/** `at [0, 3]: 0.5 in the place of 0.25, off by 0.25 (allowed 1e-7), 3 of 24 elements differ` */
export function formatDifference({ dtype, shape }: HostTensor, difference: Difference): string {
  const { index, got, expected, allowed, count } = difference
  const size = shape.reduce((product, n) => product * n, 1)
  const error = Math.abs(got - expected)
  const ulps =
    Number.isFinite(expected) && ulpOf(dtype, expected) > 0
      ? `, ${(error / ulpOf(dtype, expected)).toPrecision(3)} ULP`
      : ''
  const off =
    Number.isFinite(error) && error > 0
      ? `, off by ${error.toPrecision(3)}${ulps} (allowed ${allowed.toPrecision(3)})`
      : ''
  const others = size > 1 ? `; ${count} of ${size} elements differ` : ''
  return `at [${placeOf(index, shape).join(', ')}]: ${formatNumber(got)} in the place of ${formatNumber(expected)}${off}${others}`
}

/** A number as it is read back: −0 with its sign. */
export function formatNumber(x: number): string {
  return Object.is(x, -0) ? '-0' : String(x)
}

/** The coordinates of a flat index. */
function placeOf(index: number, shape: readonly number[]): number[] {
  let rest = index
  const place: number[] = []
  for (const n of [...shape].reverse()) {
    place.unshift(rest % n)
    rest = Math.floor(rest / n)
  }
  return place
}
