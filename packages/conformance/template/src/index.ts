import {
  type Accelerator,
  AcceleratorError,
  type Capabilities,
  checkSupported,
  type DeviceBuffer,
  type Executable,
} from '@voltaic/core'
import { formatSpec, type Graph, type HostArray, hostArray, isHostArrayOf } from '@voltaic/core/graph'

/**
 * What each op does to numbers: reads the first array, writes the second one. What is in here is declared, and all else is
 * refused by `compile`. Add `add` next, and declare it on the dtypes on which it works.
 */
const kernels: Readonly<Record<string, (x: HostArray, out: HostArray) => void>> = {
  reshape: (x, out) => out.set(x),
  neg(x, out) {
    for (let i = 0; i < out.length; i++) out[i] = -x[i]!
  },
}

const capabilities: Capabilities = {
  supports: (op, dtype) => (Object.hasOwn(kernels, op) && dtype === 'float32' ? 'native' : undefined),
  composites: new Set(),
  limits: { maxBufferBytes: 2 ** 30 },
  numerics: { nonFinite: 'ieee', subnormals: 'keep' },
}

/** An accelerator that is not one yet: it holds float32 tensors, negates and reshapes them. */
export function myAccelerator(): Accelerator {
  const buffers = new Map<DeviceBuffer, HostArray>()
  const executables = new Set<Executable>()
  let setups = 0
  let compiles = 0
  let executions = 0

  function checkSetUp(): void {
    if (setups === 0) throw new AcceleratorError('my-accelerator: not set up; call setup() first')
  }

  function allocate(spec: DeviceBuffer['spec'], data: HostArray): DeviceBuffer {
    const buffer = { spec, bytes: spec.bytes, dispose: () => void buffers.delete(buffer) }
    buffers.set(buffer, data)
    return buffer
  }

  function read(buffer: DeviceBuffer): HostArray {
    checkSetUp()
    const data = buffers.get(buffer)
    if (data !== undefined) return data
    throw new AcceleratorError(
      `my-accelerator: the buffer is gone or another accelerator's, got ${formatSpec(buffer.spec)}`,
    )
  }

  function makeExecutable(graph: Graph): Executable {
    const executable: Executable = {
      outputs: graph.outputs.map((id) => graph.values[id]!),
      async run(inputs) {
        checkSetUp()
        if (!executables.has(executable))
          throw new AcceleratorError('my-accelerator: the executable is gone; compile again')
        checkInputs(graph, inputs)
        // By the numbers of the values: the inputs come first. Scalars follow them: see readScalar.
        const values = inputs.map(read)
        for (const { op, inputs: from, outputs: to } of graph.nodes) {
          const { dtype, size } = graph.values[to[0]!]!
          const out = hostArray(dtype, size)
          kernels[op.name]!(values[from[0]!]!, out)
          values[to[0]!] = out
        }
        const results = graph.outputs.map((id) => allocate(graph.values[id]!, values[id]!))
        // Only a run that has succeeded takes what was donated.
        for (const i of graph.donated) inputs[i]!.dispose()
        executions++
        return results
      },
      dispose: () => void executables.delete(executable),
    }
    executables.add(executable)
    compiles++
    return executable
  }

  return {
    name: 'my-accelerator',
    capabilities,
    lost: new Promise(() => {}),
    isAvailable: async () => ({ available: true, device: 'JavaScript' }),
    async setup() {
      setups++
    },
    upload(data, spec) {
      checkSetUp()
      if (!isHostArrayOf(data, spec.dtype) || data.length !== spec.size) {
        throw new AcceleratorError(
          `my-accelerator: ${formatSpec(spec)} is not in this array, got ${data.length} elements in a ${data.constructor.name}`,
        )
      }
      return allocate(spec, data.slice())
    },
    download: async (list) => list.map((buffer) => read(buffer).slice()),
    copy: (buffer) => allocate(buffer.spec, read(buffer).slice()),
    async compile(graph) {
      checkSetUp()
      checkSupported('my-accelerator', capabilities, graph)
      return makeExecutable(graph)
    },
    synchronize: async () => checkSetUp(),
    stats() {
      const liveBytes = [...buffers.keys()].reduce((sum, { bytes }) => sum + bytes, 0)
      return { liveBuffers: buffers.size, liveBytes, compiles, executions }
    },
    async teardown() {
      checkSetUp()
      if (--setups > 0) return
      buffers.clear()
      executables.clear()
    },
  }
}

function checkInputs(graph: Graph, inputs: readonly DeviceBuffer[]): void {
  const specs = graph.values.slice(0, graph.inputCount)
  if (inputs.length !== specs.length || inputs.some(({ spec }, i) => spec !== specs[i])) {
    const got = inputs.map(({ spec }) => formatSpec(spec)).join(', ')
    throw new AcceleratorError(`my-accelerator: the inputs are ${specs.map(formatSpec).join(', ')}, got ${got}`)
  }
  if (graph.donated.some((i) => inputs.indexOf(inputs[i]!) !== inputs.lastIndexOf(inputs[i]!))) {
    throw new AcceleratorError('my-accelerator: a donated buffer is given once, got it twice')
  }
}
