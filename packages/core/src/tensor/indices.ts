import { DTypeError } from '../errors/errors.ts'
import * as build from '../graph/build.ts'
import { isInteger } from '../graph/dtype.ts'
import { formatSpec } from '../graph/spec.ts'
import type { Value } from '../graph/value.ts'
import { checkElements } from './host-data.ts'

/** How indices are spoken of in errors. */
export interface IndexWords {
  readonly who: string
  /** `label` */
  readonly one: string
  /** `labels` */
  readonly many: string
  /** `classes` */
  readonly choices: string
  /** An index that is allowed whatever the range; default: none. */
  readonly ignored?: number
}

/**
 * Indices as int32, which ops take. Those whose data is still on the host, as that of a batch, in whatever shape, are checked
 * at once; others would cost a download.
 *
 * @throws DTypeError when they are no integers
 * @throws OutOfRangeError when one is not in 0, …, count − 1
 */
export function int32Indices(indices: Value, count: number, words: IndexWords): Value {
  return checked(indices, 0, count, words)
}

/** As `int32Indices`, but −count, …, −1 are taken too, and count from the end. */
export function wrappedIndices(indices: Value, count: number, words: IndexWords): Value {
  const found = checked(indices, -count, count, words)
  const zero = build.literal(0, 'int32')
  return build.where(build.less(found, zero), build.add(found, build.literal(count, 'int32')), found)
}

/** The words for indices along dimension `axis`. */
export function indicesAlong(who: string, axis: number): IndexWords {
  return { who, one: 'index', many: 'indices', choices: `elements along dimension ${axis}` }
}

function checked(indices: Value, low: number, count: number, words: IndexWords): Value {
  const { who, many } = words
  if (!isInteger(indices.spec.dtype)) {
    throw new DTypeError(
      `${who}: ${many} are int32, got ${formatSpec(indices.spec)}; make them of an Int32Array or cast them, to('int32')`,
    )
  }
  checkRange(indices, low, count, words)
  return build.cast(indices, 'int32')
}

function checkRange(indices: Value, low: number, count: number, words: IndexWords): void {
  const { who, one, many, choices, ignored } = words
  checkElements(
    indices,
    (index) => (index >= low && index < count) || index === ignored,
    (index, position) => {
      const range = count === 0 ? 'there is none to choose' : `${many} are ${low}…${count - 1}`
      return `${who}: ${one} ${index} at position ${position} is out of range, got ${count} ${choices}; ${range}`
    },
  )
}
