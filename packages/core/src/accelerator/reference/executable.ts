import { AcceleratorError } from '../../errors/errors.ts'
import { type Graph, type GraphNode, readScalar, type ValueId } from '../../graph/graph.ts'
import type { PrimitiveName } from '../../graph/primitives.ts'
import { formatSpec, type TensorSpec } from '../../graph/spec.ts'
import type { DeviceBuffer, Executable } from '../accelerator.ts'
import type { ReferenceDevice } from './device.ts'
import type { Kernel, Operand } from './kernel.ts'
import { kernels } from './kernels.ts'
import { decode, encode, roundAll } from './numbers.ts'

/** Runs the nodes of a graph one after the other. */
export class ReferenceExecutable implements Executable {
  readonly outputs: readonly TensorSpec[]
  readonly #device: ReferenceDevice
  readonly #graph: Graph
  readonly #lastReads: readonly (readonly ValueId[])[]
  #disposed = false

  constructor(device: ReferenceDevice, graph: Graph) {
    this.outputs = graph.outputs.map((id) => graph.values[id]!)
    this.#device = device
    this.#graph = graph
    this.#lastReads = lastReads(graph)
    device.add(this)
  }

  // Declared async, so that whatever throws rejects; it all runs before the call returns.
  async run(inputs: readonly DeviceBuffer[], scalars: ArrayBuffer): Promise<readonly DeviceBuffer[]> {
    this.#check(inputs, scalars)
    const graph = this.#graph
    const operands = this.#load(inputs, scalars)
    for (const [i, node] of graph.nodes.entries()) {
      const outputs = runNode(graph, node, operands)
      for (const [j, id] of node.outputs.entries()) operands[id] = outputs[j]
      for (const id of this.#lastReads[i]!) operands[id] = undefined
    }
    const results = graph.outputs.map((id) => {
      const { spec, data } = operands[id]!
      return this.#device.allocate(spec, encode(spec.dtype, data))
    })
    for (const i of graph.donated) inputs[i]!.dispose()
    this.#device.executions++
    return results
  }

  dispose(): void {
    this.#disposed = true
    this.#device.remove(this)
  }

  #check(inputs: readonly DeviceBuffer[], scalars: ArrayBuffer): void {
    const { values, inputCount, donated, scalarBytes } = this.#graph
    this.#device.checkSetUp()
    if (this.#disposed) throw new AcceleratorError('reference: the executable was disposed; compile the graph again')
    if (inputs.length !== inputCount) {
      throw new AcceleratorError(`reference: the graph has ${inputCount} input(s), got ${inputs.length}`)
    }
    for (const [i, { spec }] of inputs.entries()) {
      if (spec === values[i]) continue
      throw new AcceleratorError(`reference: input ${i} is ${formatSpec(values[i]!)}, got ${formatSpec(spec)}`)
    }
    for (const i of donated) {
      if (inputs.indexOf(inputs[i]!) === inputs.lastIndexOf(inputs[i]!)) continue
      throw new AcceleratorError(`reference: a donated buffer is given once, got input ${i} at another place too`)
    }
    if (scalars.byteLength !== scalarBytes) {
      throw new AcceleratorError(`reference: the scalars take ${scalarBytes} bytes, got ${scalars.byteLength}`)
    }
  }

  #load(inputs: readonly DeviceBuffer[], scalars: ArrayBuffer): (Operand | undefined)[] {
    const { values, scalars: scalarSpecs } = this.#graph
    const operands: (Operand | undefined)[] = inputs.map((buffer) => {
      return { spec: buffer.spec, data: decode(buffer.spec.dtype, this.#device.read(buffer)) }
    })
    const block = new DataView(scalars)
    for (const scalar of scalarSpecs) {
      const operand = { spec: values[scalar.id]!, data: Float64Array.of(readScalar(block, scalar)) }
      // Half types travel as float32.
      roundAll(scalar.dtype, operand.data)
      operands[scalar.id] = operand
    }
    return operands
  }
}

function runNode(graph: Graph, node: GraphNode, operands: readonly (Operand | undefined)[]): Operand[] {
  const kernel = kernels[node.op.name as PrimitiveName] as Kernel<object>
  const outputs = node.outputs.map((id) => {
    const spec = graph.values[id]!
    return { spec, data: new Float64Array(spec.size) }
  })
  kernel(
    node.inputs.map((id) => operands[id]!),
    outputs,
    node.attributes,
  )
  for (const { spec, data } of outputs) roundAll(spec.dtype, data)
  return outputs
}

/** For each node the values that nobody reads after it, so that their memory can go. */
function lastReads({ nodes, outputs }: Graph): ValueId[][] {
  const wanted = new Set<ValueId>(outputs)
  const last: ValueId[][] = nodes.map(() => [])
  for (let i = nodes.length - 1; i >= 0; i--) {
    const { inputs, outputs: made } = nodes[i]!
    for (const id of [...inputs, ...made]) {
      if (!wanted.has(id)) last[i]!.push(id)
      wanted.add(id)
    }
  }
  return last
}
