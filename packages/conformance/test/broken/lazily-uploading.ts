import { type Accelerator, type DeviceBuffer, type HostArray, reference, type TensorSpec } from '@voltaic/core'
import { decorated, decoratedExecutable } from '../../src/decorators/decorated.ts'

/** A reference that uploads again when a buffer is first used: until then it is the caller's own array. */
export function lazilyUploading(): Accelerator {
  const inner = reference()
  class Lazy implements DeviceBuffer {
    readonly spec: TensorSpec
    #data: HostArray | null
    #real: DeviceBuffer

    constructor(data: HostArray, spec: TensorSpec) {
      this.spec = spec
      this.#data = data
      this.#real = inner.upload(data, spec)
    }

    get bytes(): number {
      return this.spec.bytes
    }

    use(): DeviceBuffer {
      if (this.#data === null) return this.#real
      this.#real.dispose()
      this.#real = inner.upload(this.#data, this.spec)
      this.#data = null
      return this.#real
    }

    dispose(): void {
      this.#data = null
      this.#real.dispose()
    }
  }
  const used = (buffer: DeviceBuffer) => (buffer instanceof Lazy ? buffer.use() : buffer)
  return decorated(inner, {
    upload: (data, spec) => new Lazy(data, spec),
    download: (buffers) => inner.download(buffers.map(used)),
    copy: (buffer) => inner.copy(used(buffer)),
    async compile(graph) {
      const executable = await inner.compile(graph)
      return decoratedExecutable(executable, { run: (inputs, scalars) => executable.run(inputs.map(used), scalars) })
    },
  })
}
