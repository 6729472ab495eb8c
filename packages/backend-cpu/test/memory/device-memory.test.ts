import { AcceleratorError, MisconfigurationError } from '@voltaic/core'
import { expect, test } from 'vitest'
import { blockBytes } from '../../src/memory/blocks.ts'
import { DeviceMemory } from '../../src/memory/index.ts'

const MiB = 2 ** 20

/** A linear congruential generator: whole numbers below `limit`, the same in every run. */
function randomFrom(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}

test('blocks never overlap, are aligned, and are accounted for, whatever the order of allocation', () => {
  const memory = new DeviceMemory({ memoryBytes: 8 * MiB })
  const random = randomFrom(7)
  const live: { pointer: number; bytes: number; mark: number }[] = []
  let expectedPeak = 0
  for (let round = 0; round < 5000; round++) {
    const liveBytes = live.reduce((sum, { bytes }) => sum + bytes, 0)
    if (live.length > 0 && (random(5) < 2 || liveBytes > 5 * MiB)) {
      const [freed] = live.splice(random(live.length), 1)
      // Whoever overlaps with it has overwritten its mark.
      const contents = new Uint8Array(memory.buffer, freed!.pointer, freed!.bytes)
      expect(contents.every((byte) => byte === freed!.mark)).toBe(true)
      memory.free(freed!.pointer, freed!.bytes)
    } else {
      const bytes = random(3) === 0 ? random(100_000) : random(2000)
      const pointer = memory.allocate(bytes)
      expect(pointer % 64).toBe(0)
      expect(pointer === 0).toBe(bytes === 0)
      const mark = round % 256
      new Uint8Array(memory.buffer, pointer, bytes).fill(mark)
      live.push({ pointer, bytes, mark })
    }
    const total = live.reduce((sum, { bytes }) => sum + bytes, 0)
    expectedPeak = Math.max(expectedPeak, total)
    expect([memory.liveBuffers, memory.liveBytes, memory.peakBytes]).toEqual([live.length, total, expectedPeak])
  }
})

test('a freed block is reused by the next request of about its size', () => {
  const memory = new DeviceMemory({ memoryBytes: 4 * MiB })
  const first = memory.allocate(100_000)
  memory.allocate(64)
  memory.free(first, 100_000)
  expect(memory.allocate(99_000)).toBe(first)
})

test('the same steps take the same blocks, without growth', () => {
  const memory = new DeviceMemory({ memoryBytes: 4 * MiB })
  const step = () => {
    const sizes = [1000, 1000, 4096, 300_000, 4]
    const pointers = sizes.map((bytes) => memory.allocate(bytes))
    for (const [at, pointer] of pointers.entries()) memory.free(pointer, sizes[at]!)
    return pointers.toSorted((a, b) => a - b)
  }
  const first = step()
  for (let round = 0; round < 3000; round++) expect(step()).toEqual(first)
  expect(memory.liveBytes).toBe(0)
})

test('small free blocks join where a large one is needed', () => {
  const memory = new DeviceMemory({ memoryBytes: 4 * MiB })
  const pointers = Array.from({ length: 60 }, () => memory.allocate(65536))
  for (const pointer of pointers) memory.free(pointer, 65536)
  const large = memory.allocate(3 * MiB)
  memory.free(large, 3 * MiB)
  // And back again, as often as shapes change.
  expect(Array.from({ length: 60 }, () => memory.allocate(65536)).every((pointer) => pointer > 0)).toBe(true)
})

test('running out of memory says how much was asked for and what to do, and changes nothing', () => {
  const memory = new DeviceMemory({ memoryBytes: 4 * MiB })
  memory.allocate(MiB)
  const request = () => memory.allocate(5 * MiB)
  expect(request).toThrow(AcceleratorError)
  const capacity = 4 * MiB - 65536 - 64
  expect(request).toThrow(`cpu: out of memory, got a request of ${5 * MiB} bytes with ${MiB} of ${capacity} in use`)
  expect(request).toThrow('raise memoryBytes')
  expect([memory.liveBuffers, memory.liveBytes, memory.peakBytes]).toEqual([1, MiB, MiB])
})

test('empty blocks are counted and take no room', () => {
  const memory = new DeviceMemory({ memoryBytes: 4 * MiB })
  const pointers = [memory.allocate(0), memory.allocate(0)]
  expect(pointers).toEqual([0, 0])
  expect([memory.liveBuffers, memory.liveBytes]).toEqual([2, 0])
  for (const pointer of pointers) memory.free(pointer, 0)
  expect(memory.liveBuffers).toBe(0)
})

test.each([
  [1, 64],
  [64, 64],
  [65, 128],
  [512, 512],
  [513, 576],
  [1024, 1024],
  [1025, 1152],
  [100_000, 106_496],
  [2 ** 31 + 1, 2 ** 31 + 2 ** 28],
])('a request of %i bytes takes a block of %i', (bytes, block) => {
  expect(blockBytes(bytes)).toBe(block)
})

test('a size class wastes an eighth at most and is its own class', () => {
  for (let bytes = 513; bytes < 2 ** 32; bytes = Math.ceil(bytes * 1.37)) {
    const block = blockBytes(bytes)
    expect(block).toBeGreaterThanOrEqual(bytes)
    expect(block).toBeLessThan(bytes * 1.125 + 64)
    expect(blockBytes(block)).toBe(block)
  }
})

test('4 GiB are reserved by default and cost nothing until they are written', () => {
  const before = process.memoryUsage.rss()
  const memory = new DeviceMemory()
  expect(memory.buffer.byteLength).toBe(2 ** 32)
  // Two blocks of 1.5 GiB: the second lies across 2 GiB, what comes after it above.
  memory.allocate(1.5 * 2 ** 30)
  memory.allocate(1.5 * 2 ** 30)
  const bytes = 4 * 1000
  const pointer = memory.allocate(bytes)
  expect(pointer).toBeGreaterThan(2 ** 31)
  const view = new Float32Array(memory.buffer, pointer, 1000)
  view.fill(1.5)
  expect(view.byteOffset).toBe(pointer)
  expect(new Float32Array(memory.buffer, pointer + 4 * 999, 1)[0]).toBe(1.5)
  // As WebAssembly returns it: a signed number.
  memory.free(pointer | 0, bytes)
  expect(memory.allocate(bytes)).toBe(pointer)
  expect(process.memoryUsage.rss() - before).toBeLessThan(200 * MiB)
})

test.each([[0], [65536], [2 ** 32 + 1], [Number.NaN]])('memoryBytes of %d is refused', (memoryBytes) => {
  expect(() => new DeviceMemory({ memoryBytes })).toThrow(MisconfigurationError)
})
