import type { Graph } from '@voltaic/core/graph'
import type { BoundKernel, BufferId } from '../kernels/kernel.ts'

/** Where the numbers of a buffer lie during a run. */
export type Place =
  | { readonly kind: 'input'; readonly index: number }
  /** A buffer made for this run. */
  | { readonly kind: 'output'; readonly index: number }
  /** A buffer of the pool, for the time of the run. */
  | { readonly kind: 'slot'; readonly index: number }

/** A graph as this backend runs it: dispatches in order, and what each binds. */
export interface Plan {
  readonly graph: Graph
  readonly kernels: readonly BoundKernel[]
  /** By buffer that a kernel binds. */
  readonly places: ReadonlyMap<BufferId, Place>
  /** For each output of the graph, the donated input whose buffer it takes over. */
  readonly takenOver: readonly (number | undefined)[]
  /** Bytes of each slot. */
  readonly slots: readonly number[]
}
