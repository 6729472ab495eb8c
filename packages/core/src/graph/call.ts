import { resolveAlias } from './alias.ts'
import { attributeTable } from './attributes.ts'
import { copyValue, replay } from './build-graph.ts'
import { capture } from './capture.ts'
import type { Composite, Op } from './op.ts'
import { inputValue, record, recording, withoutRecordingState } from './record.ts'
import type { TensorSpec } from './spec.ts'
import { type Subgraph, subgraphOf } from './subgraph.ts'
import type { Value } from './value.ts'

export interface CallAttributes {
  readonly body: Subgraph
  /**
   * How many of the inputs, from the first, the gradient takes anew, so that what the body computed is computed again and
   * need not be kept until then. 0: none.
   */
  readonly recomputed: number
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
export function call(
  body: Subgraph,
  inputs: readonly Value[],
  { recomputed = 0 }: { readonly recomputed?: number } = {},
): readonly Value[] {
  return record(callOp, inputs, { body, recomputed })
}

/** Records the nodes of `body` one by one. */
export function inline({ graph, positions }: Subgraph, inputs: readonly Value[]): readonly Value[] {
  const values = replay(graph, inputs, (node, operands) => record(node.op as Op, operands, node.attributes as never))
  return positions.map((position) => values[graph.outputs[position]!]!)
}

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
    return subgraphOf(captured)
  })
}

// An argument handed through becomes a result of its own.
function separate(value: Value): Value {
  return value.storage === null ? value : copyValue(value)
}
