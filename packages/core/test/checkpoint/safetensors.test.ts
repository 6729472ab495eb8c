import { describe, expect, test } from 'vitest'
import { decodeSafetensors } from '../../src/checkpoint/decode-safetensors.ts'
import { encodeSafetensors } from '../../src/checkpoint/encode-safetensors.ts'
import { DataError, DTypeError, MisconfigurationError, ShapeError } from '../../src/errors/errors.ts'
import { type HostTensor, hostTensor } from '../../src/graph/host-tensor.ts'
import { readIndependently } from './independent-reader.ts'

const everyDType: Readonly<Record<string, HostTensor>> = {
  BOOL: hostTensor(Uint8Array.of(1, 0, 1), [3], 'bool'),
  U8: hostTensor(Uint8Array.of(0, 255), [2, 1]),
  I32: hostTensor(Int32Array.of(-(2 ** 31), 2 ** 31 - 1)),
  U32: hostTensor(Uint32Array.of(0, 2 ** 32 - 1)),
  F16: hostTensor(Uint16Array.of(0x3c00, 0x7e00, 0xfc00), [3], 'float16'),
  BF16: hostTensor(Uint16Array.of(0x3f80, 0x7fc0, 0x8000), [3], 'bfloat16'),
  F32: hostTensor(Float32Array.of(1.5, -0, Number.NaN, Number.POSITIVE_INFINITY), [2, 2]),
  F64: hostTensor(Float64Array.of(Math.PI, Number.MIN_VALUE)),
}

function bytesOf({ data }: HostTensor): number[] {
  return [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]
}

/** A file of one header and the data behind it, well formed or not. */
function fileOf(header: unknown, data: readonly number[] = []): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const bytes = new Uint8Array(8 + text.length + data.length)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true)
  bytes.set(text, 8)
  bytes.set(data, 8 + text.length)
  return bytes
}

describe('a file of every dtype', () => {
  const file = encodeSafetensors({ tensors: new Map(Object.entries(everyDType)), metadata: { note: 'naïve ☃' } })

  test('is read back bit for bit', () => {
    const { tensors, metadata } = decodeSafetensors(file)
    expect(metadata).toEqual({ note: 'naïve ☃' })
    expect(tensors.size).toBe(8)
    for (const [name, host] of Object.entries(everyDType)) {
      const { dtype, shape } = tensors.get(name)!
      expect([name, dtype, shape]).toEqual([name, host.dtype, host.shape])
      expect(bytesOf(tensors.get(name)!)).toEqual(bytesOf(host))
    }
  })

  test('is read by an independent reader, each tensor at a multiple of its element', () => {
    const { tensors } = readIndependently(file)
    for (const [name, host] of Object.entries(everyDType)) {
      const raw = tensors.get(name)!
      expect([raw.dtype, raw.shape, [...raw.bytes]]).toEqual([name, host.shape, bytesOf(host)])
      expect(raw.offset % host.data.BYTES_PER_ELEMENT).toBe(0)
    }
  })

  test('is read from the middle of a larger buffer, at an odd place', () => {
    const larger = new Uint8Array(file.length + 7).fill(9)
    larger.set(file, 3)
    const { tensors } = decodeSafetensors(larger.subarray(3, 3 + file.length))
    expect(bytesOf(tensors.get('F64')!)).toEqual(bytesOf(everyDType.F64!))
  })

  test('cut anywhere is refused', () => {
    for (let length = 0; length < file.length; length++) {
      expect(() => decodeSafetensors(file.subarray(0, length))).toThrow(DataError)
    }
  })

  test('with bytes behind its end is refused', () => {
    const longer = new Uint8Array(file.length + 1)
    longer.set(file)
    expect(() => decodeSafetensors(longer)).toThrow(/the tensors take \d+ bytes, got \d+/)
  })
})

test('scalars, empty tensors and strange names are kept', () => {
  const tensors = new Map([
    ['scalar', hostTensor(Float32Array.of(7), [])],
    ['empty', hostTensor(new Float32Array(0), [0, 3])],
    ['', hostTensor(Int32Array.of(1))],
    ['__proto__', hostTensor(Int32Array.of(2))],
    ['quote " and \\ and ☃', hostTensor(Int32Array.of(3))],
  ])
  const { tensors: read } = decodeSafetensors(encodeSafetensors({ tensors, metadata: {} }))
  expect([...read.keys()].sort()).toEqual([...tensors.keys()].sort())
  for (const [name, { data, shape }] of tensors) {
    expect([name, read.get(name)!.shape, [...read.get(name)!.data]]).toEqual([name, shape, [...data]])
  }
})

test('a file without tensors is whole', () => {
  expect(decodeSafetensors(encodeSafetensors({ tensors: new Map(), metadata: {} })).tensors.size).toBe(0)
})

