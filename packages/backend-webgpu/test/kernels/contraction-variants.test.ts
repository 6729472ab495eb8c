import { expect, test } from 'vitest'
import { chooseContraction } from '../../src/kernels/nodes/contraction-variants.ts'

const limits = { maxBuffers: 9, maxThreads: 256, maxSharedBytes: 16384 }

test.each([
  ['a large square', { batch: 1, m: 1024, n: 1024, k: 1024 }, { kind: 'tiled', tileM: 64, tileN: 64, parts: 1 }],
  ['a tiny one', { batch: 1, m: 4, n: 3, k: 5 }, { kind: 'serial', parts: 1 }],
  ['a thin one', { batch: 1, m: 10, n: 4096, k: 256 }, { kind: 'tiled', tileM: 16, tileN: 64, parts: 1 }],
  ['many heads', { batch: 128, m: 64, n: 64, k: 32 }, { kind: 'tiled', tileM: 64, tileN: 64, parts: 1 }],
  ['a gradient of a kernel', { batch: 1, m: 16, n: 27, k: 65536 }, { kind: 'tiled', tileM: 16, tileN: 16 }],
])('%s', (_, shape, expected) => {
  expect(chooseContraction(shape, limits)).toMatchObject(expected)
})

test('a long sum of few outputs is cut in parts that are worth it', () => {
  const { parts, partLength } = chooseContraction({ batch: 1, m: 16, n: 27, k: 65536 }, limits)
  expect(parts).toBeGreaterThan(16)
  expect(partLength).toBeGreaterThanOrEqual(256)
  expect(parts * partLength).toBeGreaterThanOrEqual(65536)
})

test('tiles fit the memory that a workgroup shares, and its invocations', () => {
  const small = { maxBuffers: 9, maxThreads: 64, maxSharedBytes: 4096 }
  const variant = chooseContraction({ batch: 1, m: 1024, n: 1024, k: 1024 }, small)
  expect(variant).toMatchObject({ kind: 'tiled' })
  const { tileM, tileN, tileK } = variant as { tileM: number; tileN: number; tileK: number }
  expect((tileM * tileN) / 16).toBeLessThanOrEqual(64)
  expect(tileK * (tileM + tileN) * 4).toBeLessThanOrEqual(4096)
})
