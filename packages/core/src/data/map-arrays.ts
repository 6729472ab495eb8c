import type { HostArray } from '../graph/dtype.ts'
import { isHostArray } from '../graph/host-tensor.ts'

/**
 * `value` with `change` applied to every typed array in it, through arrays and plain objects, and `keep` to all else; without
 * it that stays as it is.
 */
export function mapArrays(
  value: unknown,
  change: (array: HostArray) => HostArray,
  keep: (value: unknown) => unknown = (value) => value,
): unknown {
  if (isHostArray(value)) return change(value)
  if (Array.isArray(value)) return value.map((element) => mapArrays(element, change, keep))
  if (isPlainObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, element]) => [key, mapArrays(element, change, keep)]))
  }
  return keep(value)
}

/** A typed array of the same elements on memory of its own. */
export function copyArray(array: HostArray): HostArray {
  // A Buffer of Node is a Uint8Array whose slice copies nothing.
  return array instanceof Uint8Array ? new Uint8Array(array) : array.slice()
}

export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
