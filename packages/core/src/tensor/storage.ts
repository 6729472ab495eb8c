import type { Accelerator, DeviceBuffer } from '../accelerator/accelerator.ts'
import { MisconfigurationError } from '../errors/errors.ts'
import type { HostArray } from '../graph/dtype.ts'
import { formatSpec, type TensorSpec } from '../graph/spec.ts'
import type { Storage } from '../graph/value.ts'

/**
 * The bytes of a realised value: on the host on their way to a device, or on a device. Counted owners: a slot, a snapshot,
 * a kept tensor. The buffer goes with the last of them.
 */
export class TensorStorage implements Storage {
  readonly spec: TensorSpec
  #host: HostArray | null
  #buffer: DeviceBuffer | null
  #accelerator: Accelerator | null
  #owners = 1

  private constructor(
    spec: TensorSpec,
    host: HostArray | null,
    buffer: DeviceBuffer | null,
    accelerator: Accelerator | null,
  ) {
    this.spec = spec
    this.#host = host
    this.#buffer = buffer
    this.#accelerator = accelerator
  }

  /** Host data, uploaded where and when it is first used. */
  static ofHost(data: HostArray, spec: TensorSpec): TensorStorage {
    return new TensorStorage(spec, data, null, null)
  }

  static ofBuffer(buffer: DeviceBuffer, accelerator: Accelerator): TensorStorage {
    const storage = new TensorStorage(buffer.spec, null, buffer, accelerator)
    residents(accelerator).add(storage)
    return storage
  }

  /** The data, as long as it is on the host. */
  get host(): HostArray | null {
    return this.#host
  }

  get owners(): number {
    return this.#owners
  }

  /** Whether the bytes are gone. */
  get isReleased(): boolean {
    return this.#host === null && this.#buffer === null
  }

  /**
   * The buffer on `accelerator`, uploaded if the data is still on the host.
   *
   * @throws MisconfigurationError when the bytes are on another accelerator
   */
  bufferOn(accelerator: Accelerator): DeviceBuffer {
    if (this.#buffer !== null && this.#accelerator === accelerator) return this.#buffer
    if (this.#host === null) {
      throw new MisconfigurationError(
        `tensor: one expression, two accelerators: ${formatSpec(this.spec)} is on ${this.#accelerator?.name}, got ${accelerator.name}; read it with data() and make a tensor of that`,
      )
    }
    this.#dropBuffer()
    this.#buffer = accelerator.upload(this.#host, this.spec)
    this.#accelerator = accelerator
    residents(accelerator).add(this)
    return this.#buffer
  }

  retain(): this {
    this.#owners++
    return this
  }

  release(): void {
    if (--this.#owners > 0) return
    this.#dropBuffer()
    this.forget()
  }

  /** Disposes of the buffer of data that is on the host too; it is uploaded again when it is used again. */
  dropUpload(): void {
    if (this.#host !== null) this.#dropBuffer()
  }

  #dropBuffer(): void {
    if (this.#buffer === null) return
    residents(this.#accelerator!).delete(this)
    this.#buffer.dispose()
    this.#buffer = null
  }

  /** Drops the bytes without disposing of the buffer, which a run has taken. */
  forget(): void {
    if (this.#accelerator !== null) residents(this.#accelerator).delete(this)
    this.#buffer = null
    this.#host = null
  }

  /** Brings everything that is on `accelerator` to the host, where it survives the accelerator's teardown. */
  static moveToHost(accelerator: Accelerator): Promise<void> {
    return TensorStorage.#move([...residents(accelerator)], accelerator)
  }

  /** Brings those of `storages` to the host that are on an accelerator other than `accelerator`, which can then take them. */
  static async moveTowards(accelerator: Accelerator, storages: Iterable<TensorStorage>): Promise<void> {
    for (const storage of storages) {
      const other = storage.accelerator
      if (other !== null && other !== accelerator) await TensorStorage.#move([storage], other)
    }
  }

  static async #move(storages: readonly TensorStorage[], from: Accelerator): Promise<void> {
    const data = await from.download(storages.map((storage) => storage.#buffer!))
    for (const [i, storage] of storages.entries()) {
      storage.#dropBuffer()
      storage.#host = data[i]!
      storage.#accelerator = null
    }
  }

  /** The accelerator that holds the bytes, or null while they are on the host. */
  get accelerator(): Accelerator | null {
    return this.#buffer === null ? null : this.#accelerator
  }

  async read(): Promise<HostArray> {
    if (this.#buffer === null) return this.#host!.slice() as HostArray
    const [data] = await this.#accelerator!.download([this.#buffer])
    return data!
  }
}

const onAccelerator = new WeakMap<Accelerator, Set<TensorStorage>>()

/** Storages with a buffer on `accelerator`. */
function residents(accelerator: Accelerator): Set<TensorStorage> {
  let storages = onAccelerator.get(accelerator)
  if (storages === undefined) {
    storages = new Set()
    onAccelerator.set(accelerator, storages)
  }
  return storages
}

// A value that nobody can reach any more gives its bytes back.
const finalisation = new FinalizationRegistry<TensorStorage>((storage) => storage.release())

/** Makes `holder` an owner of `storage` for as long as it is reachable. */
export function releaseWith(holder: object, storage: TensorStorage): void {
  finalisation.register(holder, storage, holder)
}

/** Takes back what `releaseWith` said of `holder`. */
export function keepFrom(holder: object): void {
  finalisation.unregister(holder)
}
