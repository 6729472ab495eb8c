import { resolveAlias } from './alias.ts'
import { internAttributes } from './attributes.ts'
import { type Capture, capture } from './capture.ts'
import { bytesPerElement } from './dtype.ts'
import type { Graph, GraphNode, ScalarSpec, ValueId } from './graph.ts'
import type { Composite, Op } from './op.ts'
import { primitives } from './primitives.ts'
import { inputValue, type NumberStorage, record, recordOne, scalarValue, withoutRecordingState } from './record.ts'
import type { TensorSpec } from './spec.ts'
import type { Value } from './value.ts'

/** A graph, and where in its outputs each value that was asked for is found (two may be one). */
export interface BuiltGraph {
  readonly graph: Graph
  readonly positions: readonly number[]
}

/**
 * The graph of a capture, right after it was taken, in the order of recording. Common subexpressions become one node. Numbers of the user's become
 * literals, but for the `promoted`, which become runtime scalars behind the others, in their order.
 */
export function buildGraph(captured: Capture, promoted: ReadonlySet<number> = new Set()): BuiltGraph {
  const values: TensorSpec[] = []
  const ids = new Int32Array(captured.count).fill(-1)
  const nodes: GraphNode[] = []
  const seen = new Map<string, readonly ValueId[]>()

  const add = (spec: TensorSpec): ValueId => values.push(spec) - 1
  const emit = (op: Op, attributesId: number, attributes: object, inputs: ValueId[], specs: readonly TensorSpec[]) => {
    const key = `${attributesId}(${inputs.join()})`
    const known = seen.get(key)
    if (known !== undefined) return known
    const outputs = specs.map(add)
    nodes.push({ op, attributes, inputs, outputs })
    seen.set(key, outputs)
    return outputs
  }

  for (const input of captured.inputs) ids[input.number] = add(input.spec)
  const scalarLeaves = [...captured.scalars, ...captured.numbers.filter((_, i) => promoted.has(i))]
  for (const scalar of scalarLeaves) ids[scalar.number] = add(scalar.spec)
  for (const [i, { number, spec, storage }] of captured.numbers.entries()) {
    if (promoted.has(i)) continue
    const literal = { value: (storage as NumberStorage).value, dtype: spec.dtype }
    const interned = internAttributes(primitives.literal.attributes, literal)
    ids[number] = emit(primitives.literal, interned.id, interned.values, [], [spec])[0]!
  }
  // As recorded, and not as found from the outputs: a gradient is computed where the backward pass came by, which is where
  // the activations that it needs can be let go.
  for (const node of [...captured.nodes].sort((a, b) => a.order - b.order)) {
    const inputs = node.inputs.map((input) => ids[input.number]!)
    const specs = node.outputs.map((output) => output.spec)
    const outputs = emit(node.op, node.attributes.id, node.attributes.values, inputs, specs)
    for (const [i, output] of node.outputs.entries()) if (output.storage === null) ids[output.number] = outputs[i]!
  }

  const outputs = [...new Set(captured.outputs.map((output) => ids[output.number]!))]
  const positions = captured.outputs.map((output) => outputs.indexOf(ids[output.number]!))
  const { scalars, scalarBytes } = layOutScalars(scalarLeaves, ids)
  const { donated, inputs } = captured
  return { graph: { values, inputCount: inputs.length, scalars, scalarBytes, nodes, outputs, donated }, positions }
}

function layOutScalars(leaves: readonly Value[], ids: Int32Array): { scalars: ScalarSpec[]; scalarBytes: number } {
  let offset = 0
  const scalars = leaves.map(({ spec: { dtype }, number }) => {
    // Half types travel as float32.
    const bytes = Math.max(4, bytesPerElement(dtype))
    offset = Math.ceil(offset / bytes) * bytes
    const scalar = { dtype, id: ids[number]!, offset }
    offset += bytes
    return scalar
  })
  return { scalars, scalarBytes: Math.ceil(offset / 8) * 8 }
}

/** Records the nodes of `graph` again, each through `visit`. */
export function replay(
  graph: Graph,
  leaves: readonly Value[],
  visit: (node: GraphNode, inputs: readonly Value[]) => readonly Value[],
): Value[] {
  const values: Value[] = [...leaves]
  for (const node of graph.nodes) {
    const outputs = visit(
      node,
      node.inputs.map((id) => values[id]!),
    )
    for (const [i, id] of node.outputs.entries()) values[id] = outputs[i]!
  }
  return values
}

/** Leaves that stand for the inputs and scalars of `graph`. */
export function placeholders(graph: Graph): Value[] {
  const inputs = graph.values.slice(0, graph.inputCount).map((spec) => inputValue({ spec }))
  return [...inputs, ...graph.scalars.map(({ dtype }) => scalarValue(0, dtype))]
}

/**
 * `graph` with every composite replaced by its decomposition, over and over, but for those in `declared`. Inputs,
 * scalars and donations stay as they are.
 */
export function expand({ graph, positions }: BuiltGraph, declared: ReadonlySet<string>): BuiltGraph {
  if (!graph.nodes.some((node) => isExpandable(node.op, declared))) return { graph, positions }
  return withoutRecordingState(() => {
    const leaves = placeholders(graph)
    const values = replay(graph, leaves, (node, inputs) =>
      isExpandable(node.op, declared)
        ? node.op.decompose(inputs, node.attributes as never)
        : record(node.op, inputs, node.attributes as never),
    )
    const leafSet = new Set(leaves)
    // A decomposition may hand its input through; an output is a buffer of its own.
    const outputs = graph.outputs.map((id) => {
      const value = resolveAlias(values[id]!)
      return leafSet.has(value) ? copyValue(value) : value
    })
    const donated = new Set(graph.donated.map((i) => leaves[i]!))
    const expanded = buildGraph(capture(outputs, { leaves, donates: (leaf) => donated.has(leaf) }))
    return expand({ graph: expanded.graph, positions: positions.map((i) => expanded.positions[i]!) }, declared)
  })
}

function isExpandable(op: Op, declared: ReadonlySet<string>): op is Composite {
  return op.kind === 'composite' && !declared.has(op.name)
}

/** A value of its own that equals `value`. */
export function copyValue(value: Value): Value {
  return recordOne(primitives.reshape, [value], { shape: value.spec.shape })
}
