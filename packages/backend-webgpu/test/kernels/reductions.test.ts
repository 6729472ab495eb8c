import { expect, test } from 'vitest'
import { chooseReduction } from '../../src/kernels/region/reductions.ts'

test.each([
  ['short rows: an invocation each', { rows: 1000, length: 10, contiguous: true }, { threads: 1, parts: 1 }],
  ['long rows: a workgroup each', { rows: 128, length: 1024, contiguous: true }, { threads: 256, parts: 1 }],
  ['one long row: parts', { rows: 1, length: 2 ** 20, contiguous: true }, { threads: 256, parts: 256 }],
  ['columns: neighbours side by side', { rows: 512, length: 8192, contiguous: false }, { threads: 1, parts: 16 }],
  ['few columns: a workgroup each', { rows: 3, length: 4096, contiguous: false }, { threads: 256, parts: 1 }],
])('%s', (_, shape, variant) => {
  expect(chooseReduction(shape, 256)).toEqual(variant)
})
