import { AcceleratorError, type DeviceBuffer, DeviceLostError, type DeviceStats } from '@voltaic/core'
import { formatSpec, type TensorSpec } from '@voltaic/core/graph'
import type { Binding } from '../binding/binding.ts'
import type { Quirks } from '../lower/emitter.ts'
import { type BufferOwner, CudaBuffer } from './cuda-buffer.ts'
import { findQuirks } from './find-quirks.ts'
import { Handles } from './handles.ts'
import { IndexChecks } from './index-checks.ts'

/** Anything that ends with the device. */
interface Resource {
  dispose(): void
}

/** What may keep tensors of its last run. */
interface Holder {
  readonly holds: boolean
  letGo(): void
}

/** An open device: what lives on it, and what runs there. */
export class CudaDevice implements BufferOwner {
  readonly handles: Handles
  readonly quirks: Quirks
  readonly checks: IndexChecks
  readonly #resources: Set<Resource> = new Set()
  readonly #onLost: (error: DeviceLostError) => void
  #holder: Holder | undefined
  #liveBuffers = 0
  #liveBytes = 0
  #closed = false
  compiles = 0
  executions = 0

  constructor(binding: Binding, onLost: (error: DeviceLostError) => void) {
    this.#onLost = onLost
    this.handles = new Handles(binding)
    this.quirks = findQuirks(this.handles)
    this.checks = new IndexChecks(this.handles)
  }

  /** A buffer that owns `handle`, of a tensor or of a variable. */
  adopt(spec: TensorSpec, handle: number, isVariable = false): CudaBuffer {
    const buffer = new CudaBuffer(this, spec, handle, isVariable)
    this.#resources.add(buffer)
    this.#liveBuffers++
    this.#liveBytes += buffer.bytes
    return buffer
  }

  forget(buffer: CudaBuffer): void {
    this.#resources.delete(buffer)
    this.#liveBuffers--
    this.#liveBytes -= buffer.bytes
  }

  /**
   * Says that a program is about to run. Another one's variables let go: what they hold may be outdated from then on, and
   * nobody would see its memory. Those of the program itself are to be filled again, with what they hold for the most part.
   */
  takeTurn(program: Holder): void {
    if (this.#holder !== program) this.#holder?.letGo()
    this.#holder = program.holds ? program : undefined
  }

  /** Called before a program is disposed of. */
  forgetHolder(program: Holder): void {
    if (this.#holder === program) this.#holder = undefined
  }

  /** Tells whoever waits that updates in place were left half-done. */
  lose(cause: Error): DeviceLostError {
    const message = `cuda: an update failed after others were made, got ${cause.message}; start again from a checkpoint`
    const error = new DeviceLostError(message, { cause })
    this.#onLost(error)
    return error
  }

  /**
   * `buffer` as one of this device.
   *
   * @throws AcceleratorError when it is another accelerator's
   */
  own(buffer: DeviceBuffer): CudaBuffer {
    if (buffer instanceof CudaBuffer && buffer.isOf(this)) return buffer
    throw new AcceleratorError(
      `cuda: the buffer is another accelerator's, got ${formatSpec(buffer.spec)}; copy it over`,
    )
  }

  add(resource: Resource): void {
    this.#resources.add(resource)
  }

  remove(resource: Resource): void {
    this.#resources.delete(resource)
  }

  /** @throws AcceleratorError after the last teardown */
  checkOpen(): void {
    if (this.#closed) throw new AcceleratorError('cuda: the device was torn down; call setup() first')
  }

  /** Ends all that lives here. */
  close(): void {
    this.#closed = true
    for (const resource of this.#resources) resource.dispose()
    this.checks.dispose()
  }

  stats(): DeviceStats {
    const { compiles, executions } = this
    return { liveBuffers: this.#liveBuffers, liveBytes: this.#liveBytes, compiles, executions }
  }
}
