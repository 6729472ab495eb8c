import {
  type Accelerator,
  AcceleratorError,
  type Availability,
  checkSupported,
  type DeviceBuffer,
  type DeviceLostError,
  type DeviceStats,
  DTypeError,
  type Executable,
  type HostArray,
  ShapeError,
} from '@voltaic/core'
import { formatSpec, type Graph, isHostArrayOf, type TensorSpec } from '@voltaic/core/graph'
import { bindingOf, loadTfjs, type Tfjs } from './binding/load-tfjs.ts'
import { cudaCapabilities } from './capabilities.ts'
import { CudaExecutable } from './cuda-executable.ts'
import type { CudaBuffer } from './device/cuda-buffer.ts'
import { CudaDevice } from './device/cuda-device.ts'
import type { Handles } from './device/handles.ts'
import { downloadTensor, uploadTensor } from './device/transfer.ts'
import { storage } from './lower/storage.ts'
import { rawAttributes } from './program/raw-attributes.ts'

/** Options of `cuda()`. */
export interface CudaOptions {
  /** The module `@tensorflow/tfjs-node-gpu`, or the folder in which it lies, where it cannot be loaded by its name. */
  readonly tfjs?: Tfjs | string
  /** Run on TensorFlow's CPU kernels where it finds no GPU, which is refused otherwise. For tests. Default: false. */
  readonly allowCpu?: boolean
  /**
   * From Ampere on, multiply float32 as TF32: some eight times as fast on an A100, each factor rounded to 10 bits of fraction.
   * For the whole process, and decided when TensorFlow is loaded. Default: false.
   */
  readonly allowTf32?: boolean
}

/** An NVIDIA GPU, through TensorFlow's CUDA kernels and the addon of `@tensorflow/tfjs-node-gpu`. One GPU a process. */
export function cuda({ tfjs, allowCpu = false, allowTf32 = false }: CudaOptions = {}): Accelerator {
  const load = async () => (typeof tfjs === 'object' ? tfjs : loadTfjs({ from: tfjs, allowTf32 }))
  return new CudaAccelerator(load, allowCpu)
}

class CudaAccelerator implements Accelerator {
  readonly name = 'cuda'
  readonly capabilities = cudaCapabilities()
  readonly lost: Promise<DeviceLostError>
  readonly #onLost: (error: DeviceLostError) => void
  readonly #loadTfjs: () => Promise<Tfjs>
  readonly #allowCpu: boolean
  #setups = 0
  #device: CudaDevice | undefined
  #opening: Promise<void> | undefined
  /** Counters of devices that were closed. */
  #past = { compiles: 0, executions: 0 }

  constructor(loadTfjs: () => Promise<Tfjs>, allowCpu: boolean) {
    this.#loadTfjs = loadTfjs
    this.#allowCpu = allowCpu
    let onLost: (error: DeviceLostError) => void = () => {}
    this.lost = new Promise((resolve) => {
      onLost = resolve
    })
    this.#onLost = onLost
  }

  async isAvailable(): Promise<Availability> {
    try {
      const tfjs = await this.#load()
      const { TF_Version } = bindingOf(tfjs)
      if (bindingOf(tfjs).isUsingGpuDevice()) return { available: true, device: `NVIDIA GPU, TensorFlow ${TF_Version}` }
      return { available: true, device: `CPU (no GPU is used), TensorFlow ${TF_Version}` }
    } catch (error) {
      return { available: false, reason: (error as Error).message, remedy: 'npx voltaic-cuda-doctor' }
    }
  }

  async setup(): Promise<void> {
    this.#setups++
    this.#opening ??= this.#open()
    try {
      await this.#opening
    } catch (error) {
      this.#setups--
      this.#opening = undefined
      throw error
    }
  }

