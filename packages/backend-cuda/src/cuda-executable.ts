import { AcceleratorError, type DeviceBuffer, type Executable } from '@voltaic/core'
import { formatSpec, type Graph, type TensorSpec } from '@voltaic/core/graph'
import type { CudaBuffer } from './device/cuda-buffer.ts'
import type { CudaDevice } from './device/cuda-device.ts'
import { lowerGraph } from './lower/lower-graph.ts'
import { LoadedProgram } from './program/loaded-program.ts'

/** A graph, lowered and loaded. */
export class CudaExecutable implements Executable {
  readonly outputs: readonly TensorSpec[]
  readonly #device: CudaDevice
  readonly #graph: Graph
  readonly #program: LoadedProgram
  /** Names of the ops whose indices runs check. */
  readonly #checked: readonly string[]
  #disposed = false

  constructor(device: CudaDevice, graph: Graph) {
    this.outputs = graph.outputs.map((id) => graph.values[id]!)
    this.#device = device
    this.#graph = graph
    const { program, checked } = lowerGraph(graph, device.handles.binding, device.quirks)
    this.#program = new LoadedProgram(device.handles, program)
    this.#checked = checked
    device.add(this)
  }

  // Declared async, so that whatever throws rejects; all calls are made before it returns.
  async run(inputs: readonly DeviceBuffer[], scalars: ArrayBuffer): Promise<readonly DeviceBuffer[]> {
    const buffers = this.#check(inputs, scalars)
    this.#device.takeTurn(this.#program)
    const handles = this.#runProgram(buffers, scalars)
    const { residents } = this.#program
    const variables = new Set(residents.map(({ input }) => buffers[input]!.handOver()))
    for (const i of this.#graph.donated) buffers[i]!.dispose()
    this.#device.executions++
    const [check] = handles.splice(this.outputs.length)
    if (check !== undefined) this.#device.checks.add(check, this.#checked)
    return handles.map((handle, i) => this.#device.adopt(this.outputs[i]!, handle, variables.has(handle)))
  }

  dispose(): void {
    if (this.#disposed) return
    this.#disposed = true
    this.#device.remove(this)
    this.#device.forgetHolder(this.#program)
    this.#program.dispose()
  }

  /** @throws DeviceLostError when updates in place failed half-way */
  #runProgram(buffers: readonly CudaBuffer[], scalars: ArrayBuffer): number[] {
    const { handles } = this.#device
    const variables = this.#program.residents.map(({ input }) => buffers[input]!.becomeVariable())
    const isResident = new Map(this.#program.residents.map(({ input, isRead }) => [input, isRead]))
    // Tensors of what lies in variables, for the time of this run.
    const lent = new Map<number, number>()
    const release = (which: (input: number) => boolean) => {
      for (const [input, tensor] of lent) {
        if (!which(input)) continue
        lent.delete(input)
        handles.free(tensor)
      }
    }
    try {
      const inputs = buffers.map((buffer, i) => {
        if (!buffer.isVariable || isResident.get(i) === false) return buffer.handle
        const tensor = buffer.read()
        lent.set(i, tensor)
        return tensor
      })
      // TensorFlow updates in place what nobody else holds, and a copy of all else.
      const beforeUpdates = () => release((input) => isResident.has(input))
      return this.#program.run({ inputs, variables, scalars, beforeUpdates })
    } catch (error) {
      throw this.#program.hasUpdated ? this.#device.lose(error as Error) : error
    } finally {
      release(() => true)
    }
  }

  #check(inputs: readonly DeviceBuffer[], scalars: ArrayBuffer): readonly CudaBuffer[] {
    const { values, inputCount, donated, scalarBytes } = this.#graph
    this.#device.checkOpen()
    if (this.#disposed) throw new AcceleratorError('cuda: the executable was disposed; compile the graph again')
    if (inputs.length !== inputCount) {
      throw new AcceleratorError(`cuda: the graph has ${inputCount} input(s), got ${inputs.length}`)
    }
    const buffers = inputs.map((input, i) => {
      const buffer = this.#device.own(input)
      if (buffer.spec === values[i]) return buffer
      throw new AcceleratorError(`cuda: input ${i} is ${formatSpec(values[i]!)}, got ${formatSpec(buffer.spec)}`)
    })
    for (const i of donated) {
      if (buffers.indexOf(buffers[i]!) === buffers.lastIndexOf(buffers[i]!)) continue
      throw new AcceleratorError(`cuda: a donated buffer is given once, got input ${i} at another place too`)
    }
    if (scalars.byteLength !== scalarBytes) {
      throw new AcceleratorError(`cuda: the scalars take ${scalarBytes} bytes, got ${scalars.byteLength}`)
    }
    return buffers
  }
}
