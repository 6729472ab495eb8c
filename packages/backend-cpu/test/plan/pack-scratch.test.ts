import { expect, test } from 'vitest'
import { packScratch } from '../../src/plan/pack-scratch.ts'

test('bytes that are not needed at the same time share a place', () => {
  const packed = packScratch([
    { bytes: 100, first: 0, last: 1 },
    { bytes: 100, first: 2, last: 3 },
  ])
  expect(packed).toEqual({ offsets: [0, 0], bytes: 128 })
})

test('bytes that are, do not, also where one is written as the other is read last', () => {
  const packed = packScratch([
    { bytes: 64, first: 0, last: 2 },
    { bytes: 128, first: 1, last: 3 },
    { bytes: 64, first: 3, last: 4 },
  ])
  expect(packed).toEqual({ offsets: [128, 0, 128], bytes: 192 })
})
