import { buildGraph } from './build-graph.ts'
import { type Capture, sameKey } from './capture.ts'
import type { Graph } from './graph.ts'
import type { NumberStorage } from './record.ts'

/** A body that is recorded once and called many times: a recurrent step, a checkpointed block. */
export interface Subgraph {
  readonly graph: Graph
  /** Where each result of the body is found in the graph's outputs. */
  readonly positions: readonly number[]
}

interface CacheEntry {
  readonly key: Int32Array
  readonly hash: number
  /** The user's numbers, which a key leaves out. */
  readonly numbers: readonly number[]
  readonly body: Subgraph
}

const bodies = new Map<number, CacheEntry[]>()

/** The body that was captured. Equal ones are one object, so that equal calls are equal structure. */
export function subgraphOf(captured: Capture): Subgraph {
  const { hash, key } = captured
  const numbers = captured.numbers.map(({ storage }) => (storage as NumberStorage).value)
  const alike = bodies.get(hash) ?? []
  const known = alike.find((entry) => sameKey(entry.key, key) && sameNumbers(entry.numbers, numbers))
  if (known !== undefined) return known.body
  const entry = { key: key.slice(), hash, numbers, body: buildGraph(captured) }
  bodies.set(hash, [...alike, entry])
  return entry.body
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  return a.every((x, i) => Object.is(x, b[i]))
}
