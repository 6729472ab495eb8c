import { AcceleratorError, type DeviceBuffer, type DeviceStats } from '@voltaic/core'
import { formatSpec, type TensorSpec } from '@voltaic/core/graph'
import { DeviceMemory } from '../memory/index.ts'
import type { Ort } from '../session/ort.ts'
import { type BufferOwner, CpuBuffer } from './cpu-buffer.ts'
import { RunQueue } from './run-queue.ts'
import { TensorViews } from './tensor-views.ts'

/** Anything that ends with the device. */
interface Resource {
  dispose(): void
}

/** An open device: its memory, what lies in it, and what runs on it. */
export class CpuDevice implements BufferOwner {
  readonly ort: Ort
  readonly threads: number
  readonly memory: DeviceMemory
  readonly queue: RunQueue = new RunQueue()
  readonly tensors: TensorViews
  readonly #resources: Set<Resource> = new Set()
  #liveBuffers = 0
  #liveBytes = 0
  #scratch = { pointer: 0, bytes: 0 }
  #closed = false
  compiles = 0
  executions = 0

  constructor(ort: Ort, { threads, memoryBytes }: { readonly threads: number; readonly memoryBytes?: number }) {
    this.ort = ort
    this.threads = threads
    this.memory = new DeviceMemory(memoryBytes === undefined ? {} : { memoryBytes })
    this.tensors = new TensorViews(ort, this.memory.buffer)
  }

  /** A buffer on a fresh block. @throws AcceleratorError when there is no room */
  allocate(spec: TensorSpec): CpuBuffer {
    return this.adopt(spec, this.memory.allocate(spec.bytes))
  }

  /** A buffer on a block that is there. */
  adopt(spec: TensorSpec, pointer: number): CpuBuffer {
    const buffer = new CpuBuffer(this, spec, pointer)
    this.#resources.add(buffer)
    this.#liveBuffers++
    this.#liveBytes += spec.bytes
    return buffer
  }

  forget(buffer: CpuBuffer): void {
    this.#resources.delete(buffer)
    this.#liveBuffers--
    this.#liveBytes -= buffer.bytes
  }

  free(pointer: number, bytes: number): void {
    this.memory.free(pointer, bytes)
  }

  /**
   * `buffer` as one of this device.
   *
   * @throws AcceleratorError when it is another accelerator's
   */
  own(buffer: DeviceBuffer): CpuBuffer {
    if (buffer instanceof CpuBuffer && buffer.isOf(this)) return buffer
    throw new AcceleratorError(`cpu: the buffer is another accelerator's, got ${formatSpec(buffer.spec)}; copy it over`)
  }

  /** Memory for the run at hand, and for no other. */
  scratch(bytes: number): number {
    if (bytes > this.#scratch.bytes) {
      if (this.#scratch.bytes > 0) this.memory.free(this.#scratch.pointer, this.#scratch.bytes)
      this.#scratch = { pointer: 0, bytes: 0 }
      this.#scratch = { pointer: this.memory.allocate(bytes), bytes }
    }
    return this.#scratch.pointer
  }

  add(resource: Resource): void {
    this.#resources.add(resource)
  }

  remove(resource: Resource): void {
    this.#resources.delete(resource)
  }

  /** @throws AcceleratorError after the last teardown */
  checkOpen(): void {
    if (this.#closed) throw new AcceleratorError('cpu: the device was torn down; call setup() first')
  }

  /** Waits for what runs, and ends all that lives here. */
  async close(): Promise<void> {
    this.#closed = true
    await this.queue.drain()
    for (const resource of this.#resources) resource.dispose()
  }

  stats(): DeviceStats {
    const { compiles, executions } = this
    return { liveBuffers: this.#liveBuffers, liveBytes: this.#liveBytes, compiles, executions }
  }
}
