import { cast, literalLike, mul, sum } from '../build.ts'
import { bytesPerElement } from '../dtype.ts'
import type { Value } from '../value.ts'

/** `x` in a dtype in which its statistics are taken: half types as float32. */
export function wide(x: Value): Value {
  return bytesPerElement(x.spec.dtype) < 4 ? cast(x, 'float32') : x
}

/** The mean over `axes`, which are kept as 1; of nothing NaN. */
export function meanOver(x: Value, axes: readonly number[]): Value {
  const count = axes.reduce((product, axis) => product * x.spec.shape[axis]!, 1)
  return mul(sum(x, axes, true), literalLike(x, 1 / count))
}

/** The last `count` axes. */
export function trailing(rank: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => rank - count + i)
}

/** All axes but the last `count`. */
export function leading(rank: number, count: number): number[] {
  return Array.from({ length: rank - count }, (_, i) => i)
}