  async teardown(): Promise<void> {
    const device = this.#running()
    if (--this.#setups > 0) return
    this.#device = undefined
    this.#opening = undefined
    device.close()
    this.#past.compiles += device.compiles
    this.#past.executions += device.executions
  }

  upload(data: HostArray, spec: TensorSpec): DeviceBuffer {
    const device = this.#running()
    if (!isHostArrayOf(data, spec.dtype)) {
      throw new DTypeError(`cuda: ${spec.dtype} does not travel in this array, got ${data.constructor.name}`)
    }
    if (data.length !== spec.size) {
      throw new ShapeError(`cuda: ${formatSpec(spec)} has ${spec.size} elements, got ${data.length}`)
    }
    this.#checkRoom(spec)
    return device.adopt(spec, uploadTensor(device.handles, data, spec))
  }

  async download(buffers: readonly DeviceBuffer[]): Promise<HostArray[]> {
    const device = this.#running()
    device.checks.read()
    return buffers.map((buffer) => download(device.handles, device.own(buffer)))
  }

  copy(buffer: DeviceBuffer): DeviceBuffer {
    const device = this.#running()
    return device.adopt(buffer.spec, share(device.handles, device.own(buffer)))
  }

  async compile(graph: Graph): Promise<Executable> {
    const device = this.#running()
    checkSupported('cuda', this.capabilities, graph)
    for (const spec of graph.values) this.#checkRoom(spec)
    const executable = new CudaExecutable(device, graph)
    device.compiles++
    return executable
  }

  async synchronize(): Promise<void> {
    const { handles, checks } = this.#running()
    checks.read()
    // A result of the device can be read only once all before it is done.
    const x = handles.create(Float32Array.of(0), 'float', [])
    const [y] = handles.execute('Neg', rawAttributes(handles.binding, 'Neg', { T: 'float' }), [x], 1)
    handles.read(y!.id)
    for (const id of [x, y!.id]) handles.free(id)
  }

  stats(): DeviceStats {
    const { compiles, executions } = this.#past
    const now = this.#device?.stats() ?? { liveBuffers: 0, liveBytes: 0, compiles: 0, executions: 0 }
    return { ...now, compiles: compiles + now.compiles, executions: executions + now.executions }
  }

  /** @throws AcceleratorError when a tensor of `spec` is larger than a buffer may be */
  #checkRoom(spec: TensorSpec): void {
    const { maxBufferBytes } = this.capabilities.limits
    if (spec.bytes <= maxBufferBytes) return
    throw new AcceleratorError(
      `cuda: a buffer holds at most ${maxBufferBytes} bytes, got ${formatSpec(spec)} of ${spec.bytes}; split it`,
    )
  }

  async #open(): Promise<void> {
    this.#device = new CudaDevice(bindingOf(await this.#load()), this.#onLost)
  }

  async #load(): Promise<Tfjs> {
    const tfjs = await this.#loadTfjs()
    if (this.#allowCpu || bindingOf(tfjs).isUsingGpuDevice()) return tfjs
    throw new AcceleratorError(
      'cuda: TensorFlow finds no GPU and would run on the CPU; see what voltaic-cuda-doctor says, or pass { allowCpu: true }',
    )
  }

  /** @throws AcceleratorError outside `setup` and `teardown` */
  #running(): CudaDevice {
    if (this.#device === undefined) throw new AcceleratorError('cuda: not set up; call setup() first')
    return this.#device
  }
}

/** Another handle on a buffer's tensor. Tensors of TensorFlow never change: it is a copy. */
function share(handles: Handles, buffer: CudaBuffer): number {
  if (buffer.isVariable) return buffer.read()
  const attributes = rawAttributes(handles.binding, 'Identity', { T: storage[buffer.spec.dtype] })
  return handles.execute('Identity', attributes, [buffer.handle], 1)[0]!.id
}

function download(handles: Handles, buffer: CudaBuffer): HostArray {
  if (!buffer.isVariable) return downloadTensor(handles, buffer.handle, buffer.spec)
  const tensor = buffer.read()
  try {
    return downloadTensor(handles, tensor, buffer.spec)
  } finally {
    handles.free(tensor)
  }
}
