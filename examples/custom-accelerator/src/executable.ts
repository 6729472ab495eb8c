import { AcceleratorError, type DeviceBuffer, type Executable } from '@voltaic/core'
import { formatSpec, type Graph, type HostArray, hostArray, type PrimitiveName, readScalar } from '@voltaic/core/graph'
import type { Device } from './device.ts'
import { kernels } from './kernels.ts'
import type { Kernel, Operand } from './operand.ts'

/** Runs the nodes of `graph` one after the other. */
export function makeExecutable(graph: Graph, device: Device): Executable {
  const executable: Executable = {
    outputs: graph.outputs.map((id) => graph.values[id]!),

    // All of it happens before the call returns, so runs keep their order; being async, it rejects instead of throwing.
    async run(inputs, scalars) {
      device.checkSetUp()
      if (!device.executables.has(executable))
        throw new AcceleratorError('loops: the executable is gone; compile again')
      checkOperands(graph, inputs, scalars)
      // By the numbers of the values: first the inputs, then the scalars, then what the nodes make.
      const values: HostArray[] = inputs.map((buffer) => device.read(buffer))
      const block = new DataView(scalars)
      for (const scalar of graph.scalars) values.push(hostArray(scalar.dtype, 1).fill(readScalar(block, scalar)))
      const operand = (id: number): Operand => ({ spec: graph.values[id]!, data: values[id]! })

      for (const node of graph.nodes) {
        for (const id of node.outputs) values[id] = hostArray(graph.values[id]!.dtype, graph.values[id]!.size)
        const kernel = kernels[node.op.name as PrimitiveName] as Kernel<object>
        kernel(node.attributes, ...node.inputs.map(operand), ...node.outputs.map(operand))
      }

      const results = graph.outputs.map((id) => device.allocate(graph.values[id]!, values[id]!))
      // Only a run that has succeeded takes what was donated. It could have written its results there.
      for (const i of graph.donated) inputs[i]!.dispose()
      device.executions++
      return results
    },

    dispose: () => void device.executables.delete(executable),
  }
  device.executables.add(executable)
  device.compiles++
  return executable
}

function checkOperands(graph: Graph, inputs: readonly DeviceBuffer[], scalars: ArrayBuffer): void {
  const specs = graph.values.slice(0, graph.inputCount)
  if (inputs.length !== specs.length || inputs.some(({ spec }, i) => spec !== specs[i])) {
    const [wanted, got] = [specs, inputs.map(({ spec }) => spec)].map((list) => list.map(formatSpec).join(', '))
    throw new AcceleratorError(`loops: the inputs are ${wanted}, got ${got}`)
  }
  const twice = graph.donated.find((i) => inputs.indexOf(inputs[i]!) !== inputs.lastIndexOf(inputs[i]!))
  if (twice !== undefined) throw new AcceleratorError(`loops: a donated buffer is given once, got input ${twice} again`)
  if (scalars.byteLength === graph.scalarBytes) return
  throw new AcceleratorError(`loops: scalars take ${graph.scalarBytes} bytes, got ${scalars.byteLength}`)
}
