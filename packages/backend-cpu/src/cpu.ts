import { availableParallelism, cpus } from 'node:os'
import {
  type Accelerator,
  AcceleratorError,
  type Availability,
  checkSupported,
  type DeviceBuffer,
  type DeviceLostError,
  type DeviceStats,
  type Executable,
  type HostArray,
  MisconfigurationError,
} from '@voltaic/core'
import { formatSpec, type Graph, hostArray, isHostArrayOf, type TensorSpec } from '@voltaic/core/graph'
import { cpuCapabilities } from './capabilities.ts'
import { CpuExecutable } from './cpu-executable.ts'
import type { CpuBuffer } from './device/cpu-buffer.ts'
import { CpuDevice } from './device/cpu-device.ts'
import { makePlan } from './plan/make-plan.ts'
import { canRun } from './session/model.ts'
import { loadOrt, type Ort } from './session/ort.ts'

/** Options of `cpu()`. */
export interface CpuOptions {
  /** Threads of a contraction. Default: the cores that are available. Generated kernels run on one. */
  readonly threads?: number
  /** Memory for tensors, at most 4 GiB, which is the default; reserved at setup, taken when first written to. */
  readonly memoryBytes?: number
  /** The module `onnxruntime-node`, where it cannot be imported by its name. */
  readonly ort?: Ort
}

/**
 * The CPU: ONNX Runtime for contractions and what lies between them, generated WebAssembly for the rest.
 *
 * @throws MisconfigurationError when `threads` is not a whole number ≥ 1
 */
export function cpu({ threads = availableParallelism(), memoryBytes, ort }: CpuOptions = {}): Accelerator {
  if (!Number.isInteger(threads) || threads < 1) {
    throw new MisconfigurationError(`cpu: threads is a whole number ≥ 1, got ${threads}; leave it out to use all cores`)
  }
  return new CpuAccelerator({ threads, ...(memoryBytes === undefined ? {} : { memoryBytes }) }, ort)
}

const MAX_BYTES = 2 ** 32

class CpuAccelerator implements Accelerator {
  readonly name = 'cpu'
  readonly capabilities: Accelerator['capabilities']
  // A processor is not lost.
  readonly lost: Promise<DeviceLostError> = new Promise(() => {})
  readonly #options: { readonly threads: number; readonly memoryBytes?: number }
  readonly #ort: Ort | undefined
  #setups = 0
  #device: CpuDevice | undefined
  #opening: Promise<void> | undefined
  /** Counters of devices that were closed. */
  #past = { compiles: 0, executions: 0 }

  constructor(options: { readonly threads: number; readonly memoryBytes?: number }, ort: Ort | undefined) {
    this.#options = options
    this.#ort = ort
    this.capabilities = cpuCapabilities(options.memoryBytes ?? MAX_BYTES)
  }

  async isAvailable(): Promise<Availability> {
    try {
      await this.#load()
    } catch (error) {
      return { available: false, reason: (error as Error).message, remedy: 'npm install onnxruntime-node' }
    }
    return { available: true, device: `${cpus()[0]?.model.trim() ?? 'CPU'}, ${this.#options.threads} thread(s)` }
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
    await device.close()
    this.#past.compiles += device.compiles
    this.#past.executions += device.executions
  }

  upload(data: HostArray, spec: TensorSpec): DeviceBuffer {
    const device = this.#running()
    if (!isHostArrayOf(data, spec.dtype) || data.length !== spec.size) {
      throw new AcceleratorError(
        `cpu: ${formatSpec(spec)} takes ${spec.size} elements in the array of ${spec.dtype}, got ${data.length} in a ${data.constructor.name}`,
      )
    }
    const buffer = device.allocate(spec)
    bytesOf(device, buffer).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    return buffer
  }

  async download(buffers: readonly DeviceBuffer[]): Promise<HostArray[]> {
    const device = this.#running()
    const held = buffers.map((buffer) => device.own(buffer))
    // Reading the address checks that the buffer is alive.
    for (const buffer of held) if (buffer.pointer >= 0) buffer.hold()
    try {
      if (!device.queue.idle) await device.queue.drain()
      return held.map((buffer) => {
        const data = hostArray(buffer.spec.dtype, buffer.spec.size)
        new Uint8Array(data.buffer).set(bytesOf(device, buffer))
        return data
      })
    } finally {
      for (const buffer of held) buffer.release()
    }
  }

  copy(buffer: DeviceBuffer): DeviceBuffer {
    const device = this.#running()
    const source = device.own(buffer)
    // Reading the address checks that the buffer is alive.
    const target = source.pointer >= 0 ? device.allocate(buffer.spec) : source
    bytesOf(device, target).set(bytesOf(device, source))
    return target
  }

  async compile(graph: Graph): Promise<Executable> {
    const device = this.#running()
    checkSupported('cpu', this.capabilities, graph)
    const executable = await CpuExecutable.compile(device, makePlan(graph, canRun))
    device.compiles++
    return executable
  }

  async synchronize(): Promise<void> {
    await this.#running().queue.drain()
  }

  stats(): DeviceStats {
    const { compiles, executions } = this.#past
    const now = this.#device?.stats() ?? { liveBuffers: 0, liveBytes: 0, compiles: 0, executions: 0 }
    return { ...now, compiles: compiles + now.compiles, executions: executions + now.executions }
  }

  async #open(): Promise<void> {
    this.#device = new CpuDevice(await this.#load(), this.#options)
  }

  async #load(): Promise<Ort> {
    return this.#ort ?? (await loadOrt())
  }

  /** @throws AcceleratorError outside `setup` and `teardown` */
  #running(): CpuDevice {
    if (this.#device === undefined) throw new AcceleratorError('cpu: not set up; call setup() first')
    return this.#device
  }
}

function bytesOf(device: CpuDevice, buffer: CpuBuffer): Uint8Array {
  return new Uint8Array(device.memory.buffer, buffer.heldPointer, buffer.bytes)
}
