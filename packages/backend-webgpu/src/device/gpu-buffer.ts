import { AcceleratorError, type DeviceBuffer } from '@voltaic/core'
import { formatSpec, type TensorSpec } from '@voltaic/core/graph'
import type { PooledBuffer } from './buffer-pool.ts'

/** What a buffer tells its device. */
export interface BufferOwner {
  /** The buffer is no longer its holder's. */
  forget(buffer: GpuBuffer): void
  /** Nobody will name the memory any more. */
  free(memory: PooledBuffer): void
}

/** Memory of the device that holds one tensor. */
export class GpuBuffer implements DeviceBuffer {
  readonly spec: TensorSpec
  readonly #owner: BufferOwner
  readonly #memory: PooledBuffer
  #isLive = true

  constructor(owner: BufferOwner, spec: TensorSpec, memory: PooledBuffer) {
    this.#owner = owner
    this.spec = spec
    this.#memory = memory
  }

  get bytes(): number {
    return this.spec.bytes
  }

  /** Whether it is a buffer of `owner`. */
  isOf(owner: BufferOwner): boolean {
    return this.#owner === owner
  }

  /** @throws AcceleratorError when the buffer was disposed or donated */
  get memory(): PooledBuffer {
    if (this.#isLive) return this.#memory
    throw new AcceleratorError(`webgpu: the buffer was disposed or donated, got ${formatSpec(this.spec)}`)
  }

  dispose(): void {
    if (!this.#isLive) return
    // What was enqueued runs before whatever uses the memory next.
    this.#owner.free(this.handOver())
  }

  /** Ends this buffer and leaves its memory to whoever calls. */
  handOver(): PooledBuffer {
    const { memory } = this
    this.#isLive = false
    this.#owner.forget(this)
    return memory
  }
}
