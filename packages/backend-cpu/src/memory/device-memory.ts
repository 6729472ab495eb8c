import { AcceleratorError, MisconfigurationError } from '@voltaic/core'
import { ALIGNMENT, blockBytes, merged, type Span } from './blocks.ts'

/** How much memory there is. */
export interface DeviceMemoryOptions {
  /** 4 GiB by default, which is also the limit: pointers have 32 bits. Rounded up to whole pages of 64 KiB. */
  readonly memoryBytes?: number
}

const PAGE_BYTES = 65536
const MAX_BYTES = 2 ** 32
// The last page stays free: a pointer past the end of a block, and a loop that steps beyond it, fit into 32 bits.
const GUARD_BYTES = PAGE_BYTES

/**
 * The one memory in which the tensors of the CPU backend lie, shared by ONNX Runtime and the generated kernels.
 *
 * All of it is reserved at once, since growing would detach every view; the system gives pages when they are first
 * written, so what is never used costs address space only. Contents of fresh blocks are arbitrary.
 *
 * Pointers are unsigned 32-bit byte addresses, multiples of 64, never 0 but for empty blocks. One that came out of
 * WebAssembly needs `>>> 0`.
 */
export class DeviceMemory {
  /** What modules import. Not shared: ONNX Runtime takes no views of shared memory. */
  readonly wasm: WebAssembly.Memory
  readonly #capacity: number
  readonly #freeBlocks: Map<number, number[]> = new Map()
  #spans: Span[]
  #liveBytes = 0
  #liveBuffers = 0
  #peakBytes = 0

  /**
   * @throws MisconfigurationError when `memoryBytes` is not between two pages and 4 GiB
   * @throws AcceleratorError when the system does not give the address space
   */
  constructor({ memoryBytes = MAX_BYTES }: DeviceMemoryOptions = {}) {
    if (!(memoryBytes >= 2 * PAGE_BYTES && memoryBytes <= MAX_BYTES)) {
      throw new MisconfigurationError(
        `cpu: memoryBytes must be ${2 * PAGE_BYTES} to ${MAX_BYTES}, got ${memoryBytes}; choose a size in this range`,
      )
    }
    this.wasm = reserve(Math.ceil(memoryBytes / PAGE_BYTES))
    this.#capacity = this.buffer.byteLength - GUARD_BYTES - ALIGNMENT
    // The first line stays unused, so that 0 is no block's address.
    this.#spans = [{ start: ALIGNMENT, bytes: this.#capacity }]
  }

  /** What views are made of; it never detaches. */
  get buffer(): ArrayBuffer {
    return this.wasm.buffer
  }

  /** Bytes in blocks that are allocated and not freed, as they were asked for. */
  get liveBytes(): number {
    return this.#liveBytes
  }

  /** Blocks that are allocated and not freed, empty ones among them. */
  get liveBuffers(): number {
    return this.#liveBuffers
  }

  /** The most that `liveBytes` has been. */
  get peakBytes(): number {
    return this.#peakBytes
  }

  /**
   * A block of at least `bytes` bytes; 0 for none.
   *
   * @throws AcceleratorError when there is no room
   */
  allocate(bytes: number): number {
    const pointer = bytes === 0 ? 0 : this.#take(blockBytes(bytes))
    if (pointer === undefined) throw this.#outOfMemory(bytes)
    this.#liveBuffers += 1
    this.#liveBytes += bytes
    this.#peakBytes = Math.max(this.#peakBytes, this.#liveBytes)
    return pointer
  }

  /** Gives a block back. It must be live and `bytes` what it was allocated with: neither is checked. */
  free(pointer: number, bytes: number): void {
    this.#liveBuffers -= 1
    this.#liveBytes -= bytes
    if (bytes === 0) return
    const size = blockBytes(bytes)
    const blocks = this.#freeBlocks.get(size)
    if (blocks === undefined) {
      this.#freeBlocks.set(size, [pointer >>> 0])
    } else {
      blocks.push(pointer >>> 0)
    }
  }

  #take(size: number): number | undefined {
    // The block freed last is the one most likely in the cache.
    const reused = this.#freeBlocks.get(size)?.pop() ?? this.#carve(size)
    if (reused !== undefined) return reused
    this.#consolidate()
    return this.#carve(size)
  }

  /** Cuts a block off the first span that has room. */
  #carve(size: number): number | undefined {
    const at = this.#spans.findIndex(({ bytes }) => bytes >= size)
    const span = this.#spans[at]
    if (span === undefined) return undefined
    if (span.bytes === size) {
      this.#spans.splice(at, 1)
    } else {
      this.#spans[at] = { start: span.start + size, bytes: span.bytes - size }
    }
    return span.start
  }

  /** Joins free blocks of all classes into spans: rare, and the cure where shapes keep changing. */
  #consolidate(): void {
    const blocks = [...this.#freeBlocks].flatMap(([bytes, starts]) => starts.map((start) => ({ start, bytes })))
    this.#freeBlocks.clear()
    this.#spans = merged([...this.#spans, ...blocks])
  }

  #outOfMemory(bytes: number): AcceleratorError {
    const largest = this.#spans.reduce((most, span) => Math.max(most, span.bytes), 0)
    return new AcceleratorError(
      `cpu: out of memory, got a request of ${bytes} bytes with ${this.#liveBytes} of ${this.#capacity} in use and ` +
        `${largest} free in one piece; use smaller batches or a smaller model, or raise memoryBytes (4 GiB at most)`,
    )
  }
}

function reserve(pages: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages })
  } catch (error) {
    throw new AcceleratorError(
      `cpu: cannot reserve memory, got no address space for ${pages * PAGE_BYTES} bytes; pass a smaller memoryBytes`,
      { cause: error },
    )
  }
}
