import { additionOf } from './arithmetic.ts'
import type { Kernels, Operand } from './kernel.ts'
import { rowsAlong, storeRows } from './rows.ts'

/** Primitives that depend on the order of elements along an axis: running sums, sorting, the k largest. */
export const orderKernels: Kernels<'cumsum' | 'sort' | 'topK'> = {
  cumsum: ([x], [out], { axis, exclusive, reverse }) => {
    const add = additionOf(x!.spec.dtype)
    const { data, count, length } = rowsAlong(x!, [axis])
    const sums = new Float64Array(data.length)
    for (let row = 0; row < count; row++) {
      let sum = 0
      for (let step = 0; step < length; step++) {
        const i = row * length + (reverse ? length - 1 - step : step)
        const before = sum
        sum = add(sum, data[i]!)
        sums[i] = exclusive ? before : sum
      }
    }
    storeRows(sums, out!, axis)
  },

  sort: ([x], outputs, { axis, descending }) => {
    storeOrdered(x!, outputs, axis, x!.spec.shape[axis]!, descending)
  },

  topK: ([x], outputs, { axis, k, largest }) => storeOrdered(x!, outputs, axis, k, largest),
}

/** Writes the first `k` elements along `axis` in order, and their indices. */
function storeOrdered(
  x: Operand,
  [values, indices]: readonly Operand[],
  axis: number,
  k: number,
  descending: boolean,
): void {
  const { data, count, length } = rowsAlong(x, [axis])
  const sortedValues = new Float64Array(count * k)
  const sortedIndices = new Float64Array(count * k)
  for (let row = 0; row < count; row++) {
    const elements = data.subarray(row * length, (row + 1) * length)
    // Array.prototype.sort is stable: equal elements stay in the order of their indices.
    const order = Array.from(elements, (_, i) => i).sort((i, j) => {
      const ascending = compare(elements[i]!, elements[j]!)
      return descending ? -ascending : ascending
    })
    for (let i = 0; i < k; i++) {
      sortedValues[row * k + i] = elements[order[i]!]!
      sortedIndices[row * k + i] = order[i]!
    }
  }
  storeRows(sortedValues, values!, axis)
  storeRows(sortedIndices, indices!, axis)
}

function compare(x: number, y: number): number {
  if (x < y) return -1
  if (x > y) return 1
  return Number(Number.isNaN(x)) - Number(Number.isNaN(y))
}
