import { MisconfigurationError } from '../errors/errors.ts'

/** A span of time: `'DD:HH:MM:SS'`, or its parts. */
export type Duration = string | DurationParts

export interface DurationParts {
  readonly weeks?: number
  readonly days?: number
  readonly hours?: number
  readonly minutes?: number
  readonly seconds?: number
}

const secondsIn: Readonly<Required<DurationParts>> = {
  weeks: 604_800,
  days: 86_400,
  hours: 3600,
  minutes: 60,
  seconds: 1,
}

/**
 * A duration in seconds.
 *
 * @throws MisconfigurationError when it is none, or negative
 */
export function secondsOf(who: string, duration: Duration): number {
  const parts = typeof duration === 'string' ? partsOf(duration) : Object(duration)
  const entries = Object.entries((parts ?? {}) as Record<string, unknown>)
  const seconds = entries.reduce(
    (sum, [unit, count]) => sum + Number(count) * secondsIn[unit as keyof DurationParts],
    0,
  )
  if (parts !== null && entries.length > 0 && seconds >= 0) return seconds
  throw new MisconfigurationError(
    `${who}: a duration is 'DD:HH:MM:SS', or { days, hours, minutes, seconds }, got ${JSON.stringify(duration)}`,
  )
}

function partsOf(text: string): DurationParts | null {
  const found = /^(\d+):(\d\d):(\d\d):(\d\d)$/.exec(text.trim())
  if (found === null) return null
  const [days, hours, minutes, seconds] = found.slice(1).map(Number)
  return { days: days!, hours: hours!, minutes: minutes!, seconds: seconds! }
}
