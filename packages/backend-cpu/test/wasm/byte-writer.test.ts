import { expect, test } from 'vitest'
import { ByteWriter } from '../../src/wasm/assembler/byte-writer.ts'

function written(write: (out: ByteWriter) => void): number[] {
  const out = new ByteWriter()
  write(out)
  return Array.from(out.finish())
}

test.each([
  [0, [0]],
  [127, [0x7f]],
  [128, [0x80, 1]],
  [624485, [0xe5, 0x8e, 0x26]],
  [2 ** 32 - 1, [0xff, 0xff, 0xff, 0xff, 0x0f]],
])('%i is unsigned LEB128', (value, bytes) => {
  expect(written((out) => out.u32(value))).toEqual(bytes)
})

const signed: [number, number[]][] = [
  [0, [0]],
  [63, [0x3f]],
  [64, [0xc0, 0]],
  [-1, [0x7f]],
  [-64, [0x40]],
  [-65, [0xbf, 0x7f]],
  [-123456, [0xc0, 0xbb, 0x78]],
  [2 ** 31 - 1, [0xff, 0xff, 0xff, 0xff, 0x07]],
  [-(2 ** 31), [0x80, 0x80, 0x80, 0x80, 0x78]],
]

test.each(signed)('%i is signed LEB128, at both widths', (value, bytes) => {
  expect(written((out) => out.s32(value))).toEqual(bytes)
  expect(written((out) => out.s64(BigInt(value)))).toEqual(bytes)
})

test('the lowest 64-bit integer takes ten bytes', () => {
  expect(written((out) => out.s64(-(2n ** 63n)))).toEqual([...Array(9).fill(0x80), 0x7f])
})

test('a name is a length and UTF-8', () => {
  expect(written((out) => out.name('é!'))).toEqual([3, 0xc3, 0xa9, 0x21])
})
