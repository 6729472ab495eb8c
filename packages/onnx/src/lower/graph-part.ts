import type { GraphNode, TensorSpec, ValueId } from '@voltaic/core/graph'

/** Some nodes of a graph, to be run as one model. */
export interface GraphPart {
  /** Specs of all values of the graph. */
  readonly values: readonly TensorSpec[]
  /** In topological order. */
  readonly nodes: readonly GraphNode[]
  /** Tensors that come from outside, in the order of the model's inputs. */
  readonly inputs: readonly ValueId[]
  /** Runtime scalars that come from outside; one input a dtype carries them all. */
  readonly scalars: readonly ValueId[]
  /** Values to hand back, in the order of the model's outputs. */
  readonly outputs: readonly ValueId[]
}

/** The name of a value of the graph in a model: `v12`. */
export function valueName(id: ValueId): string {
  return `v${id}`
}
