import { AcceleratorError, type DeviceBuffer, type DeviceStats, type Executable, UnsupportedError } from '@voltaic/core'
import { type DType, formatSpec, type HostArray, isHostArrayOf, type TensorSpec } from '@voltaic/core/graph'

export const dtypes: ReadonlySet<DType> = new Set(['float32', 'int32', 'uint32', 'uint8', 'bool'])
export const maxBufferBytes: number = 2 ** 30

/** What lives on the device, and how often it was set up. */
export class Device {
  readonly executables: Set<Executable> = new Set()
  readonly #buffers = new Map<DeviceBuffer, HostArray>()
  #setups = 0
  compiles = 0
  executions = 0

  setup(): void {
    this.#setups++
  }

  teardown(): void {
    this.checkSetUp()
    if (--this.#setups > 0) return
    this.#buffers.clear()
    this.executables.clear()
  }

  checkSetUp(): void {
    if (this.#setups === 0) throw new AcceleratorError('loops: not set up; call setup() first')
  }

  /** A buffer on `data`, which it takes over. */
  allocate(spec: TensorSpec, data: HostArray): DeviceBuffer {
    this.checkSetUp()
    checkRoom(spec)
    if (!isHostArrayOf(data, spec.dtype) || data.length !== spec.size) {
      const got = `${data.length} elements in a ${data.constructor.name}`
      throw new AcceleratorError(`loops: ${formatSpec(spec)} takes ${spec.size} in the array of its dtype, got ${got}`)
    }
    const buffer: DeviceBuffer = { spec, bytes: spec.bytes, dispose: () => void this.#buffers.delete(buffer) }
    this.#buffers.set(buffer, data)
    return buffer
  }

  /** What `buffer` holds; not a copy. */
  read(buffer: DeviceBuffer): HostArray {
    this.checkSetUp()
    const data = this.#buffers.get(buffer)
    if (data !== undefined) return data
    throw new AcceleratorError(`loops: the buffer is gone or another accelerator's, got ${formatSpec(buffer.spec)}`)
  }

  stats(): DeviceStats {
    const { compiles, executions } = this
    const liveBytes = [...this.#buffers.keys()].reduce((sum, { bytes }) => sum + bytes, 0)
    return { liveBuffers: this.#buffers.size, liveBytes, compiles, executions }
  }
}

/** Refuses what no buffer can hold. */
export function checkRoom(spec: TensorSpec): void {
  if (!dtypes.has(spec.dtype))
    throw new UnsupportedError(`loops: ${spec.dtype} is not supported, got ${formatSpec(spec)}`)
  if (spec.bytes <= maxBufferBytes) return
  throw new AcceleratorError(`loops: a buffer holds ${maxBufferBytes} bytes at most, got ${formatSpec(spec)}`)
}
