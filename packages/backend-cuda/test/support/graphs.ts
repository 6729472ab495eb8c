import {
  buildGraph,
  capture,
  type DType,
  type Graph,
  inputValue,
  type Shape,
  specOf,
  type Value,
} from '@voltaic/core/graph'

/** A leaf without a buffer. */
export function input(shape: Shape, dtype: DType = 'float32'): Value {
  return inputValue({ spec: specOf(dtype, shape) })
}

/** The graph of `outputs`, its inputs in the order of `leaves`. */
export function graphOf(outputs: readonly Value[], leaves: readonly Value[], donated: readonly Value[] = []): Graph {
  return buildGraph(capture(outputs, { leaves, donates: (leaf) => donated.includes(leaf) })).graph
}
