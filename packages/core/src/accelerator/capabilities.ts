import { UnsupportedError } from '../errors/errors.ts'
import type { DType } from '../graph/dtype.ts'
import type { Graph, GraphNode } from '../graph/graph.ts'
import { formatSpec } from '../graph/spec.ts'

/**
 * How an op runs on a dtype. `emulated`: every result is rounded as the dtype rounds, but computed in float32; right,
 * with no gain in speed.
 */
export type Support = 'native' | 'emulated'

/** What an accelerator declares. What is declared must work; what is not must throw `UnsupportedError` at compile. */
export interface Capabilities {
  /**
   * Support of an op (a primitive's name, or a composite's) on a dtype: that of the first input, and for an op without
   * inputs that of its output; `undefined` where there is none.
   */
  supports(op: string, dtype: DType): Support | undefined
  /** Composites that the backend takes whole; core expands all others. */
  readonly composites: ReadonlySet<string>
  readonly limits: Limits
  readonly numerics: Numerics
}

export interface Limits {
  /** Largest buffer, in bytes. */
  readonly maxBufferBytes: number
}

/** What the device promises about values that are hard. */
export interface Numerics {
  /** `ieee`: NaN and infinities behave. `bits-only`: a compiler may assume them away; test exponent bits instead. */
  readonly nonFinite: 'ieee' | 'bits-only'
  readonly subnormals: 'keep' | 'flush'
  /** False: the same graph on the same data may give other bits in each run. Default true. */
  readonly deterministic?: boolean
}

/** The dtype by which capabilities are asked for a node. */
export function decidingDType(graph: Pick<Graph, 'values'>, node: GraphNode): DType {
  // `where` and the selection ops are decided by what they move, not by their condition or indices.
  const decider = node.op.name === 'where' ? node.inputs[1] : (node.inputs[0] ?? node.outputs[0])
  return graph.values[decider!]!.dtype
}

/**
 * Refuses a graph that holds what `capabilities` does not declare.
 *
 * @throws UnsupportedError naming the first such op and its dtypes
 */
export function checkSupported(who: string, capabilities: Capabilities, graph: Graph): void {
  const missing = graph.nodes.filter(
    (node) => capabilities.supports(node.op.name, decidingDType(graph, node)) === undefined,
  )
  // What takes tensors says more to the user than the literals beside it.
  const node = missing.find(({ inputs }) => inputs.length > 0) ?? missing[0]
  if (node === undefined) return
  const specs = node.inputs.map((id) => formatSpec(graph.values[id]!)).join(', ')
  throw new UnsupportedError(
    `${who}: ${node.op.name} on ${decidingDType(graph, node)} is not supported, got ${node.op.name}(${specs}); cast to a dtype that is, or use another accelerator`,
  )
}
