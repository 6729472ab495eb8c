import type { OnnxModel, OnnxNode, OnnxTensor, OnnxValueInfo } from '../proto/index.ts'
import { microsoft, type OnnxOp, OnnxValue } from './onnx-value.ts'

/** What a model is made of, with values as objects. */
export interface ModelParts {
  readonly inputs: readonly OnnxValue[]
  /** In topological order; dead ones among them are left out. */
  readonly ops: readonly OnnxOp[]
  readonly constants: ReadonlyMap<OnnxValue, OnnxTensor>
  readonly outputs: readonly { readonly name: string; readonly value: OnnxValue }[]
}

// The newest that ONNX Runtime 1.20 and later know; Gelu needs 20.
const opset = 21
const microsoftOpset = 1
const irVersion = 10

/** Names the values, drops what no output needs, and writes the rest down as an ONNX model. */
export function assembleModel(parts: ModelParts): OnnxModel {
  const { inputs, constants } = parts
  const { ops, outputs } = nameOutputs(parts)
  const { live, read } = liveOps(ops, outputs)
  nameRest(live, constants, read)
  const usesMicrosoft = live.some((op) => op.domain !== undefined)
  return {
    irVersion,
    opsets: [
      { domain: '', version: opset },
      ...(usesMicrosoft ? [{ domain: microsoft, version: microsoftOpset }] : []),
    ],
    producerName: 'voltaic',
    graph: {
      name: 'voltaic',
      nodes: lastFirst(live).map((op) => nodeOf(op, read)),
      inputs: inputs.map(infoOf),
      outputs: outputs.map(infoOf),
      initializers: [...constants]
        .filter(([value]) => read.has(value))
        .map(([value, tensor]) => ({ ...tensor, name: value.name! })),
    },
  }
}

/** Gives every output its name, by a copy where a value has one already or is made by no op. */
function nameOutputs({ ops, outputs }: ModelParts): { ops: readonly OnnxOp[]; outputs: readonly OnnxValue[] } {
  const made = new Set(ops.flatMap((op) => op.outputs))
  const copies: OnnxOp[] = []
  const taken = new Set<OnnxValue>()
  const named = outputs.map(({ name, value }) => {
    if (made.has(value) && !taken.has(value)) {
      taken.add(value)
      value.name = name
      return value
    }
    // A constant gives up the name of the graph's value that it is.
    if (value.name === name) value.name = undefined
    const copy = new OnnxValue(value.type, value.shape, name)
    copies.push({ opType: 'Identity', inputs: [value], outputs: [copy] })
    return copy
  })
  return { ops: [...ops, ...copies], outputs: named }
}

function liveOps(
  ops: readonly OnnxOp[],
  outputs: readonly OnnxValue[],
): { live: readonly OnnxOp[]; read: ReadonlySet<OnnxValue> } {
  const read = new Set(outputs)
  const live: OnnxOp[] = []
  for (const op of [...ops].reverse()) {
    if (!op.outputs.some((output) => read.has(output))) continue
    live.push(op)
    for (const input of op.inputs) if (input !== undefined) read.add(input)
  }
  return { live: live.reverse(), read }
}

/**
 * The ops, those that no other reads behind all others and in reverse. ONNX Runtime starts from the last of them and goes
 * back depth-first, so what came first in the graph is done first, and each gradient as soon as it can be: activations
 * die early.
 */
function lastFirst(ops: readonly OnnxOp[]): readonly OnnxOp[] {
  const read = new Set(ops.flatMap((op) => op.inputs))
  const isRead = (op: OnnxOp) => op.outputs.some((output) => read.has(output))
  return [...ops.filter(isRead), ...ops.filter((op) => !isRead(op)).reverse()]
}

function nameRest(
  ops: readonly OnnxOp[],
  constants: ReadonlyMap<OnnxValue, OnnxTensor>,
  read: ReadonlySet<OnnxValue>,
): void {
  let count = 0
  for (const value of constants.keys()) if (read.has(value)) value.name ??= `c${count++}`
  count = 0
  for (const op of ops) for (const output of op.outputs) output.name ??= `t${count++}`
}

function nodeOf(op: OnnxOp, read: ReadonlySet<OnnxValue>): OnnxNode {
  const { opType, domain, inputs, attributes } = op
  return {
    opType,
    inputs: inputs.map((input) => input?.name ?? ''),
    outputs: wantedOutputs(op, read).map((output) => output.name!),
    ...(domain === undefined ? {} : { domain }),
    ...(attributes === undefined || Object.keys(attributes).length === 0 ? {} : { attributes }),
  }
}

const withOptionalOutputs = new Set(['MaxPool', 'LayerNormalization'])

// Only without its second output does ONNX Runtime take its fast max pool; a nameless one counts as an output there.
function wantedOutputs({ opType, outputs }: OnnxOp, read: ReadonlySet<OnnxValue>): readonly OnnxValue[] {
  if (!withOptionalOutputs.has(opType)) return outputs
  return outputs.slice(0, outputs.findLastIndex((output) => read.has(output)) + 1)
}

function infoOf({ name, type, shape }: OnnxValue): OnnxValueInfo {
  return { name: name!, elementType: type, dims: shape }
}
