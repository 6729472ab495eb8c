import { bufferUsage } from './flags.ts'

/** A buffer of the pool. Its id is never used again: caches name it by that. */
export interface PooledBuffer {
  readonly id: number
  readonly buffer: GPUBuffer
  /** Of its class; at least what was asked for. */
  readonly bytes: number
}

export interface BufferPoolOptions {
  /** Bytes of unused buffers that are kept. */
  readonly maxIdleBytes: number
  readonly maxBufferBytes: number
  /** Called for buffers that are gone. */
  readonly onDestroy: (buffers: readonly PooledBuffer[]) => void
}

/**
 * Buffers by size class, used again as soon as they are given back: what a queue was told to do before happens before.
 * Allocating one costs a thousand times what taking one costs.
 */
export class BufferPool {
  readonly #device: GPUDevice
  readonly #options: BufferPoolOptions
  readonly #idle: Map<number, PooledBuffer[]> = new Map()
  readonly #all: Set<PooledBuffer> = new Set()
  #idleBytes = 0
  #count = 0

  constructor(device: GPUDevice, options: BufferPoolOptions) {
    this.#device = device
    this.#options = options
  }

  take(bytes: number): PooledBuffer {
    const size = Math.max(bytes, Math.min(sizeClass(bytes), this.#options.maxBufferBytes & ~3 || bytes))
    const idle = this.#idle.get(size)?.pop()
    if (idle !== undefined) {
      this.#idleBytes -= size
      return idle
    }
    const usage = bufferUsage.storage | bufferUsage.copySource | bufferUsage.copyTarget
    const made = { id: this.#count++, buffer: this.#device.createBuffer({ size, usage }), bytes: size }
    this.#all.add(made)
    return made
  }

  /** Takes a buffer back. */
  give(buffer: PooledBuffer): void {
    const idle = this.#idle.get(buffer.bytes)
    if (idle === undefined) this.#idle.set(buffer.bytes, [buffer])
    else idle.push(buffer)
    this.#idleBytes += buffer.bytes
    if (this.#idleBytes > this.#options.maxIdleBytes) this.#trim()
  }

  /** Bytes of all buffers, used and unused. */
  get bytes(): number {
    let sum = 0
    for (const { bytes } of this.#all) sum += bytes
    return sum
  }

  destroy(): void {
    for (const { buffer } of this.#all) buffer.destroy()
    this.#all.clear()
    this.#idle.clear()
  }

  /** Destroys unused buffers, the largest first, until half of what may be kept is left. */
  #trim(): void {
    const gone: PooledBuffer[] = []
    for (const size of [...this.#idle.keys()].sort((a, b) => b - a)) {
      const idle = this.#idle.get(size)!
      while (idle.length > 0 && this.#idleBytes > this.#options.maxIdleBytes / 2) {
        const buffer = idle.shift()!
        this.#idleBytes -= size
        this.#all.delete(buffer)
        buffer.buffer.destroy()
        gone.push(buffer)
      }
    }
    this.#options.onDestroy(gone)
  }
}

/** Bytes rounded up to a class: four of them in each doubling, so that at most a fifth is wasted. */
export function sizeClass(bytes: number): number {
  if (bytes <= 256) return 256
  const step = 2 ** (Math.floor(Math.log2(bytes - 1)) - 2)
  return Math.ceil(bytes / step) * step
}
