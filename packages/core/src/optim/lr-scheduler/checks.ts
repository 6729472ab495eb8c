import { MisconfigurationError, OutOfRangeError } from '../../errors/errors.ts'
import { Optimizer } from '../optimizer.ts'

/** @throws TypeError unless `optimizer` is one */
export function requireOptimizer(who: string, optimizer: unknown): void {
  if (optimizer instanceof Optimizer) return
  const got = typeof optimizer === 'object' && optimizer !== null ? optimizer.constructor.name : String(optimizer)
  throw new TypeError(`${who}: schedules an optimizer, got ${got}; of a wrapped one, pass its .optimizer`)
}

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

/** @throws OutOfRangeError naming the first that is not ≥ 0 */
export function requireNotNegative(who: string, options: Readonly<Record<string, number>>): void {
  for (const [option, x] of Object.entries(options)) requireRange(who, option, x, x >= 0, 'a number ≥ 0')
}

/** @throws MisconfigurationError unless `value` is one of `choices` */
export function requireChoice(who: string, option: string, value: unknown, choices: readonly string[]): void {
  if (choices.includes(value as string)) return
  throw new MisconfigurationError(`${who}: ${option} is '${choices.join("' or '")}', got ${JSON.stringify(value)}`)
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

/** @throws MisconfigurationError unless `state` has the keys of `own` */
export function requireStateOf(who: string, own: object, state: object): void {
  const [wanted, got] = [own, state].map((some) => Object.keys(some).sort().join(', '))
  if (got === wanted) return
  throw new MisconfigurationError(`${who}.loadStateDict: takes ${wanted}, got ${got}`)
}
