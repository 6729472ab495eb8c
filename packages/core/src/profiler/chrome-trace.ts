import type { ActionKind, TimedAction } from './profiler.ts'

/**
 * A trace as viewers read it: JSON of an object with a list of events.
 *
 * Source: "Trace Event Format", https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
 */
export interface ChromeTrace {
  readonly displayTimeUnit: 'ms'
  readonly traceEvents: readonly (TraceEvent | TraceMetadata)[]
}

/** Something that took some time. */
export interface TraceEvent {
  readonly ph: 'X'
  readonly name: string
  readonly cat: string
  readonly pid: number
  /** The row in which it is drawn. */
  readonly tid: number
  /** When it began, in microseconds. */
  readonly ts: number
  /** How long it took, in microseconds. */
  readonly dur: number
}

/** The name of a row, or of all. */
export interface TraceMetadata {
  readonly ph: 'M'
  readonly name: 'process_name' | 'thread_name'
  readonly pid: number
  readonly tid: number
  readonly args: { readonly name: string }
}

const rows: Readonly<Record<ActionKind, string>> = {
  hook: 'hooks',
  action: 'actions',
  executable: 'executables',
  compile: 'compilation',
  transfer: 'transfers',
}

const pid = 1

/**
 * Actions as a trace, from the beginning of the first. Each kind is drawn in a row of its own, or in several where actions of
 * it overlap without one being inside the other: viewers draw only what is nested.
 */
export function chromeTrace(actions: readonly TimedAction[]): ChromeTrace {
  const begin = earliest(actions)
  const lanes = new Lanes()
  const inOrder = actions.toSorted((a, b) => a.startedAt - b.startedAt || b.duration - a.duration)
  const events = inOrder.map((action): TraceEvent => {
    const { name, kind, startedAt, duration } = action
    const common = { ph: 'X', name, cat: kind, pid } as const
    return { ...common, tid: lanes.laneOf(action), ts: 1000 * (startedAt - begin), dur: 1000 * duration }
  })
  const named = (what: TraceMetadata['name'], tid: number, name: string): TraceMetadata => ({
    ph: 'M',
    name: what,
    pid,
    tid,
    args: { name },
  })
  return {
    displayTimeUnit: 'ms',
    traceEvents: [
      named('process_name', 0, 'voltaic'),
      ...lanes.names().map(([tid, name]) => named('thread_name', tid, name)),
      ...events,
    ],
  }
}

function earliest(actions: readonly TimedAction[]): number {
  // A spread of a million arguments overflows the stack.
  return actions.reduce((least, { startedAt }) => Math.min(least, startedAt), Number.POSITIVE_INFINITY)
}

/** The rows of a trace. */
class Lanes {
  /** For each row, the ends of the actions that are open in it, innermost last. */
  readonly #lanes: { readonly kind: ActionKind; readonly ends: number[] }[] = []

  /** @param action - none begins before the one that was given before */
  laneOf({ kind, startedAt, duration }: TimedAction): number {
    const end = startedAt + duration
    for (const lane of this.#lanes) while (lane.ends.length > 0 && lane.ends.at(-1)! <= startedAt) lane.ends.pop()
    let index = this.#lanes.findIndex(
      (lane) => lane.kind === kind && (lane.ends.length === 0 || lane.ends.at(-1)! >= end),
    )
    if (index === -1) index = this.#lanes.push({ kind, ends: [] }) - 1
    this.#lanes[index]!.ends.push(end)
    return index + 1
  }

  names(): [tid: number, name: string][] {
    return this.#lanes.map(({ kind }, i) => {
      const before = this.#lanes.slice(0, i).filter((lane) => lane.kind === kind).length
      return [i + 1, before === 0 ? rows[kind] : `${rows[kind]} ${before + 1}`]
    })
  }
}
