import type { Accelerator, DeviceBuffer, DType, Executable, HostArray } from '@voltaic/core'
import { type Graph, hostArray, readScalar, type TensorSpec } from '@voltaic/core/graph'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { encodeModel, lowerGraph, onnxComposites, supportsOnnx, valueName } from '../../src/index.ts'

interface HostBuffer extends DeviceBuffer {
  readonly data: HostArray
}

/** Whole graphs as one ONNX Runtime session each: just enough of an accelerator to compare lowerings with the reference. */
export function onnxAccelerator(): Accelerator {
  return {
    name: 'onnx',
    capabilities: {
      supports: (op, dtype) => (supportsOnnx(op, dtype) ? 'native' : undefined),
      composites: onnxComposites,
      limits: { maxBufferBytes: 2 ** 31 },
      numerics: { nonFinite: 'ieee', subnormals: 'keep' },
    },
    lost: new Promise(() => {}),
    isAvailable: async () => ({ available: true, device: 'ONNX Runtime' }),
    setup: async () => {},
    upload: (data, spec) => bufferOf(data, spec),
    download: async (buffers) => buffers.map((buffer) => (buffer as HostBuffer).data),
    copy: (buffer) => bufferOf((buffer as HostBuffer).data.slice(), buffer.spec),
    compile,
    synchronize: async () => {},
    stats: () => ({ liveBuffers: 0, liveBytes: 0, compiles: 0, executions: 0 }),
    teardown: async () => {},
  }
}

function bufferOf(data: HostArray, spec: TensorSpec): HostBuffer {
  return { data, spec, bytes: spec.bytes, dispose: () => {} }
}

async function compile(graph: Graph): Promise<Executable> {
  const { model, scalars } = lowerGraph(graph)
  const session = await InferenceSession.create(encodeModel(model), { logSeverityLevel: 3, intraOpNumThreads: 2 })
  const outputs = graph.outputs.map((id) => graph.values[id]!)
  return {
    outputs,
    run: async (inputs, block) => {
      const feeds: Record<string, Tensor> = {}
      for (const [i, input] of inputs.entries()) feeds[valueName(i)] = tensorOf((input as HostBuffer).data, input.spec)
      const view = new DataView(block)
      for (const { name, dtype, ids } of scalars) {
        const data = hostArray(dtype, ids.length)
        for (const [i, id] of ids.entries()) data[i] = readScalar(view, graph.scalars.find((s) => s.id === id)!)
        feeds[name] = new Tensor(ortType(dtype), data as never, [ids.length])
      }
      const results = await session.run(feeds)
      return graph.outputs.map((id, i) => bufferOf(checked(results[valueName(id)]!, outputs[i]!), outputs[i]!))
    },
    dispose: () => void session.release(),
  }
}

/** The data of a result, which must come in the shape and type that the graph says. */
function checked(result: Tensor, { shape, dtype }: TensorSpec): HostArray {
  if (result.type !== ortType(dtype) || result.dims.join() !== shape.join()) {
    throw new Error(`expected ${dtype}[${shape}], got ${result.type}[${result.dims}]`)
  }
  return result.data as HostArray
}

function tensorOf(data: HostArray, { dtype, shape }: TensorSpec): Tensor {
  return new Tensor(ortType(dtype), data as never, shape)
}

function ortType(dtype: DType): 'float32' | 'float64' | 'int32' | 'uint32' | 'uint8' | 'bool' {
  return dtype as 'float32'
}
