import { MisconfigurationError, type Module, ShapeError, Tensor } from '@voltaic/core'
import { formatSpec, type HostTensor, specOf, type TensorSpec, type Value } from '@voltaic/core/graph'
import { valueName } from '../lower/graph-part.ts'
import { lowerGraph } from '../lower/lower-part.ts'
import { elementTypeOf } from '../model/element-type.ts'
import { encodeModel, type OnnxInitializer, type OnnxModel } from '../proto/index.ts'
import { depends, generalise, type SizedModel } from './generalise.ts'
import { fillInputs, renameValues } from './rename.ts'
import { type Trace, trace, withBatch } from './trace.ts'

/** An input of a module: only dtype and shape count. */
export type ExampleInput = Tensor | HostTensor

export interface ToOnnxOptions {
  /** Names of the inputs. Default `input`, or `input_0`, `input_1` …. */
  readonly inputNames?: readonly string[]
  /** Names of the outputs. Default `output`, `output_0` …, or the keys of the object that `forward` returns. */
  readonly outputNames?: readonly string[]
  /**
   * Whether the first dimension of every input is a batch of any size. Default true. False: the model takes the shapes of the
   * example.
   */
  readonly dynamicBatch?: boolean
  /** Name of the symbolic dimension. Default `batch`. */
  readonly batchName?: string
}

/** A module that computes tensors from tensors. */
export type ExportableModule = Pick<Module, 'modules' | 'namedParameters' | 'namedBuffers'> & {
  forward(...inputs: never[]): unknown
}

// Three sizes, so that what grows with the square of the batch is found out; none is 1, which would broadcast.
const traced = [7, 11, 16]

/**
 * A module as the bytes of an ONNX model: what `forward` computes in evaluation mode, with the weights under their names in the
 * state dict. Random layers, as dropout, are switched off. The model uses the standard operators alone (opset 21).
 *
 * `forward` is recorded for several batch sizes; dimensions that differ become symbolic.
 *
 * @param exampleInput - one input, or a list of them
 * @throws UnsupportedError when an op has no exact form in ONNX, or anything but a dimension depends on the batch size
 * @throws MisconfigurationError when names are not as many as there are inputs or outputs
 */
export async function toOnnx(
  module: ExportableModule,
  exampleInput: ExampleInput | readonly ExampleInput[],
  { inputNames, outputNames, dynamicBatch = true, batchName = 'batch' }: ToOnnxOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const inputs = [exampleInput].flat().map(({ dtype, shape }) => specOf(dtype, shape))
  const weights = weightsOf(module)
  const traceWith = (specs: readonly TensorSpec[]) =>
    inEvaluation(module, () =>
      trace((...args) => module.forward(...(args as never[])), {
        inputs: specs,
        weights: weights.map(({ value }) => value),
      }),
    )
  if (dynamicBatch) requireBatches(inputs)
  const traces = dynamicBatch
    ? traced.map((batch) => traceWith(inputs.map((spec) => withBatch(spec, batch))))
    : [traceWith(inputs)]
  const sized = traces.map(
    ({ graph }, i): SizedModel => ({
      batch: traced[i]!,
      model: lowerGraph(graph, { isPortable: true }).model,
    }),
  )
  const model = dynamicBatch ? generalise(sized, { batchName }) : sized[0]!.model
  const [first] = traces as [Trace]
  const names = new Map([
    ...namesOf('input', inputs.length, inputNames).map((name, i) => [valueName(i), name] as const),
    ...weights.map(({ name }, i) => [valueName(inputs.length + i), name] as const),
    ...outputNamesOf(first, outputNames),
  ])
  const constants = await constantsOf(traces)
  for (const [i, { name }] of constants.entries()) names.set(valueName(inputs.length + weights.length + i), name)
  const tensors = [...(await Promise.all(weights.map(initializerOf))), ...constants]
  return encodeModel(fillInputs(renameValues(withOutputs(model, first), names), tensors))
}

