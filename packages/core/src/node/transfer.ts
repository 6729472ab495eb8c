import { copyArray, mapArrays } from '../data/map-arrays.ts'
import { DataError } from '../errors/errors.ts'
import type { HostArray } from '../graph/dtype.ts'

/** A value made ready for another thread, and the memory that goes there with it. */
export interface Sendable {
  readonly value: unknown
  readonly transfer: readonly ArrayBuffer[]
}

/**
 * `batch` in a form whose typed arrays are moved to another thread, not copied.
 *
 * An array moves with the whole buffer below it, and who still looks at that buffer here finds it empty: a view on a part of a
 * larger buffer is copied out of it first.
 *
 * @throws DataError when something in the batch would not arrive as what it is
 */
export function sendable(batch: unknown): Sendable {
  const transfer = new Set<ArrayBuffer>()
  const move = (array: HostArray): HostArray => {
    const whole = isWhole(array) ? array : copyArray(array)
    transfer.add(whole.buffer)
    return whole
  }
  const value = mapArrays(batch, move, checkCloneable)
  return { value, transfer: [...transfer] }
}

function isWhole({ buffer, byteLength }: HostArray): boolean {
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength
}

const cloneable = [ArrayBuffer, Map, Set, Date, RegExp, Error] as const

function checkCloneable(value: unknown): unknown {
  if (typeof value !== 'function' && typeof value !== 'symbol' && typeof value !== 'object') return value
  if (value === null || ArrayBuffer.isView(value) || cloneable.some((type) => value instanceof type)) return value
  const got = typeof value === 'object' ? `an object of class ${value.constructor.name}` : `a ${typeof value}`
  throw new DataError(
    `DataLoader: a batch cannot be sent between threads, got ${got} in it; ` +
      'collate to typed arrays, host tensors, numbers, strings, and arrays and plain objects of these',
  )
}
