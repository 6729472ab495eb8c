import { MisconfigurationError, OutOfRangeError } from '../../errors/errors.ts'

/** @throws OutOfRangeError unless `x` is a whole number ≥ `least` */
export function requireWhole(who: string, option: string, x: number, least: number): void {
  if (!(Number.isInteger(x) && x >= least)) {
    throw new OutOfRangeError(`${who}: ${option} is a whole number ≥ ${least}, got ${x}`)
  }
}

/** @throws OutOfRangeError unless `isGood` */
export function requireRange(who: string, option: string, x: number, isGood: boolean, wanted: string): void {
  if (!(typeof x === 'number' && isGood)) throw new OutOfRangeError(`${who}: ${option} is ${wanted}, got ${x}`)
}

/**
 * One of `x` for each group: a list as it is, anything else for all.
 *
 * @throws MisconfigurationError when a list has another length
 */
export function perGroup<T>(who: string, option: string, x: T | readonly T[], count: number): T[] {
  if (!Array.isArray(x)) return Array<T>(count).fill(x as T)
  if (x.length !== count) {
    throw new MisconfigurationError(
      `${who}: ${option} is one for all groups or one for each, got ${x.length} for ${count} groups`,
    )
  }
  return [...(x as readonly T[])]
}