/** Tensors that `forward` makes or knows beside the weights, which must be the same for every batch size. */
async function constantsOf(traces: readonly Trace[]): Promise<OnnxInitializer[]> {
  const all = await Promise.all(
    traces.map(({ constants }) =>
      Promise.all(constants.map((value, i) => initializerOf({ name: `constant_${i}`, tensor: new Tensor(value) }))),
    ),
  )
  const [first, ...others] = all as [OnnxInitializer[], ...OnnxInitializer[][]]
  for (const other of others) {
    const isSame = first.length === other.length && first.every((constant, i) => sameConstant(constant, other[i]!))
    if (!isSame) throw depends('forward makes other tensors')
  }
  return first
}

function sameConstant(a: OnnxInitializer, b: OnnxInitializer): boolean {
  const [x, y] = [a, b].map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  return a.dims.join() === b.dims.join() && x!.length === y!.length && x!.every((byte, i) => byte === y![i])
}

interface Weight {
  readonly name: string
  readonly tensor: Tensor
  /** What an op that reads it records. */
  readonly value: Value
}

function weightsOf(module: ExportableModule): Weight[] {
  return [...module.namedParameters(), ...module.namedBuffers()].map(([name, tensor]) => ({
    name,
    tensor,
    value: tensor.slot.value!,
  }))
}

async function initializerOf({ name, tensor }: { name: string; tensor: Tensor }): Promise<OnnxInitializer> {
  const data = await tensor.data()
  return { name, elementType: elementTypeOf(tensor.dtype), dims: tensor.shape, data }
}

function inEvaluation<T>(module: ExportableModule, run: () => T): T {
  const modes = module.modules().map((inner) => [inner, inner.training] as const)
  for (const [inner] of modes) inner.training = false
  try {
    return run()
  } finally {
    for (const [inner, training] of modes) inner.training = training
  }
}

function requireBatches(inputs: readonly TensorSpec[]): void {
  const scalar = inputs.find(({ rank }) => rank === 0)
  if (scalar === undefined) return
  throw new ShapeError(
    `toOnnx: the first dimension of an input is the batch, got ${formatSpec(scalar)}; pass { dynamicBatch: false }`,
  )
}

function namesOf(kind: 'input' | 'output', count: number, names: readonly string[] | undefined): readonly string[] {
  if (names === undefined) return count === 1 ? [kind] : Array.from({ length: count }, (_, i) => `${kind}_${i}`)
  if (names.length === count) return names
  throw new MisconfigurationError(`toOnnx: there are ${count} ${kind}s, got ${names.length} names: ${names.join(', ')}`)
}

function outputNamesOf({ graph, outputs }: Trace, names: readonly string[] | undefined): [string, string][] {
  const given = names === undefined ? outputs.map(({ name }) => name) : namesOf('output', outputs.length, names)
  return outputValues(graph, outputs).map((value, i) => [value, given[i]!])
}

/** The same model with an output for each of the function's: where two are one value, the second is a copy. */
function withOutputs(model: OnnxModel, { graph, outputs }: Trace): OnnxModel {
  const { nodes, outputs: infos } = model.graph
  const names = outputValues(graph, outputs)
  const copies = outputs.flatMap(({ position }, i) =>
    names[i] === infos[position]!.name
      ? []
      : [{ opType: 'Identity', inputs: [infos[position]!.name], outputs: [names[i]!] }],
  )
  return {
    ...model,
    graph: {
      ...model.graph,
      nodes: [...nodes, ...copies],
      outputs: outputs.map(({ position }, i) => ({ ...infos[position]!, name: names[i]! })),
    },
  }
}

/** What the model's values for the function's outputs are called before they get their names. */
function outputValues(graph: Trace['graph'], outputs: Trace['outputs']): string[] {
  return outputs.map(({ position }, i) => {
    const name = valueName(graph.outputs[position]!)
    return outputs.findIndex((other) => other.position === position) === i ? name : `${name}_${i}`
  })
}
