import { AcceleratorError } from '../../errors/errors.ts'
import type { HostArray } from '../../graph/dtype.ts'
import { formatSpec, type TensorSpec } from '../../graph/spec.ts'
import type { DeviceBuffer, DeviceStats } from '../accelerator.ts'

/** Anything that ends with the device. */
interface Resource {
  dispose(): void
}

/** The state behind a reference accelerator: how often it was set up, and what lives on it. */
export class ReferenceDevice {
  readonly #resources = new Set<Resource>()
  readonly #maxBufferBytes: number
  #setups = 0
  #liveBuffers = 0
  #liveBytes = 0
  compiles = 0
  executions = 0

  constructor(maxBufferBytes: number) {
    this.#maxBufferBytes = maxBufferBytes
  }

  setup(): void {
    this.#setups++
  }

  teardown(): void {
    this.checkSetUp()
    if (--this.#setups === 0) for (const resource of this.#resources) resource.dispose()
  }

  /** @throws AcceleratorError outside `setup` and `teardown` */
  checkSetUp(): void {
    if (this.#setups === 0) throw new AcceleratorError('reference: not set up; call setup() first')
  }

  /** @throws AcceleratorError when a tensor of `spec` is larger than the device takes */
  checkRoom(spec: TensorSpec): void {
    if (spec.bytes <= this.#maxBufferBytes) return
    throw new AcceleratorError(
      `reference: a buffer holds at most ${this.#maxBufferBytes} bytes, got ${formatSpec(spec)} of ${spec.bytes}`,
    )
  }

  /** A buffer on `data`, which it takes over. */
  allocate(spec: TensorSpec, data: HostArray): ReferenceBuffer {
    this.checkRoom(spec)
    const buffer = new ReferenceBuffer(this, spec, data)
    this.#liveBuffers++
    this.#liveBytes += spec.bytes
    this.add(buffer)
    return buffer
  }

  /** Called by a buffer that was disposed. */
  free(buffer: ReferenceBuffer): void {
    this.#liveBuffers--
    this.#liveBytes -= buffer.bytes
    this.remove(buffer)
  }

  add(resource: Resource): void {
    this.#resources.add(resource)
  }

  remove(resource: Resource): void {
    this.#resources.delete(resource)
  }

  /**
   * The host array of `buffer`.
   *
   * @throws AcceleratorError when it is another accelerator's, or disposed
   */
  read(buffer: DeviceBuffer): HostArray {
    if (!(buffer instanceof ReferenceBuffer) || buffer.device !== this) {
      throw new AcceleratorError(`reference: the buffer is another accelerator's, got ${formatSpec(buffer.spec)}`)
    }
    if (buffer.data === null) {
      throw new AcceleratorError(`reference: the buffer was disposed or donated, got ${formatSpec(buffer.spec)}`)
    }
    return buffer.data
  }

  stats(): DeviceStats {
    const { compiles, executions } = this
    return { liveBuffers: this.#liveBuffers, liveBytes: this.#liveBytes, compiles, executions }
  }
}

/** A host array that plays a device's buffer. */
export class ReferenceBuffer implements DeviceBuffer {
  readonly device: ReferenceDevice
  readonly spec: TensorSpec
  #data: HostArray | null

  constructor(device: ReferenceDevice, spec: TensorSpec, data: HostArray) {
    this.device = device
    this.spec = spec
    this.#data = data
  }

  get bytes(): number {
    return this.spec.bytes
  }

  /** null once disposed. */
  get data(): HostArray | null {
    return this.#data
  }

  dispose(): void {
    if (this.#data === null) return
    this.#data = null
    this.device.free(this)
  }
}
