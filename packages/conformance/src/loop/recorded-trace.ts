import type { ExpectedTrace, FinalState } from './trace.ts'

/** A run as it was recorded from the reference, in Python's spelling. */
export interface RecordedTrace {
  readonly recordedWith: string
  readonly events: readonly string[]
  readonly steps?: ExpectedTrace['steps']
  readonly final?: {
    readonly global_step: number
    readonly current_epoch?: number
    readonly params?: Readonly<Record<string, readonly number[]>>
    readonly callback_metrics?: Readonly<Record<string, number>>
    readonly logged_metrics?: Readonly<Record<string, number>>
  }
  readonly warnings: readonly string[]
  readonly error?: string
  readonly extra?: readonly unknown[] | object | null
}

/** A recorded run in Voltaic's words. */
export function expectedTrace({ events, steps, final, warnings, error, extra }: RecordedTrace): ExpectedTrace {
  return {
    events: events.map(inCamelCase),
    ...(steps && { steps }),
    final: final === undefined ? null : finalOf(final),
    ...(extra && { extra: Array.isArray(extra) ? extra : [inWords(extra)] }),
    warnings,
    error: error === undefined ? null : errorName(error),
  }
}

/** The class of Voltaic's error for one of the reference: a TypeError stays, everything else is a misconfiguration. */
export function errorName(recorded: string): string {
  return recorded === 'TypeError' ? recorded : 'MisconfigurationError'
}

/** Python's `on_fit_start` and `True` as `onFitStart` and `true`. */
function inCamelCase(event: string): string {
  return event
    .replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
    .replace(/\b(True|False|None)\b/g, (word) => words[word]!)
    .replaceAll("'", '"')
}

const words: Readonly<Record<string, string>> = { True: 'true', False: 'false', None: 'null' }

/** The names of what was noted, in Voltaic's spelling. */
function inWords(noted: object): object {
  return Object.fromEntries(Object.entries(noted).map(([name, value]) => [inCamelCase(name), value]))
}

function finalOf(final: NonNullable<RecordedTrace['final']>): Partial<FinalState> {
  const { global_step: globalStep, current_epoch: currentEpoch, params } = final
  const { callback_metrics: callbackMetrics, logged_metrics: loggedMetrics } = final
  return {
    globalStep,
    ...(currentEpoch !== undefined && { currentEpoch }),
    ...(params && { params }),
    ...(callbackMetrics && { callbackMetrics }),
    ...(loggedMetrics && { loggedMetrics }),
  }
}
