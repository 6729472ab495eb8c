import { UnsupportedError } from '@voltaic/core'
import { formatSpec, type Graph, type GraphNode, type TensorSpec, type ValueId } from '@voltaic/core/graph'
import { elementTypeOf, type NumericType } from '../model/element-type.ts'
import { ModelBuilder } from '../model/model-builder.ts'
import type { OnnxValue } from '../model/onnx-value.ts'
import type { OnnxModel } from '../proto/index.ts'
import { type GraphPart, valueName } from './graph-part.ts'
import { bindScalars, type PackedScalars } from './packed-scalars.ts'
import { PartValues } from './part-values.ts'
import { ruleOf } from './rules/rules.ts'
import { isLowerable } from './supports.ts'

/** A model, and how to feed it: every tensor by its `valueName`, scalars packed. */
export interface LoweredPart {
  readonly model: OnnxModel
  readonly scalars: readonly PackedScalars[]
}

export interface LoweringOptions {
  /** Whether ops of ONNX Runtime alone are kept out of the model. Default false: they are faster. */
  readonly isPortable?: boolean
}

/**
 * The ONNX model of a part of a graph.
 *
 * @throws UnsupportedError when `isLowerable` is false for a node
 */
export function lowerPart(part: GraphPart, options: LoweringOptions = {}): LoweredPart {
  const b = new ModelBuilder(options)
  const values = new PartValues(b, part)
  for (const id of part.inputs) values.bind(id, b.input(valueName(id), onnxSpec(part.values[id]!)))
  const scalars = bindScalars(b, part, values)
  for (const node of part.nodes) lowerNode(b, part, values, node)
  const outputs = part.outputs.map((id) => ({ name: valueName(id), value: values.exact(id) }))
  return { model: b.build(outputs), scalars }
}

/** The ONNX model of a whole graph. */
export function lowerGraph(graph: Graph, options: LoweringOptions = {}): LoweredPart {
  const { values, nodes, outputs, inputCount } = graph
  const inputs = Array.from({ length: inputCount }, (_, i) => i)
  return lowerPart({ values, nodes, inputs, scalars: graph.scalars.map(({ id }) => id), outputs }, options)
}

function lowerNode(b: ModelBuilder, part: GraphPart, values: PartValues, node: GraphNode): void {
  const outputs = node.outputs.map((id) => part.values[id]!)
  if (!isLowerable(part.values, node)) {
    const specs = node.inputs.map((id) => formatSpec(part.values[id]!)).join(', ')
    throw new UnsupportedError(
      `onnx: ${node.op.name}(${specs}) has no exact form in ONNX Runtime; run it outside of the model`,
    )
  }
  // Nothing to compute, and not every kernel takes it: TopK ends the process on an empty tensor.
  if (outputs.every(({ size }) => size === 0)) {
    for (const [i, { dtype, shape }] of outputs.entries()) {
      values.bind(node.outputs[i]!, b.constant(elementTypeOf(dtype) as NumericType, shape, []))
    }
    return
  }
  const rule = ruleOf(node.op.name)!
  const context = { b, attributes: node.attributes, outputs, node, around: values }
  const read = (id: ValueId) => (rule.elementwise ? values.loose(id) : values.exact(id))
  const results = rule.fold?.(context) ?? rule.lower(node.inputs.map(read), context)
  for (const [i, result] of [results].flat().entries()) values.bind(node.outputs[i]!, result)
}

function onnxSpec({ dtype, shape }: TensorSpec): { type: OnnxValue['type']; shape: readonly number[] } {
  return { type: elementTypeOf(dtype), shape }
}
