import type { ReductionAttributes } from '@voltaic/core/graph'
import { type Kernels, type Operand, placesAlong, productOf, take } from './operand.ts'

/** Ops that look at all elements along axes. */
export const reductions: Kernels<keyof ReductionAttributes> = {
  sum: ({ axes }, x, out) => reduce(x, axes, out, (row) => row.reduce((sum, element) => sum + element, 0)),
  prod: ({ axes }, x, out) => reduce(x, axes, out, (row) => row.reduce(productOf(x.spec.dtype), 1)),
  max: ({ axes }, x, out) => reduce(x, axes, out, (row) => row[bestOf(row, 1)]!),
  min: ({ axes }, x, out) => reduce(x, axes, out, (row) => row[bestOf(row, -1)]!),
  argmax: ({ axis }, x, out) => reduce(x, [axis], out, (row) => bestOf(row, 1)),
  argmin: ({ axis }, x, out) => reduce(x, [axis], out, (row) => bestOf(row, -1)),
  sort: ({ axis, descending }, ...operands) => order(axis, descending ? -1 : 1, operands),
  topK: ({ axis, largest }, ...operands) => order(axis, largest ? -1 : 1, operands),

  cumsum({ axis, exclusive, reverse }, x, { data }) {
    for (const row of rowsOf(x, [axis])) {
      let total = 0
      for (const place of reverse ? row.toReversed() : row) {
        const before = total
        total += x.data[place]!
        data[place] = exclusive ? before : total
      }
    }
  },
}

/** Where the largest of the elements is, or with `sign` −1 the smallest: the first of equals. NaN is both. */
export function bestOf(elements: readonly number[], sign: 1 | -1): number {
  const beats = (x: number, y: number) => sign * x > sign * y || (Number.isNaN(x) && !Number.isNaN(y))
  return elements.reduce((best, x, i) => (beats(x, elements[best]!) ? i : best), 0)
}

function reduce(x: Operand, axes: readonly number[], out: Operand, f: (row: number[]) => number): void {
  out.data.set(rowsOf(x, axes).map((row) => f(take(x, row))))
}

/** Where the elements of `x` lie, in rows of those that differ along `axes` alone. */
function rowsOf(x: Operand, axes: readonly number[]): number[][] {
  const kept = [...x.spec.shape.keys()].filter((axis) => !axes.includes(axis))
  const row = placesAlong(x, axes)
  return placesAlong(x, kept).map((start) => row.map((place) => start + place))
}

/** Writes as many elements in order, and their indices, as there is room for. */
function order(axis: number, sign: 1 | -1, [x, values, indices]: readonly Operand[]): void {
  const targets = rowsOf(values!, [axis])
  for (const [i, row] of rowsOf(x!, [axis]).entries()) {
    const elements = take(x!, row)
    // JavaScript's sort is stable: equal elements stay in the order of their indices.
    const sorted = [...row.keys()].sort((a, b) => sign * compare(elements[a]!, elements[b]!))
    for (const [rank, place] of targets[i]!.entries()) {
      indices!.data[place] = sorted[rank]!
      values!.data[place] = elements[sorted[rank]!]!
    }
  }
}

/** NaN comes last. */
function compare(x: number, y: number): number {
  return Number(x > y) - Number(x < y) || Number(Number.isNaN(x)) - Number(Number.isNaN(y))
}
