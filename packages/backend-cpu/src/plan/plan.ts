import type { Graph, ValueId } from '@voltaic/core/graph'
import type { KernelCall } from '../kernels/kernel.ts'

/** What runs, in order. */
export type Step = WasmStep | SessionStep

/** Calls of generated kernels, made by one call from JavaScript. */
export interface WasmStep {
  readonly kind: 'wasm'
  readonly calls: readonly KernelCall[]
}

/** One run of an ONNX session. */
export interface SessionStep {
  readonly kind: 'session'
  readonly nodes: readonly number[]
  readonly inputs: readonly ValueId[]
  readonly outputs: readonly ValueId[]
}

/** Where the bytes of a value lie during a run. */
export type Place =
  | { readonly kind: 'input'; readonly index: number }
  | { readonly kind: 'scalar'; readonly offset: number }
  /** A buffer made for this run. */
  | { readonly kind: 'output'; readonly index: number }
  /** A place in the memory that runs share one after the other. */
  | { readonly kind: 'scratch'; readonly offset: number }

/** A graph as this backend runs it. */
export interface Plan {
  /** The graph with broadcasts elided: the same values, fewer nodes. */
  readonly graph: Graph
  readonly steps: readonly Step[]
  /** By value; `undefined` for those that are never written out. */
  readonly places: readonly (Place | undefined)[]
  /** For each output of the graph, the donated input whose buffer it takes over. */
  readonly takenOver: readonly (number | undefined)[]
  readonly scratchBytes: number
}
