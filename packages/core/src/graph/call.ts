import { resolveAlias } from './alias.ts'
import { attributeTable } from './attributes.ts'
import { buildGraph, copyValue, replay } from './build-graph.ts'
import { capture, sameKey } from './capture.ts'
import type { Graph } from './graph.ts'
import type { Composite, Op } from './op.ts'
import { inputValue, type NumberStorage, record, recording, withoutRecordingState } from './record.ts'
import type { TensorSpec } from './spec.ts'
import type { Value } from './value.ts'

/** A body that is recorded once and called many times: a recurrent step, a checkpointed block. */
export interface Subgraph {
  readonly graph: Graph
  /** Where each result of the body is found in the graph's outputs. */
  readonly positions: readonly number[]
}

interface CallAttributes {
  readonly body: Subgraph
}

/** Runs a subgraph: one node, however long the body. Decomposes into the body. */
export const callOp: Composite<CallAttributes> = {
  name: 'call',
  kind: 'composite',
  attributes: attributeTable(),
  infer: (_inputs, { body }) => body.positions.map((position) => body.graph.values[body.graph.outputs[position]!]!),
  decompose: (inputs, { body }) => inline(body, inputs),
  vjp: undefined,
}

/** Records a call of `body` on `inputs`. */
export function call(body: Subgraph, inputs: readonly Value[]): readonly Value[] {
  return record(callOp, inputs, { body })
}

/** Records the nodes of `body` one by one. */
export function inline({ graph, positions }: Subgraph, inputs: readonly Value[]): readonly Value[] {
  const values = replay(graph, inputs, (node, operands) => record(node.op as Op, operands, node.attributes as never))
  return positions.map((position) => values[graph.outputs[position]!]!)
}

interface CacheEntry {
  readonly key: Int32Array
  /** The user's numbers, which a key leaves out. */
  readonly numbers: readonly number[]
  readonly body: Subgraph
}

const bodies = new Map<number, CacheEntry[]>()

/**
 * Traces `fn` into a subgraph. Equal bodies are one object, so that equal calls are equal structure.
 *
 * @param fn - of values alone: what it closes over must be literals
 * @param requiresGrad - whether `fn` may differentiate with respect to its arguments; default false
 * @throws Error when `fn` uses a value that is not among its arguments
 */
export function traceSubgraph(
  specs: readonly TensorSpec[],
  fn: (inputs: readonly Value[]) => readonly Value[],
  requiresGrad = false,
): Subgraph {
  return withoutRecordingState(() => {
    recording.gradEnabled = requiresGrad
    const leaves = specs.map((spec) => inputValue({ spec }, { requiresGrad }))
    const outputs = fn(leaves).map((output) => separate(resolveAlias(output)))
    const captured = capture(outputs, { leaves })
    if (captured.inputs.length > leaves.length || captured.scalars.length > 0) {
      throw new Error('call: the body uses a tensor from outside; pass it as an argument')
    }
    const numbers = captured.numbers.map(({ storage }) => (storage as NumberStorage).value)
    const known = bodies
      .get(captured.hash)
      ?.find((entry) => sameKey(entry.key, captured.key) && sameNumbers(entry.numbers, numbers))
    if (known !== undefined) return known.body
    const body = buildGraph(captured)
    const entry = { key: captured.key.slice(), numbers, body }
    bodies.set(captured.hash, [...(bodies.get(captured.hash) ?? []), entry])
    return body
  })
}

function sameNumbers(a: readonly number[], b: readonly number[]): boolean {
  return a.every((x, i) => Object.is(x, b[i]))
}

// An argument handed through becomes a result of its own.
function separate(value: Value): Value {
  return value.storage === null ? value : copyValue(value)
}
