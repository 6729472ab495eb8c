import {
  AcceleratorError,
  type DeviceBuffer,
  DeviceLostError,
  type DeviceStats,
  type HostArray,
  OutOfRangeError,
} from '@voltaic/core'
import { formatSpec, hostArray, type TensorSpec } from '@voltaic/core/graph'
import { FAULT_WORDS, indexingOps } from '../kernels/kernel.ts'
import { BufferPool, type PooledBuffer } from './buffer-pool.ts'
import { bufferUsage, mapRead } from './flags.ts'
import { type BufferOwner, GpuBuffer } from './gpu-buffer.ts'
import type { OpenDevice } from './open-device.ts'
import { Pipelines } from './pipelines.ts'

/** What ends with the device, and hears of memory that is gone. */
interface Resource {
  dispose(): void
  evict?(buffers: readonly PooledBuffer[]): void
}

const MAX_IDLE_BYTES = 2 ** 29
const FAULT_BYTES = 4 * FAULT_WORDS

/** A device at work: its memory, what lies in it, and what runs on it. */
export class GpuDevice implements BufferOwner {
  readonly open: OpenDevice
  readonly gpu: GPUDevice
  readonly pool: BufferPool
  readonly pipelines: Pipelines
  /** Where kernels record indices out of range: op, index, length. */
  readonly faults: GPUBuffer
  readonly lost: Promise<DeviceLostError>
  readonly #resources: Set<Resource> = new Set()
  #loss: DeviceLostError | undefined
  #error: AcceleratorError | undefined
  #closed = false
  #liveBuffers = 0
  #liveBytes = 0
  compiles = 0
  executions = 0

