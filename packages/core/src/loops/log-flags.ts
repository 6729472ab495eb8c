import { MisconfigurationError } from '../errors/errors.ts'
import type { LogOptions } from '../module/module-host.ts'
import { type LogRule, logRule } from './log-places.ts'
import type { LogFlags } from './logged-value.ts'

/** Where `log` was called. */
export interface LogPlace {
  /** The step or hook that is running; null between them. */
  readonly place: string | null
  /** Number of the running evaluation's loader; null where there is one alone. */
  readonly dataloaderIdx: number | null
}

const reductions: ReadonlySet<unknown> = new Set(['mean', 'sum', 'min', 'max'])

/**
 * How a name is logged: what the options say, and the defaults of the place.
 *
 * @throws MisconfigurationError where nothing can be logged, or not so; and for a name that a loader's number is part of
 */
export function logFlags(name: string, options: LogOptions, { place, dataloaderIdx }: LogPlace): LogFlags {
  const rule = ruleOf(name, place)
  const { onStep = rule.onStep, onEpoch = rule.onEpoch, reduceFx = 'mean', addDataloaderIdx = true } = options
  const { progBar = false, logger = true, syncDist = false } = options
  if (!rule.hasSteps && (onStep || !onEpoch)) {
    throw new MisconfigurationError(
      `log: ${place} belongs to no step, got onStep ${onStep} and onEpoch ${onEpoch} for "${name}"; leave both out`,
    )
  }
  if (!reductions.has(reduceFx)) {
    throw new MisconfigurationError(
      `log: reduceFx is 'mean', 'sum', 'min' or 'max', got ${JSON.stringify(reduceFx)} for "${name}"`,
    )
  }
  if (addDataloaderIdx && name.includes('/dataloader_idx_')) {
    throw new MisconfigurationError(
      `log: the number of the loader is added to the name, got "${name}"; leave it out, or set addDataloaderIdx: false`,
    )
  }
  const idx = addDataloaderIdx ? dataloaderIdx : null
  return { onStep, onEpoch, progBar, logger, reduceFx, syncDist, dataloaderIdx: idx }
}

function ruleOf(name: string, place: string | null): LogRule {
  const rule = place === null ? undefined : logRule(place)
  if (rule !== undefined) return rule
  const where = place === null ? 'between hooks' : `in ${place}`
  throw new MisconfigurationError(
    `log: works in steps of training, validation and test, and in the hooks of their batches and epochs, got "${name}" ${where}`,
  )
}

/** Whether a name is logged as it was before. */
export function sameFlags(a: LogFlags, b: LogFlags): boolean {
  return Object.entries(a).every(([flag, value]) => b[flag as keyof LogFlags] === value)
}
