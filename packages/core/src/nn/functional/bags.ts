import {
  add,
  and,
  argmax,
  broadcastTo,
  concat,
  cumsum,
  equal,
  fullLike,
  indexAdd,
  indexSelect,
  iota,
  lessEqual,
  literal,
  maximum,
  mul,
  reshape,
  sliceAxis,
  sub,
  sum,
  where,
} from '../../graph/build.ts'
import type { Value } from '../../graph/value.ts'

/** How rows `[rows, dim]` belong to bags. */
export interface Bags {
  /** Number of bags. */
  readonly count: number
  /** Sums of the rows of each bag, `[count, …]`. */
  sum(rows: Value): Value
  /** Which row is the largest of its bag, the first of equals, in each column: int32 `[count, dim]`; 0 for an empty bag. */
  firstLargest(rows: Value): Value
}

/** Bags of one length, one after the other. */
export function equalBags(count: number, length: number): Bags {
  const bagged = (rows: Value) => reshape(rows, [count, length, ...rows.spec.shape.slice(1)])
  return {
    count,
    sum: (rows) => sum(bagged(rows), [1]),
    firstLargest: (rows) => {
      if (rows.spec.size === 0) return zeros([count, ...rows.spec.shape.slice(1)])
      const first = mul(iota([count, 1], 0, 'int32'), literal(length, 'int32'))
      return add(argmax(bagged(rows), 1), first)
    },
  }
}

/**
 * Bags that begin at `offsets`, int32 and ascending, and end where the next begins. Rows before the first are in none.
 *
 * @param count - number of bags; those that begin later only end the ones before
 */
export function bagsAt(offsets: Value, count: number, rowCount: number): Bags {
  const begun = offsets.spec.size
  const marks = indexAdd(zeros([rowCount + 1]), offsets, fullLike(offsets, 1), 0)
  // How many bags have begun: 0 before the first, where no bag is.
  const places = sliceAxis(cumsum(marks, 0), 0, 0, rowCount)
  return {
    count,
    sum: (rows) => {
      const nothing = broadcastTo(literal(0, rows.spec.dtype), [begun + 1, ...rows.spec.shape.slice(1)])
      return sliceAxis(indexAdd(nothing, places, rows, 0), 0, 1, 1 + count)
    },
    firstLargest: (rows) => {
      if (rows.spec.size === 0) return zeros([count, ...rows.spec.shape.slice(1)])
      const ends = concat([offsets, broadcastTo(literal(rowCount, 'int32'), [1])], 0)
      const last = sub(sliceAxis(ends, 0, 1, 1 + count), literal(1, 'int32'))
      return indexSelect(largestSoFar(rows, places), maximum(last, literal(0, 'int32')), 0)
    },
  }
}

/**
 * For each row which one is the largest of its place up to there: a scan whose reach doubles (D. Hillis and G. Steele,
 * "Data parallel algorithms", 1986).
 */
function largestSoFar(rows: Value, places: Value): Value {
  const count = rows.spec.shape[0]!
  const at = reshape(places, [count, 1])
  let largest = rows
  let which = broadcastTo(iota([count, 1], 0, 'int32'), rows.spec.shape)
  for (let reach = 1; reach < count; reach *= 2) {
    const before = (x: Value) => sliceAxis(x, 0, 0, count - reach)
    const here = (x: Value) => sliceAxis(x, 0, reach, count)
    const isBetter = and(equal(before(at), here(at)), lessEqual(here(largest), before(largest)))
    const better = (x: Value) => concat([sliceAxis(x, 0, 0, reach), where(isBetter, before(x), here(x))], 0)
    const next = better(largest)
    which = better(which)
    largest = next
  }
  return which
}

function zeros(shape: readonly number[]): Value {
  return broadcastTo(literal(0, 'int32'), shape)
}
