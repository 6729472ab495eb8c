import { AcceleratorError, type DeviceBuffer } from '@voltaic/core'
import { formatSpec, type TensorSpec } from '@voltaic/core/graph'

/** What a buffer tells its device. */
export interface BufferOwner {
  /** The buffer is no longer its holder's. */
  forget(buffer: CpuBuffer): void
  /** Nobody uses the block any more. */
  free(pointer: number, bytes: number): void
}

/** A block of the device's memory that holds one tensor. */
export class CpuBuffer implements DeviceBuffer {
  readonly spec: TensorSpec
  readonly #owner: BufferOwner
  readonly #pointer: number
  /** Runs that were started and read the block: it stays theirs until they end. */
  #runs = 0
  #state: 'live' | 'disposed' | 'handed over' = 'live'

  constructor(owner: BufferOwner, spec: TensorSpec, pointer: number) {
    this.#owner = owner
    this.spec = spec
    this.#pointer = pointer
  }

  get bytes(): number {
    return this.spec.bytes
  }

  /** Whether it is a buffer of `owner`. */
  isOf(owner: BufferOwner): boolean {
    return this.#owner === owner
  }

  /** @throws AcceleratorError when the buffer was disposed or donated */
  get pointer(): number {
    if (this.#state === 'live') return this.#pointer
    throw new AcceleratorError(`cpu: the buffer was disposed or donated, got ${formatSpec(this.spec)}`)
  }

  /** Keeps the block for a run, even if the buffer is disposed. */
  hold(): void {
    this.#runs++
  }

  /** @throws AcceleratorError when an earlier run has taken the block over */
  get heldPointer(): number {
    return this.#state === 'handed over' ? this.pointer : this.#pointer
  }

  /** Ends what `hold` began. */
  release(): void {
    this.#runs--
    if (this.#runs === 0 && this.#state === 'disposed') this.#owner.free(this.#pointer, this.bytes)
  }

  dispose(): void {
    if (this.#state !== 'live') return
    this.#state = 'disposed'
    this.#owner.forget(this)
    if (this.#runs === 0) this.#owner.free(this.#pointer, this.bytes)
  }

  /** Ends this buffer and leaves its block to whoever calls. */
  handOver(): number {
    const { pointer } = this
    this.#state = 'handed over'
    this.#owner.forget(this)
    return pointer
  }
}
