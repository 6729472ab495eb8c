import {
  type Accelerator,
  AcceleratorError,
  type Availability,
  type Capabilities,
  type DeviceBuffer,
  type DeviceLostError,
  type DeviceStats,
  DTypeError,
  type Executable,
  type HostArray,
} from '@voltaic/core'
import { formatSpec, type Graph, isHostArrayOf, type TensorSpec } from '@voltaic/core/graph'
import { checkGraph, webgpuCapabilities } from './capabilities.ts'
import { describe, findAdapter, isSoftware, remedy } from './device/adapter.ts'
import { GpuDevice } from './device/gpu-device.ts'
import { type Abilities, abilitiesOf, injectedDevice, type OpenDevice, openDevice } from './device/open-device.ts'
import { makePlan } from './plan/make-plan.ts'
import { WebGpuExecutable } from './run/webgpu-executable.ts'

/** Options of `webgpu()`. */
export interface WebGpuOptions {
  /**
   * A device that is open already. It stays its owner's: teardown leaves it open. Default: one of `navigator.gpu`, or in
   * Node of the package `webgpu`.
   */
  readonly device?: GPUDevice
  /** Whether an adapter that computes on the CPU will do, for tests. Default: false. */
  readonly allowSoftware?: boolean
  /** Of several adapters: the strong one, which is the default, or the one that saves power. */
  readonly powerPreference?: GPUPowerPreference
}

/**
 * GPUs through WebGPU: kernels in WGSL of our own, in browsers and, with the package `webgpu`, in Node.
 *
 * float16 needs a device with `shader-f16`; what the device has is known after `setup()`.
 */
export function webgpu(options: WebGpuOptions = {}): Accelerator {
  return new WebGpuAccelerator(options)
}

/** What the machine's adapter was last found to have; before that, what every adapter has. */
let found: Abilities = { hasHalf: false, maxBufferBytes: 2 ** 27 }

class WebGpuAccelerator implements Accelerator {
  readonly name = 'webgpu'
  readonly #options: Required<Omit<WebGpuOptions, 'device'>>
  readonly #injected: GPUDevice | undefined
  #capabilities: Capabilities | undefined
  #setups = 0
  #device: GpuDevice | undefined
  #opening: Promise<void> | undefined
  #loss = new Loss()
  /** Counters of devices that were closed. */
  #past = { compiles: 0, executions: 0 }

  constructor({ device, allowSoftware = false, powerPreference = 'high-performance' }: WebGpuOptions) {
    this.#injected = device
    this.#options = { allowSoftware, powerPreference }
  }

  /** Of the device since the last setup; before that, of the adapter as `isAvailable` found it last. */
  get capabilities(): Capabilities {
    if (this.#capabilities !== undefined) return this.#capabilities
    return webgpuCapabilities(this.#injected === undefined ? found : abilitiesOf(this.#injected))
  }

  get lost(): Promise<DeviceLostError> {
    return this.#loss.promise
  }

  async isAvailable(): Promise<Availability> {
    if (this.#device !== undefined) return { available: true, device: this.#device.open.name }
    if (this.#injected !== undefined) return { available: true, device: injectedDevice(this.#injected).name }
    try {
      const adapter = await findAdapter(this.#options)
      found = abilitiesOf(adapter)
      const { info } = adapter
      return { available: true, device: isSoftware(info) ? `${describe(info)} (software)` : describe(info) }
    } catch (error) {
      const [reason, advice] = (error as Error).message.replace(/^webgpu: /, '').split('; ', 2) as [string, string?]
      return { available: false, reason, remedy: advice ?? remedy() }
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
    await device.close()
    this.#past.compiles += device.compiles
    this.#past.executions += device.executions
  }

  upload(data: HostArray, spec: TensorSpec): DeviceBuffer {
    const device = this.#running()
    if (!isHostArrayOf(data, spec.dtype)) {
      throw new DTypeError(`webgpu: ${spec.dtype} does not travel in this array, got ${data.constructor.name}`)
    }
    if (data.byteLength !== spec.bytes) {
      throw new AcceleratorError(`webgpu: ${formatSpec(spec)} takes ${spec.bytes} bytes, got ${data.byteLength}`)
    }
    return device.upload(data, spec)
  }

  async download(buffers: readonly DeviceBuffer[]): Promise<HostArray[]> {
    const device = this.#running()
    return device.download(buffers.map((buffer) => device.own(buffer)))
  }

  copy(buffer: DeviceBuffer): DeviceBuffer {
    const device = this.#running()
    return device.copy(device.own(buffer))
  }

  async compile(graph: Graph): Promise<Executable> {
    const device = this.#running()
    device.checkOpen()
    checkGraph(this.capabilities, graph)
    for (const spec of graph.values) device.checkRoom(spec.bytes, formatSpec(spec))
    const executable = await WebGpuExecutable.compile(device, makePlan(graph, device.open.limits))
    device.compiles++
    return executable
  }

  async synchronize(): Promise<void> {
    await this.#running().synchronize()
  }

  stats(): DeviceStats {
    const { compiles, executions } = this.#past
    const now = this.#device?.stats() ?? { liveBuffers: 0, liveBytes: 0, compiles: 0, executions: 0 }
    return { ...now, compiles: compiles + now.compiles, executions: executions + now.executions }
  }

  async #open(): Promise<void> {
    const open: OpenDevice =
      this.#injected === undefined ? await openDevice(this.#options) : injectedDevice(this.#injected)
    const device = new GpuDevice(open)
    this.#device = device
    this.#capabilities = webgpuCapabilities(open)
    if (open.isOwn) found = abilitiesOf(open.device)
    // What was told of one loss is not told of the next.
    if (this.#loss.isTold) this.#loss = new Loss()
    const loss = this.#loss
    void device.lost.then((error) => loss.tell(error))
  }

  /** @throws AcceleratorError outside `setup` and `teardown` */
  #running(): GpuDevice {
    if (this.#device === undefined) throw new AcceleratorError('webgpu: not set up; call setup() first')
    return this.#device
  }
}

/** News that may come, once. */
class Loss {
  readonly promise: Promise<DeviceLostError>
  #resolve: (error: DeviceLostError) => void = () => {}
  #isTold = false

  constructor() {
    this.promise = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  get isTold(): boolean {
    return this.#isTold
  }

  tell(error: DeviceLostError): void {
    this.#isTold = true
    this.#resolve(error)
  }
}
