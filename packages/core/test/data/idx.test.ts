import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { parseIdx } from '../../src/data/idx.ts'
import { DataError } from '../../src/errors/errors.ts'
import { hostTensor } from '../../src/graph/host-tensor.ts'

/** An IDX file of `type`, with one dimension a big-endian word. */
function idx(type: number, shape: readonly number[], data: readonly number[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([0, 0, type, shape.length, ...shape.flatMap((dimension) => [0, 0, 0, dimension]), ...data])
}

describe('parseIdx', () => {
  test.each([
    ['unsigned bytes', idx(0x08, [2, 1], [0, 255]), hostTensor(Uint8Array.of(0, 255), [2, 1])],
    ['signed bytes', idx(0x09, [2], [0x7f, 0xff]), hostTensor(Int32Array.of(127, -1))],
    ['16-bit integers', idx(0x0b, [2], [0x01, 0x02, 0xff, 0xfe]), hostTensor(Int32Array.of(258, -2))],
    ['32-bit integers', idx(0x0c, [2], [0, 1, 0, 2, 0xff, 0xff, 0xff, 0xfd]), hostTensor(Int32Array.of(65538, -3))],
    // 1.5 = 0x3fc00000, −2 = 0xc0000000.
    ['floats', idx(0x0d, [1, 2], [0x3f, 0xc0, 0, 0, 0xc0, 0, 0, 0]), hostTensor(Float32Array.of(1.5, -2), [1, 2])],
    // 1.5 = 0x3ff8000000000000.
    ['doubles', idx(0x0e, [1], [0x3f, 0xf8, 0, 0, 0, 0, 0, 0]), hostTensor(Float64Array.of(1.5))],
    ['a scalar', idx(0x08, [], [7]), hostTensor(Uint8Array.of(7), [])],
    ['an empty tensor', idx(0x0d, [0, 28], []), hostTensor(new Float32Array(0), [0, 28])],
  ])('reads %s', (_, bytes, expected) => {
    expect(parseIdx(bytes)).toEqual(expected)
  })

  test('reads from the middle of a buffer, and copies', () => {
    const file = idx(0x0c, [1], [0, 0, 1, 0])
    const buffer = new Uint8Array(file.length + 3)
    buffer.set(file, 3)
    const { data } = parseIdx(buffer.subarray(3))
    buffer.fill(0)
    expect([...data]).toEqual([256])
  })

  test.each([
    [
      'an empty file',
      Uint8Array.of(),
      'expected a magic number of 4 bytes, got 0 bytes; the file is truncated or damaged',
    ],
    ['three bytes', Uint8Array.of(0, 0, 8), 'expected a magic number of 4 bytes, got 3 bytes'],
    ['a cut header', Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 1), 'expected a header of 16 bytes, got 8 bytes'],
    ['cut data', idx(0x0d, [2, 3], [1, 2, 3]), 'expected 36 bytes for shape [2, 3], got 15 bytes'],
    ['bytes too many', idx(0x08, [2], [1, 2, 3]), 'expected 10 bytes for shape [2], got 11 bytes'],
    ['an unknown type', idx(0x0a, [1], [1]), 'got 0x00000a01; is this an IDX file?'],
    ['another format', Uint8Array.from(Buffer.from('\x89PNG\r\n', 'latin1')), 'got 0x89504e47; is this an IDX file?'],
    ['compressed data', gzipSync(idx(0x08, [1], [1])), 'got the magic number of gzip; decompress it first'],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => parseIdx(bytes)).toThrow(DataError)
    expect(() => parseIdx(bytes)).toThrow(message)
  })
})