  constructor(open: OpenDevice) {
    this.open = open
    this.gpu = open.device
    this.pool = new BufferPool(this.gpu, {
      maxIdleBytes: MAX_IDLE_BYTES,
      maxBufferBytes: open.maxBufferBytes,
      onDestroy: (buffers) => {
        for (const resource of this.#resources) resource.evict?.(buffers)
      },
    })
    this.pipelines = new Pipelines(this.gpu)
    const usage = bufferUsage.storage | bufferUsage.copySource | bufferUsage.copyTarget
    this.faults = this.gpu.createBuffer({ size: FAULT_BYTES, usage })
    this.lost = this.#watch()
    this.gpu.addEventListener('uncapturederror', this.#onError)
  }

  /** A buffer for `spec`. @throws AcceleratorError when it is larger than the device takes */
  allocate(spec: TensorSpec): GpuBuffer {
    this.checkRoom(spec.bytes, formatSpec(spec))
    return this.adopt(spec, this.pool.take(paddedBytes(spec)))
  }

  /** A buffer on memory that is there. */
  adopt(spec: TensorSpec, memory: PooledBuffer): GpuBuffer {
    const buffer = new GpuBuffer(this, spec, memory)
    this.#liveBuffers++
    this.#liveBytes += spec.bytes
    return buffer
  }

  forget(buffer: GpuBuffer): void {
    this.#liveBuffers--
    this.#liveBytes -= buffer.bytes
  }

  free(memory: PooledBuffer): void {
    if (!this.#closed) this.pool.give(memory)
  }

  /** @throws AcceleratorError when the device takes no buffer of so many bytes */
  checkRoom(bytes: number, what: string): void {
    const { maxBufferBytes } = this.open
    if (bytes <= maxBufferBytes) return
    throw new AcceleratorError(`webgpu: a buffer of this device holds at most ${maxBufferBytes} bytes, got ${what}`)
  }

  /** `buffer` as one of this device. @throws AcceleratorError when it is another accelerator's */
  own(buffer: DeviceBuffer): GpuBuffer {
    if (buffer instanceof GpuBuffer && buffer.isOf(this)) return buffer
    throw new AcceleratorError(
      `webgpu: the buffer is another accelerator's, got ${formatSpec(buffer.spec)}; copy it over`,
    )
  }

  upload(data: HostArray, spec: TensorSpec): GpuBuffer {
    this.checkOpen()
    const buffer = this.allocate(spec)
    if (data.byteLength > 0) this.gpu.queue.writeBuffer(buffer.memory.buffer, 0, padded(data))
    return buffer
  }

  copy(source: GpuBuffer): GpuBuffer {
    this.checkOpen()
    const from = source.memory.buffer
    const target = this.allocate(source.spec)
    const encoder = this.gpu.createCommandEncoder()
    encoder.copyBufferToBuffer(from, 0, target.memory.buffer, 0, paddedBytes(source.spec))
    this.gpu.queue.submit([encoder.finish()])
    return target
  }

  /** Reads buffers, in one wait. @throws OutOfRangeError when a kernel met an index out of range since the last read */
  async download(buffers: readonly GpuBuffer[]): Promise<HostArray[]> {
    this.checkOpen()
    const sizes = buffers.map(({ spec }) => paddedBytes(spec))
    const total = sizes.reduce((sum, bytes) => sum + bytes, FAULT_BYTES)
    const encoder = this.gpu.createCommandEncoder()
    const usage = bufferUsage.mapRead | bufferUsage.copyTarget
    const staging = this.gpu.createBuffer({ size: total, usage })
    try {
      encoder.copyBufferToBuffer(this.faults, 0, staging, 0, FAULT_BYTES)
      let offset = FAULT_BYTES
      for (const [i, buffer] of buffers.entries()) {
        encoder.copyBufferToBuffer(buffer.memory.buffer, 0, staging, offset, sizes[i]!)
        offset += sizes[i]!
      }
      this.gpu.queue.submit([encoder.finish()])
      await this.#settled(staging.mapAsync(mapRead))
      const bytes = staging.getMappedRange()
      this.#checkFaults(new Uint32Array(bytes, 0, FAULT_WORDS))
      return split(bytes, buffers, sizes)
    } finally {
      staging.destroy()
    }
  }

  async synchronize(): Promise<void> {
    await this.download([])
  }

  add(resource: Resource): void {
    this.#resources.add(resource)
  }

  remove(resource: Resource): void {
    this.#resources.delete(resource)
  }

  /**
   * @throws DeviceLostError when the device is gone
   * @throws AcceleratorError after the last teardown, or when the device has reported an error
   */
  checkOpen(): void {
    if (this.#loss !== undefined) throw this.#loss
    if (this.#closed) throw new AcceleratorError('webgpu: the device was torn down; call setup() first')
    if (this.#error === undefined) return
    const error = this.#error
    this.#error = undefined
    throw error
  }

  /** Waits for what runs, and ends all that lives here. */
  async close(): Promise<void> {
    if (this.#loss === undefined) await this.gpu.queue.onSubmittedWorkDone()
    this.#closed = true
    for (const resource of this.#resources) resource.dispose()
    this.gpu.removeEventListener('uncapturederror', this.#onError)
    this.pool.destroy()
    this.faults.destroy()
    if (this.open.isOwn) this.gpu.destroy()
  }

  stats(): DeviceStats {
    const { compiles, executions } = this
    const isGone = this.#closed || this.#loss !== undefined
    return {
      liveBuffers: isGone ? 0 : this.#liveBuffers,
      liveBytes: isGone ? 0 : this.#liveBytes,
      compiles,
      executions,
    }
  }

  async #watch(): Promise<DeviceLostError> {
    const { message, reason } = await this.gpu.lost
    // What we have closed ourselves is not lost.
    if (this.#closed) return new Promise(() => {})
    const said = message || `the device was ${reason}`
    this.#loss = new DeviceLostError(`webgpu: the device is gone, got "${said}"; call teardown() and setup() again`)
    return this.#loss
  }

  readonly #onError = (event: GPUUncapturedErrorEvent): void => {
    event.preventDefault()
    this.#error ??= new AcceleratorError(
      `webgpu: the device reports an error, got "${event.error.message}"; with little memory left, use smaller batches`,
    )
  }

  /** A promise of the device's, with its rejection as an error of ours. */
  async #settled(promise: Promise<unknown>): Promise<void> {
    try {
      await promise
    } catch (error) {
      // The news of a loss comes after what it ends.
      await Promise.race([this.lost, new Promise((resolve) => setTimeout(resolve, 0))])
      this.checkOpen()
      throw new AcceleratorError(`webgpu: the device cannot be read, got "${(error as Error).message}"`, {
        cause: error,
      })
    }
  }

  #checkFaults([op, index, length]: Uint32Array): void {
    if (op === 0) return
    this.gpu.queue.writeBuffer(this.faults, 0, new Uint32Array(FAULT_WORDS))
    throw new OutOfRangeError(
      `${indexingOps[op! - 1]}: index out of range, got ${index! | 0} in an axis of ${length}; indices (and labels) are 0…${length! - 1}`,
    )
  }
}

/** Bytes of a tensor in a buffer: a multiple of 4, and at least that. */
function paddedBytes({ bytes }: TensorSpec): number {
  return Math.max(4, Math.ceil(bytes / 4) * 4)
}

/** `data` as bytes, as many as a queue writes: a multiple of 4. */
function padded(data: HostArray): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  if (bytes.length % 4 === 0) return bytes
  const longer = new Uint8Array(Math.ceil(bytes.length / 4) * 4)
  longer.set(bytes)
  return longer
}

/** The tensors that lie in `bytes` one after the other, behind the faults. */
function split(bytes: ArrayBuffer, buffers: readonly GpuBuffer[], sizes: readonly number[]): HostArray[] {
  let offset = FAULT_BYTES
  return buffers.map(({ spec }, i) => {
    const data = hostArray(spec.dtype, spec.size)
    new Uint8Array(data.buffer).set(new Uint8Array(bytes, offset, spec.bytes))
    offset += sizes[i]!
    return data
  })
}
