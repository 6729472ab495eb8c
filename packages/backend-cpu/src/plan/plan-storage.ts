import type { Graph, ValueId } from '@voltaic/core/graph'
import type { KernelCall } from '../kernels/kernel.ts'
import { packScratch } from './pack-scratch.ts'
import type { Place, Plan, Step } from './plan.ts'
import type { SharedValues } from './shared-values.ts'

/** When bytes are first written and last used, in steps and calls counted through. */
export interface Lifetime {
  readonly value: ValueId
  first: number
  last: number
}

/** One thing that happens: a call, or a session. */
interface Event {
  readonly reads: readonly ValueId[]
  readonly writes: readonly ValueId[]
  readonly call: KernelCall | undefined
}

/** Finds a place for every value: buffers of inputs and outputs, donated buffers that outputs take over, scratch. */
export function planStorage(
  graph: Graph,
  steps: readonly Step[],
  shared: SharedValues,
): Pick<Plan, 'places' | 'takenOver' | 'scratchBytes'> {
  const events = steps.flatMap(eventsOf)
  const lifetimes = lifetimesOf(events, shared)
  const rootPlaces = new Map<ValueId, Place>()
  for (let index = 0; index < graph.inputCount; index++) rootPlaces.set(index, { kind: 'input', index })
  for (const { id, offset } of graph.scalars) rootPlaces.set(id, { kind: 'scalar', offset })
  const takenOver = takeOver(graph, events, lifetimes, shared)
  for (const [index, value] of graph.outputs.entries()) {
    const input = takenOver[index]
    rootPlaces.set(value, input === undefined ? { kind: 'output', index } : { kind: 'input', index: input })
  }
  const inner = [...lifetimes.values()].filter(({ value }) => !rootPlaces.has(value))
  const { offsets, bytes } = packScratch(inner.map((life) => ({ ...life, bytes: graph.values[life.value]!.bytes })))
  for (const [i, { value }] of inner.entries()) rootPlaces.set(value, { kind: 'scratch', offset: offsets[i]! })
  const places = graph.values.map((_, value) => rootPlaces.get(shared.root(value)))
  return { places, takenOver, scratchBytes: bytes }
}

function eventsOf(step: Step): Event[] {
  if (step.kind === 'session') return [{ reads: step.inputs, writes: step.outputs, call: undefined }]
  return step.calls.map((call) => ({ reads: call.reads, writes: call.writes, call }))
}

function lifetimesOf(events: readonly Event[], shared: SharedValues): Map<ValueId, Lifetime> {
  const lifetimes = new Map<ValueId, Lifetime>()
  for (const [at, { reads, writes }] of events.entries()) {
    for (const value of [...reads, ...writes]) {
      const root = shared.root(value)
      const known = lifetimes.get(root)
      if (known === undefined) lifetimes.set(root, { value: root, first: at, last: at })
      else known.last = at
    }
  }
  return lifetimes
}

/**
 * Finds the donated inputs that outputs may be written over: those that the writing call reads last, index by index, once
 * nothing can fail any more, since a run that fails leaves what was donated as it was.
 */
function takeOver(
  graph: Graph,
  events: readonly Event[],
  lifetimes: ReadonlyMap<ValueId, Lifetime>,
  shared: SharedValues,
): (number | undefined)[] {
  const donated = new Set(graph.donated)
  const lastRisk = events.findLastIndex(({ call }) => call === undefined || call.mayThrow)
  return graph.outputs.map((value) => {
    const at = lifetimes.get(shared.root(value))?.first
    const event = at === undefined ? undefined : events[at]
    if (event?.call === undefined || at! <= lastRisk) return undefined
    const pair = event.call.inPlace.find(([written, read]) => {
      const root = shared.root(read)
      return shared.root(written) === value && donated.has(root) && lifetimes.get(root)!.last === at
    })
    if (pair === undefined) return undefined
    const input = shared.root(pair[1])
    donated.delete(input)
    return input
  })
}
