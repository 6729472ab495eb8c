import type { Accelerator, Capabilities, DeviceBuffer, Executable } from '@voltaic/core'
import { AcceleratorError, checkSupported, UnsupportedError } from '@voltaic/core'
import { type DType, formatSpec, type HostArray, isHostArrayOf, type TensorSpec } from '@voltaic/core/graph'
import { evaluate, kernels } from './evaluate.ts'

const dtypes: ReadonlySet<DType> = new Set(['float32', 'int32', 'uint32', 'uint8', 'bool'])
const maxBufferBytes = 2 ** 30

const capabilities: Capabilities = {
  supports: (op, dtype) => (Object.hasOwn(kernels, op) && dtypes.has(dtype) ? 'native' : undefined),
  composites: new Set(),
  limits: { maxBufferBytes },
  numerics: { nonFinite: 'ieee', subnormals: 'keep' },
}

/** An accelerator of nothing but loops over typed arrays: read it for what has to happen, not for how to be fast. */
export function loops(): Accelerator {
  const buffers = new Map<DeviceBuffer, HostArray>()
  const executables = new Set<Executable>()
  let [setups, compiles, executions] = [0, 0, 0]
  const checkSetUp = () => check(setups > 0, 'not set up; call setup() first')

  /** A buffer on `data`, which it takes over. */
  function allocate(spec: TensorSpec, data: HostArray): DeviceBuffer {
    checkSetUp()
    checkRoom(spec)
    const got = `${data.length} elements in a ${data.constructor.name}`
    const fits = isHostArrayOf(data, spec.dtype) && data.length === spec.size
    check(fits, `${formatSpec(spec)} takes ${spec.size} in the array of its dtype, got ${got}`)
    const buffer: DeviceBuffer = { spec, bytes: spec.bytes, dispose: () => void buffers.delete(buffer) }
    buffers.set(buffer, data)
    return buffer
  }

  /** What `buffer` holds; not a copy. */
  function read(buffer: DeviceBuffer): HostArray {
    checkSetUp()
    const data = buffers.get(buffer)
    check(data !== undefined, `the buffer is gone or another accelerator's, got ${formatSpec(buffer.spec)}`)
    return data
  }

  return {
    name: 'loops',
    capabilities,
    lost: new Promise(() => {}),
    isAvailable: async () => ({ available: true, device: 'JavaScript' }),
    setup: async () => void setups++,
    // The caller keeps its array, and may change it.
    upload: (data, spec) => allocate(spec, data.slice()),
    download: async (wanted) => wanted.map((buffer) => read(buffer).slice()),
    copy: (buffer) => allocate(buffer.spec, read(buffer).slice()),

    async compile(graph) {
      checkSetUp()
      checkSupported('loops', capabilities, graph)
      // An op on a dtype that is declared may make one that is not (a cast), or more than a buffer holds.
      for (const spec of graph.values) checkRoom(spec)
      const outputs = graph.outputs.map((id) => graph.values[id]!)
      // All of a run happens before the call returns, so runs keep their order; being async, it rejects.
      const run: Executable['run'] = async (inputs, scalars) => {
        checkSetUp()
        check(executables.has(executable), 'the executable is gone; compile again')
        const wanted = graph.values.slice(0, graph.inputCount).map(formatSpec).join(', ')
        const got = inputs.map(({ spec }) => formatSpec(spec)).join(', ')
        check(wanted === got, `the inputs are ${wanted}, got ${got}`)
        const bytes = scalars.byteLength
        check(bytes === graph.scalarBytes, `scalars take ${graph.scalarBytes} bytes, got ${bytes}`)
        const donated = graph.donated.map((i) => inputs[i]!)
        const taken = inputs.filter((input) => donated.includes(input))
        check(taken.length === donated.length, 'a donated buffer is given once, got it again')

        const results = evaluate(graph, inputs.map(read), scalars).map((data, i) => allocate(outputs[i]!, data))
        // Only a run that has succeeded takes what was donated. It could have written its results there.
        for (const buffer of donated) buffer.dispose()
        executions++
        return results
      }
      const executable: Executable = { outputs, run, dispose: () => void executables.delete(executable) }
      executables.add(executable)
      compiles++
      return executable
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

/** Refuses what no buffer can hold. */
function checkRoom(spec: TensorSpec): void {
  if (!dtypes.has(spec.dtype)) throw new UnsupportedError(`loops: dtype not supported, got ${formatSpec(spec)}`)
  check(spec.bytes <= maxBufferBytes, `a buffer holds ${maxBufferBytes} bytes at most, got ${formatSpec(spec)}`)
}

function check(holds: boolean, problem: string): asserts holds {
  if (!holds) throw new AcceleratorError(`loops: ${problem}`)
}