test.each<[name: string, bytes: Uint8Array, dtype: string, elements: number[]]>([
  [
    'I64',
    new Uint8Array(BigInt64Array.of(3n, -(2n ** 31n), 2n ** 31n - 1n).buffer),
    'int32',
    [3, -(2 ** 31), 2 ** 31 - 1],
  ],
  ['U64', new Uint8Array(BigUint64Array.of(2n ** 32n - 1n).buffer), 'uint32', [2 ** 32 - 1]],
  ['I16', new Uint8Array(Int16Array.of(-5, 300).buffer), 'int32', [-5, 300]],
  ['U16', new Uint8Array(Uint16Array.of(65535).buffer), 'int32', [65535]],
  ['I8', new Uint8Array(Int8Array.of(-128, 127).buffer), 'int32', [-128, 127]],
])('%s becomes a dtype that there is', (dtype, bytes, becomes, elements) => {
  const entry = { dtype, shape: [elements.length], data_offsets: [0, bytes.length] }
  const { data, dtype: read } = decodeSafetensors(fileOf({ n: entry }, [...bytes])).tensors.get('n')!
  expect([read, [...data]]).toEqual([becomes, elements])
})

test('an integer that does not fit is refused, with its name and value', () => {
  const bytes = [...new Uint8Array(BigInt64Array.of(2n ** 31n).buffer)]
  const file = fileOf({ steps: { dtype: 'I64', shape: [1], data_offsets: [0, 8] } }, bytes)
  expect(() => decodeSafetensors(file, 'load')).toThrow(
    'load: I64 becomes int32, got 2147483648 in "steps", which it does not hold',
  )
})

const f32 = (begin: number, end: number, shape: unknown = [(end - begin) / 4]) => ({
  dtype: 'F32',
  shape,
  data_offsets: [begin, end],
})

test.each<[fault: string, file: Uint8Array, message: RegExp]>([
  ['no header', fileOf(''), /the header is JSON/],
  ['text for a header', fileOf('weights'), /the header is JSON/],
  ['bytes that are no UTF-8', fileOf('{}').fill(0xff, 8), /the header is JSON/],
  ['a list for a header', fileOf([]), /the header is an object/],
  ['a huge header', Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0x80, 1), /at most 100000000 bytes, got 9223372036854775808/],
  ['an overlap', fileOf({ a: f32(0, 8), b: f32(4, 12) }, Array(12).fill(0)), /"b", which overlaps/],
  ['a gap', fileOf({ a: f32(0, 4), b: f32(8, 12) }, Array(12).fill(0)), /"b", which leaves a gap/],
  ['a gap at the beginning', fileOf({ a: f32(4, 8) }, Array(8).fill(0)), /leaves a gap/],
  ['offsets behind the end', fileOf({ a: f32(0, 8) }, Array(4).fill(0)), /take 8 bytes, got 4/],
  ['offsets the wrong way', fileOf({ a: f32(4, 0, [1]) }, Array(4).fill(0)), /of 4 bytes, got -4/],
  ['a shape that is too large', fileOf({ a: f32(0, 4, [2]) }, Array(4).fill(0)), /F32\[2\] of 8 bytes, got 4/],
  ['a negative dimension', fileOf({ a: f32(0, 4, [-1, -1]) }, Array(4).fill(0)), /whole numbers ≥ 0/],
  ['half a dimension', fileOf({ a: f32(0, 2, [0.5]) }, Array(2).fill(0)), /whole numbers ≥ 0/],
  ['a shape that is no list', fileOf({ a: f32(0, 4, '4') }, Array(4).fill(0)), /whole numbers ≥ 0/],
  ['one offset', fileOf({ a: { dtype: 'F32', shape: [], data_offsets: [0] } }), /data_offsets are two/],
  ['an entry that is a number', fileOf({ a: 3 }), /without them/],
  ['a dtype that there is not', fileOf({ a: { dtype: 'F8_E5M2', shape: [], data_offsets: [0, 1] } }, [0]), /F8_E5M2/],
  ['a bool of 2', fileOf({ a: { dtype: 'BOOL', shape: [], data_offsets: [0, 1] } }, [2]), /the byte 2/],
  ['metadata of numbers', fileOf({ __metadata__: { epoch: 3 } }), /metadata are texts/],
  [
    'a dimension beyond all bounds',
    fileOf({ a: f32(0, 4, [2 ** 60, 2 ** 60]) }, Array(4).fill(0)),
    /whole numbers ≥ 0/,
  ],
])('%s is refused', (_, file, message) => {
  expect(() => decodeSafetensors(file)).toThrow(DataError)
  expect(() => decodeSafetensors(file)).toThrow(message)
})

test('what cannot be written is refused at the door', () => {
  const encode = (name: string, tensor: HostTensor) =>
    encodeSafetensors({ tensors: new Map([[name, tensor]]), metadata: {} })
  const one = hostTensor(Float32Array.of(1))
  expect(() => encode('__metadata__', one)).toThrow(MisconfigurationError)
  expect(() => encode('a', { ...one, shape: [2] })).toThrow(ShapeError)
  expect(() => encode('a', { ...one, dtype: 'int32' })).toThrow(DTypeError)
})
