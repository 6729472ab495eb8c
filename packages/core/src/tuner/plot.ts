import type { Axis } from './axis.ts'

export interface Point {
  readonly x: number
  readonly y: number
}

/** A smoothed loss over the learning rate, to be drawn. */
export interface Plot {
  readonly xAxis: Axis
  readonly yAxis: Axis
  /** Finite points, from left to right. */
  readonly points: readonly Point[]
  /** The suggestion; null where there is none. */
  readonly mark: Point | null
}

/** A number as an axis shows it: short, and in powers of ten where it is far from 1. */
export function formatNumber(x: number): string {
  const rounded = Number(x.toPrecision(3))
  const size = Math.abs(rounded)
  if (rounded === 0 || (size >= 1e-3 && size < 1e5)) return String(rounded)
  return rounded.toExponential().replace('e+', 'e')
}
