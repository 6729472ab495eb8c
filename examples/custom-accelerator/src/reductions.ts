import { permuteView, type ReductionAttributes, sizeOf, wholeView } from '@voltaic/core/graph'
import { bestOf, inRows, type Kernels, type Operand, placesOf, productOf } from './operand.ts'

/** Ops that look at all elements along axes. */
export const reductions: Kernels<keyof ReductionAttributes> = {
  max: ({ axes }, x, out) => out.data.set(rowsOf(x, axes).map((row) => x.data[bestOf(x, row, 1)]!)),
  min: ({ axes }, x, out) => out.data.set(rowsOf(x, axes).map((row) => x.data[bestOf(x, row, -1)]!)),
  argmax: ({ axis }, x, out) => out.data.set(rowsOf(x, [axis]).map((row) => row.indexOf(bestOf(x, row, 1)))),
  argmin: ({ axis }, x, out) => out.data.set(rowsOf(x, [axis]).map((row) => row.indexOf(bestOf(x, row, -1)))),
  sort: ({ axis, descending }, ...operands) => order(axis, descending, operands),
  topK: ({ axis, largest }, ...operands) => order(axis, largest, operands),

  sum({ axes }, x, { data }) {
    for (const [i, row] of rowsOf(x, axes).entries()) for (const place of row) data[i]! += x.data[place]!
  },

  prod({ axes }, x, { data }) {
    const product = productOf(x.spec.dtype)
    data.fill(1)
    for (const [i, row] of rowsOf(x, axes).entries())
      for (const place of row) data[i] = product(data[i]!, x.data[place]!)
  },

  cumsum({ axis, exclusive, reverse }, x, { data }) {
    for (const row of rowsOf(x, [axis])) {
      let last = -1
      for (const place of reverse ? row.toReversed() : row) {
        // Before the first element, at −1, there is nothing.
        data[place] = (data[last] ?? 0) + (x.data[exclusive ? last : place] ?? 0)
        last = place
      }
    }
  },
}

/** Where the elements of `x` lie, in rows of those that differ along `axes` alone. */
function rowsOf({ spec: { shape } }: Operand, axes: readonly number[]): Int32Array[] {
  const kept = [...shape.keys()].filter((axis) => !axes.includes(axis))
  const places = placesOf(permuteView(wholeView(shape), [...kept, ...axes]))
  return inRows(places, sizeOf(kept.map((axis) => shape[axis]!)))
}

/** Writes as many elements in order, and their indices, as there is room for. */
function order(axis: number, descending: boolean, [x, values, indices]: readonly Operand[]): void {
  const targets = rowsOf(values!, [axis])
  for (const [i, row] of rowsOf(x!, [axis]).entries()) {
    const at = (index: number) => x!.data[row[index]!]!
    // JavaScript's sort is stable: equal elements stay in the order of their indices.
    const sorted = [...row.keys()].sort((a, b) => (descending ? compare(at(b), at(a)) : compare(at(a), at(b))))
    for (const [rank, place] of targets[i]!.entries()) {
      values!.data[place] = at(sorted[rank]!)
      indices!.data[place] = sorted[rank]!
    }
  }
}

/** NaN comes last. */
function compare(x: number, y: number): number {
  return Number(x > y) - Number(x < y) || Number(Number.isNaN(x)) - Number(Number.isNaN(y))
}
