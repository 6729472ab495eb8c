import { describe, expect, test } from 'vitest'
import { BufferPool, type PooledBuffer, sizeClass } from '../../src/device/buffer-pool.ts'

/** Stands in for a device: counts the buffers that are alive. */
function countingDevice(): { device: GPUDevice; alive: () => number } {
  let alive = 0
  const createBuffer = () => {
    alive++
    return { destroy: () => alive-- }
  }
  return { device: { createBuffer } as unknown as GPUDevice, alive: () => alive }
}

test.each([
  [1, 256],
  [256, 256],
  [257, 320],
  [1000, 1024],
  [1025, 1280],
  [2 ** 20 + 1, 2 ** 20 + 2 ** 18],
])('%d bytes are of the class %d', (bytes, size) => {
  expect(sizeClass(bytes)).toBe(size)
})

describe('a pool', () => {
  const options = { maxIdleBytes: 4096, maxBufferBytes: 2 ** 20, onDestroy: () => {} }

  test('gives a buffer again that it was given back', () => {
    const { device, alive } = countingDevice()
    const pool = new BufferPool(device, options)
    const first = pool.take(1000)
    pool.give(first)
    expect(pool.take(900)).toBe(first)
    expect(pool.take(900)).not.toBe(first)
    expect(alive()).toBe(2)
  })

  test('destroys what lies idle beyond its limit, and says so', () => {
    const { device, alive } = countingDevice()
    const gone: PooledBuffer[] = []
    const pool = new BufferPool(device, { ...options, onDestroy: (buffers) => gone.push(...buffers) })
    const buffers = Array.from({ length: 6 }, () => pool.take(1024))
    for (const buffer of buffers) pool.give(buffer)
    expect(alive()).toBe(3)
    expect(gone).toEqual(buffers.slice(0, 3))
    expect(pool.bytes).toBe(3 * 1024)
  })

  test('ten thousand steps need no more buffers than one', () => {
    const { device, alive } = countingDevice()
    const pool = new BufferPool(device, options)
    for (let step = 0; step < 10_000; step++) {
      const buffers = [300, 500, 700].map((bytes) => pool.take(bytes))
      for (const buffer of buffers) pool.give(buffer)
    }
    expect(alive()).toBe(3)
  })
})
