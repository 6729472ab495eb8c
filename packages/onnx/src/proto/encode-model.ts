import { elementTypes } from './element-types.ts'
import { encodeAttribute } from './encode-attribute.ts'
import { encodeTensor } from './encode-tensor.ts'
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxOpset, OnnxValueInfo } from './model.ts'
import { ProtoWriter } from './writer.ts'

// The numbers below are the field numbers of onnx.proto; a mistake in one shows in the test against `onnx-proto`.

/**
 * The bytes of a `ModelProto`, as `InferenceSession.create` and `.onnx` files take them.
 *
 * Only the encoding is checked, not the model: unknown operators and dangling names are for the runtime to refuse.
 *
 * @throws ShapeError when a tensor's data does not fill its dimensions
 * @throws OutOfRangeError when an integer is not a safe one, or the model exceeds 2 GiB
 */
export function encodeModel(model: OnnxModel): Uint8Array<ArrayBuffer> {
  const writer = new ProtoWriter()
  writer.int(1, model.irVersion)
  if (model.producerName !== undefined) writer.string(2, model.producerName)
  writer.message(7, () => encodeGraph(writer, model.graph))
  for (const opset of model.opsets) writer.message(8, () => encodeOpset(writer, opset))
  return writer.finish()
}

function encodeOpset(writer: ProtoWriter, { domain, version }: OnnxOpset): void {
  writer.string(1, domain)
  writer.int(2, version)
}

function encodeGraph(writer: ProtoWriter, graph: OnnxGraph): void {
  for (const node of graph.nodes) writer.message(1, () => encodeNode(writer, node))
  writer.string(2, graph.name)
  for (const { name, ...tensor } of graph.initializers) writer.message(5, () => encodeTensor(writer, tensor, name))
  for (const input of graph.inputs) writer.message(11, () => encodeValueInfo(writer, input))
  for (const output of graph.outputs) writer.message(12, () => encodeValueInfo(writer, output))
}

function encodeNode(writer: ProtoWriter, node: OnnxNode): void {
  for (const input of node.inputs) writer.string(1, input)
  for (const output of node.outputs) writer.string(2, output)
  if (node.name !== undefined) writer.string(3, node.name)
  writer.string(4, node.opType)
  for (const [name, attribute] of Object.entries(node.attributes ?? {})) {
    writer.message(5, () => encodeAttribute(writer, name, attribute))
  }
  if (node.domain !== undefined) writer.string(7, node.domain)
}

function encodeValueInfo(writer: ProtoWriter, { name, elementType, dims }: OnnxValueInfo): void {
  const encodeShape = () => {
    for (const dim of dims) {
      writer.message(1, () => (typeof dim === 'number' ? writer.int(1, dim) : writer.string(2, dim)))
    }
  }
  const encodeTensorType = () => {
    writer.int(1, elementTypes[elementType].code)
    // Written for a scalar too: no dimensions is rank 0, no shape is an unknown rank.
    writer.message(2, encodeShape)
  }
  writer.string(1, name)
  writer.message(2, () => writer.message(1, encodeTensorType))
}
