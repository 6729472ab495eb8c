import { OutOfRangeError } from '../errors/errors.ts'
import { textTable } from '../util/text-table.ts'
import { type ChromeTrace, chromeTrace } from './chrome-trace.ts'

/** What is timed: a hook, the run of an executable, something of the user's. */
export type ActionKind = 'hook' | 'executable' | 'compile' | 'transfer' | 'action'

/** One action that was timed. Times in milliseconds, as `performance.now()` has them. */
export interface TimedAction {
  readonly name: string
  readonly kind: ActionKind
  readonly startedAt: number
  readonly duration: number
}

/** All actions of one name. Times in milliseconds. */
export interface ActionSummary {
  readonly name: string
  readonly kind: ActionKind
  readonly count: number
  readonly total: number
  readonly longest: number
}

export interface ProfilerOptions {
  /** How many actions are kept for the trace; sums go on counting. Default 1 000 000. */
  readonly maxActions?: number
}

/**
 * Times what a run does: how long and how often, by name. Actions may be inside others, and then count in both.
 *
 * ```ts
 * const profiler = new Profiler()
 * await profiler.profile('augment', () => augment(batch))
 * console.info(profiler.describe())
 * ```
 */
export class Profiler {
  readonly #maxActions: number
  readonly #actions: TimedAction[] = []
  readonly #summaries = new Map<string, { kind: ActionKind; count: number; total: number; longest: number }>()

  /** @throws OutOfRangeError when `maxActions` is no whole number ≥ 0 */
  constructor({ maxActions = 1_000_000 }: ProfilerOptions = {}) {
    if (!(Number.isInteger(maxActions) && maxActions >= 0)) {
      throw new OutOfRangeError(`Profiler: maxActions is a whole number ≥ 0, got ${maxActions}`)
    }
    this.#maxActions = maxActions
  }

  /** Runs `action` and notes how long it took, also when it throws. Of a promise it is the time until that settles. */
  profile<T>(name: string, action: () => T, kind: ActionKind = 'action'): T {
    const startedAt = performance.now()
    const end = () => this.record({ name, kind, startedAt, duration: performance.now() - startedAt })
    let result: T
    try {
      result = action()
    } catch (error) {
      end()
      throw error
    }
    if (!(result instanceof Promise)) {
      end()
      return result
    }
    return result.finally(end) as T
  }

  /** Notes an action that was timed elsewhere. */
  record(action: TimedAction): void {
    const { name, kind, duration } = action
    if (this.#actions.length < this.#maxActions) this.#actions.push(action)
    const key = `${kind} ${name}`
    const summary = this.#summaries.get(key) ?? { kind, count: 0, total: 0, longest: 0 }
    summary.count++
    summary.total += duration
    summary.longest = Math.max(summary.longest, duration)
    this.#summaries.set(key, summary)
  }

  /** All actions by kind and name, those that took longest first. */
  summary(): ActionSummary[] {
    return Array.from(this.#summaries, ([key, rest]) => ({ name: key.slice(rest.kind.length + 1), ...rest })).sort(
      (a, b) => b.total - a.total,
    )
  }

  /** The summary as a table. */
  describe(): string {
    const numbers = ['count', 'total ms', 'mean ms', 'longest ms'].map((title) => ({ title, align: 'right' as const }))
    return textTable(
      [{ title: 'action' }, { title: 'kind' }, ...numbers],
      this.summary().map(({ name, kind, count, total, longest }) => [
        name,
        kind,
        `${count}`,
        ...[total, total / count, longest].map((ms) => ms.toFixed(3)),
      ]),
    )
  }

  /** What was timed, for chrome://tracing and https://ui.perfetto.dev: write it to a file as JSON. */
  chromeTrace(): ChromeTrace {
    return chromeTrace(this.#actions)
  }

  /** Forgets everything. */
  reset(): void {
    this.#actions.length = 0
    this.#summaries.clear()
  }
}
