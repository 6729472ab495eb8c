import { noGrad, type Shape, Tensor, UnsupportedError } from '@voltaic/core'
import {
  type BuiltGraph,
  buildGraph,
  capture,
  expand,
  type Graph,
  inputValue,
  primitives,
  recordOne,
  specOf,
  type TensorSpec,
  type Value,
} from '@voltaic/core/graph'
import { onnxComposites } from '../lower/rules/rules.ts'
import { isLowerable } from '../lower/supports.ts'

/** A function recorded for inputs of some shapes. */
export interface Trace {
  readonly graph: Graph
  /** Names of the function's outputs, and where in those of the graph each is found. */
  readonly outputs: readonly { readonly name: string; readonly position: number }[]
  /** What the graph reads beside inputs and weights: tensors that the function makes or knows. */
  readonly constants: readonly Value[]
}

export interface TraceOptions {
  /** Inputs of the function. */
  readonly inputs: readonly TensorSpec[]
  /** Values of parameters and buffers: inputs of the graph behind those of the function. */
  readonly weights: readonly Value[]
}

/**
 * Records `run` on inputs without data. Inputs of the graph are those of the function, then the weights, then the constants.
 *
 * @throws UnsupportedError when the function gives something other than tensors, or depends on random numbers
 */
export function trace(run: (...inputs: Tensor[]) => unknown, { inputs, weights }: TraceOptions): Trace {
  const leaves = inputs.map((spec) => inputValue({ spec }))
  const returned = noGrad(() => namedTensors(run(...leaves.map((leaf) => new Tensor(leaf)))))
  // An output that is an input, a weight or a constant becomes a node of its own.
  const outputs = noGrad(() => returned.map(([, tensor]) => copyOf(tensor.value)))
  const captured = capture(outputs, { boundary: [...leaves, ...weights] })
  if (captured.scalars.length > 0) {
    throw new UnsupportedError(
      'toOnnx: the result depends on random numbers or other runtime scalars; take them as an input of forward',
    )
  }
  const { graph, positions } = expandForOnnx(buildGraph(captured))
  return {
    graph,
    outputs: returned.map(([name], i) => ({ name, position: positions[i]! })),
    constants: captured.inputs.slice(inputs.length + weights.length),
  }
}

/** The spec of an input with another batch size. */
export function withBatch({ dtype, shape }: TensorSpec, batch: number): TensorSpec {
  return specOf(dtype, [batch, ...shape.slice(1)] satisfies Shape)
}

/** Composites stay whole where ONNX has an op for them in their dtype. */
function expandForOnnx(built: BuiltGraph): BuiltGraph {
  const expanded = expand(built, onnxComposites)
  const { nodes, values } = expanded.graph
  const refused = nodes.filter((node) => node.op.kind === 'composite' && !isLowerable(values, node))
  if (refused.length === 0) return expanded
  const names = new Set(refused.map(({ op }) => op.name))
  return expand(expanded, new Set([...onnxComposites].filter((name) => !names.has(name))))
}

function copyOf(value: Value): Value {
  return recordOne(primitives.reshape, [value], { shape: value.spec.shape })
}

function namedTensors(returned: unknown): [name: string, tensor: Tensor][] {
  if (returned instanceof Tensor) return [['output', returned]]
  const isList = Array.isArray(returned)
  if (typeof returned === 'object' && returned !== null) {
    const entries = Object.entries(returned).map(([key, value]) => [isList ? `output_${key}` : key, value] as const)
    if (entries.length > 0 && entries.every((entry): entry is [string, Tensor] => entry[1] instanceof Tensor)) {
      return entries.map(([name, tensor]) => [name, tensor])
    }
  }
  const got = returned === null ? 'null' : typeof returned
  throw new UnsupportedError(
    `toOnnx: forward returns a tensor, or a list or object of tensors, got ${got}; wrap the module in one that does`,
  )
}
