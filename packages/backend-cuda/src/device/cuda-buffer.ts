import { AcceleratorError, type DeviceBuffer } from '@voltaic/core'
import { formatSpec, type TensorSpec } from '@voltaic/core/graph'
import { storage } from '../lower/storage.ts'
import type { Handles } from './handles.ts'
import { createVariable, destroyVariable, readVariable } from './variables.ts'

/** What a buffer tells its device. */
export interface BufferOwner {
  readonly handles: Handles
  /** The buffer is no longer its holder's. */
  forget(buffer: CudaBuffer): void
}

/**
 * A tensor of TensorFlow, whose handle this buffer owns. What an optimizer has updated in place lies in a variable, and is a
 * tensor only when it is read.
 */
export class CudaBuffer implements DeviceBuffer {
  readonly spec: TensorSpec
  readonly #owner: BufferOwner
  #handle: number | null
  #isVariable: boolean

  constructor(owner: BufferOwner, spec: TensorSpec, handle: number, isVariable: boolean) {
    this.spec = spec
    this.#owner = owner
    this.#handle = handle
    this.#isVariable = isVariable
  }

  get bytes(): number {
    return this.spec.bytes
  }

  get isVariable(): boolean {
    return this.#isVariable
  }

  /** Of the tensor, or of the variable. @throws AcceleratorError once disposed */
  get handle(): number {
    if (this.#handle === null) {
      throw new AcceleratorError(
        `cuda: the buffer was disposed or donated, got ${formatSpec(this.spec)}; copy it before it is`,
      )
    }
    return this.#handle
  }

  isOf(owner: BufferOwner): boolean {
    return this.#owner === owner
  }

  /** Another handle on what the buffer holds now, for the caller to free. Of a variable only. */
  read(): number {
    return readVariable(this.#owner.handles, this.handle, storage[this.spec.dtype])
  }

  /** The handle of a variable that holds the buffer's tensor, from now on in its place. */
  becomeVariable(): number {
    if (this.#isVariable) return this.handle
    const { dtype, shape } = this.spec
    const tensor = this.handle
    this.#handle = createVariable(this.#owner.handles, tensor, { dtype: storage[dtype], shape })
    this.#isVariable = true
    this.#owner.handles.free(tensor)
    return this.#handle
  }

  dispose(): void {
    if (this.#handle === null) return
    const handle = this.handOver()
    if (this.#isVariable) destroyVariable(this.#owner.handles, handle)
    else this.#owner.handles.free(handle)
  }

  /** Ends this buffer and leaves its handle to whoever calls. */
  handOver(): number {
    const { handle } = this
    this.#handle = null
    this.#owner.forget(this)
    return handle
  }
}
