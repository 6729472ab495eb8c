import { expect, test } from 'vitest'
import { f32, f32x4, f64, f64x2, i8x16, i16x8, i32, i32x4, i64, i64x2, v128 } from '../../src/wasm/assembler/index.ts'
import { execute, OUTPUT } from './execute.ts'

const bytes = Uint8Array.from({ length: 32 }, (_, at) => 0x7c + 5 * at)
const x = () => v128.load(0)
const y = () => v128.load(16)

function vector<View>(of: new (buffer: ArrayBuffer, offset: number, length: number) => View, lanes: number) {
  return (body: () => ReturnType<typeof x>, input: ArrayBufferView = bytes): View => {
    return new of(
      execute(input, (f) => f.store(v128, OUTPUT, body())),
      0,
      lanes,
    )
  }
}
const asBytes = vector(Uint8Array, 16)
const asShorts = vector(Int16Array, 8)
const asInts = vector(Int32Array, 4)
const asLongs = vector(BigInt64Array, 2)

test('extractLane and splat move a scalar out of one lane into all', () => {
  const output = execute(new Float32Array([1, 2, 3, 4]), (f) => {
    f.store(f32, OUTPUT, f32x4.extractLane(x(), 2))
    f.store(f32x4, OUTPUT, f32x4.splat(f32x4.extractLane(x(), 1)), 16)
    f.store(i32, OUTPUT, i32x4.extractLane(x(), 3), 4)
  })
  expect(new Float32Array(output, 0, 2)).toEqual(new Float32Array([3, 4]))
  expect(new Float32Array(output, 16, 4)).toEqual(new Float32Array([2, 2, 2, 2]))
  const doubles = execute(new Float64Array([1.5, 2.5]), (f) => {
    f.store(f64, OUTPUT, f64x2.extractLane(x(), 1))
    f.store(f64x2, OUTPUT, f64x2.splat(f64x2.extractLane(x(), 0)), 16)
    f.store(i64, OUTPUT, i64x2.extractLane(x(), 1), 8)
  })
  expect(new Float64Array(doubles, 0, 4)).toEqual(new Float64Array([2.5, 2.5, 1.5, 1.5]))
})

test('small integers are extracted with and without their sign', () => {
  const output = execute(Uint8Array.of(0, 0x80, 0xff, 0xfe), (f) => {
    f.store(i32, OUTPUT, i8x16.extractLane(x(), 1))
    f.store(i32, OUTPUT, i8x16.extractLaneS(x(), 1), 4)
    f.store(i32, OUTPUT, i16x8.extractLane(x(), 1), 8)
    f.store(i32, OUTPUT, i16x8.extractLaneS(x(), 1), 12)
  })
  expect(Array.from(new Int32Array(output, 0, 4))).toEqual([128, -128, 0xfeff, -257])
})

test('splat and replaceLane fill lanes of every kind', () => {
  expect(Array.from(asBytes(() => i8x16.replaceLane(i8x16.splat(7), 15, 9)))).toEqual([...Array(15).fill(7), 9])
  expect(Array.from(asShorts(() => i16x8.replaceLane(i16x8.splat(-7), 0, 9)))).toEqual([9, ...Array(7).fill(-7)])
  expect(Array.from(asInts(() => i32x4.replaceLane(i32x4.splat(-7), 1, 9)))).toEqual([-7, 9, -7, -7])
  expect(Array.from(asLongs(() => i64x2.replaceLane(i64x2.splat(-7), 1, 2n ** 60n)))).toEqual([-7n, 2n ** 60n])
  const floats = vector(Float32Array, 4)(() => f32x4.replaceLane(f32x4.splat(0.5), 3, 2))
  expect(Array.from(floats)).toEqual([0.5, 0.5, 0.5, 2])
  const doubles = vector(Float64Array, 2)(() => f64x2.replaceLane(f64x2.splat(0.1), 0, 2))
  expect(Array.from(doubles)).toEqual([2, 0.1])
})

test('shuffle takes lanes of both operands, at every width', () => {
  const reversed = Array.from({ length: 16 }, (_, at) => 31 - 2 * at)
  expect(Array.from(asBytes(() => i8x16.shuffle(x(), y(), reversed)))).toEqual(reversed.map((at) => bytes[at]))
  const ints = new Int32Array([1, 2, 3, 4, 5, 6, 7, 8])
  expect(Array.from(asInts(() => i32x4.shuffle(x(), y(), [7, 0, 5, 2]), ints))).toEqual([8, 1, 6, 3])
  const longs = new BigInt64Array([1n, 2n, 3n, 4n])
  expect(Array.from(asLongs(() => i64x2.shuffle(x(), y(), [3, 0]), longs))).toEqual([4n, 1n])
})

test('swizzle takes bytes at run-time indices, and zeros beyond the last', () => {
  const input = Uint8Array.from({ length: 32 }, (_, at) => (at < 16 ? 100 + at : [3, 0, 15, 16, 255][at % 5]!))
  const expected = Array.from({ length: 16 }, (_, at) => input[16 + at]!).map((at) => (at < 16 ? 100 + at : 0))
  expect(Array.from(asBytes(() => i8x16.swizzle(x(), y()), input))).toEqual(expected)
})

test('bitwise logic', () => {
  const bit = (op: (a: number, b: number) => number) =>
    Array.from({ length: 16 }, (_, at) => op(bytes[at]!, bytes[16 + at]!) & 255)
  expect(Array.from(asBytes(() => v128.and(x(), y())))).toEqual(bit((a, b) => a & b))
  expect(Array.from(asBytes(() => v128.andNot(x(), y())))).toEqual(bit((a, b) => a & ~b))
  expect(Array.from(asBytes(() => v128.or(x(), y())))).toEqual(bit((a, b) => a | b))
  expect(Array.from(asBytes(() => v128.xor(x(), y())))).toEqual(bit((a, b) => a ^ b))
  expect(Array.from(asBytes(() => v128.not(x())))).toEqual(bit((a) => ~a))
  const constant = v128.constant(Uint8Array.from({ length: 16 }, (_, at) => 17 * at))
  const mask = Array.from({ length: 16 }, (_, at) => 17 * at)
  expect(Array.from(asBytes(() => v128.bitselect(constant, x(), y())))).toEqual(
    mask.map((bits, at) => (bytes[at]! & bits) | (bytes[16 + at]! & ~bits & 255)),
  )
})

test('tests over all lanes', () => {
  const output = execute(new Int32Array([-1, 2, 0, -4]), (f) => {
    f.store(i32, OUTPUT, v128.anyTrue(x()))
    f.store(i32, OUTPUT, v128.anyTrue(y()), 4)
    f.store(i32, OUTPUT, i32x4.allTrue(x()), 8)
    f.store(i32, OUTPUT, i64x2.allTrue(x()), 12)
    f.store(i32, OUTPUT, i32x4.bitmask(x()), 16)
    f.store(i32, OUTPUT, i64x2.bitmask(x()), 20)
    f.store(i32, OUTPUT, i16x8.allTrue(x()), 24)
    f.store(i32, OUTPUT, i16x8.bitmask(x()), 28)
    f.store(i32, OUTPUT, i8x16.allTrue(x()), 32)
    f.store(i32, OUTPUT, i8x16.bitmask(x()), 36)
  })
  const expected = [1, 0, 0, 1, 0b1001, 0b10, 0, 0b11000011, 0, 0b1111000000001111]
  expect(Array.from(new Int32Array(output, 0, 10))).toEqual(expected)
})

test('lanes widen and narrow', () => {
  const shorts = new Int16Array([-1, 2, 30000, -30000, 5, -6, 7, -8])
  const unsigned = Array.from(new Uint16Array(shorts.buffer))
  expect(Array.from(asInts(() => i32x4.extendLowS(x()), shorts))).toEqual(Array.from(shorts.subarray(0, 4)))
  expect(Array.from(asInts(() => i32x4.extendHighS(x()), shorts))).toEqual(Array.from(shorts.subarray(4)))
  expect(Array.from(asInts(() => i32x4.extendLowU(x()), shorts))).toEqual(unsigned.slice(0, 4))
  expect(Array.from(asInts(() => i32x4.extendHighU(x()), shorts))).toEqual(unsigned.slice(4))
  const signed = Array.from(new Int8Array(bytes.buffer, 0, 16))
  expect(Array.from(asShorts(() => i16x8.extendLowS(x())))).toEqual(signed.slice(0, 8))
  expect(Array.from(asShorts(() => i16x8.extendHighU(x())))).toEqual(Array.from(bytes.subarray(8, 16)))
  expect(Array.from(asShorts(() => i16x8.extendHighS(x())))).toEqual(signed.slice(8))
  expect(Array.from(asShorts(() => i16x8.extendLowU(x())))).toEqual(Array.from(bytes.subarray(0, 8)))
  const ints = new Int32Array([-1, 2, 70000, -70000, 5, -6, 7, 40000])
  expect(Array.from(asLongs(() => i64x2.extendLowS(x()), ints))).toEqual([-1n, 2n])
  expect(Array.from(asLongs(() => i64x2.extendHighS(x()), ints))).toEqual([70000n, -70000n])
  expect(Array.from(asLongs(() => i64x2.extendLowU(x()), ints))).toEqual([2n ** 32n - 1n, 2n])
  expect(Array.from(asLongs(() => i64x2.extendHighU(x()), ints))).toEqual([70000n, 2n ** 32n - 70000n])
  expect(Array.from(asShorts(() => i16x8.narrowS(x(), y()), ints))).toEqual([-1, 2, 32767, -32768, 5, -6, 7, 32767])
  expect(Array.from(asShorts(() => i16x8.narrowU(x(), y()), ints))).toEqual([0, 2, -1, 0, 5, 0, 7, 40000 - 65536])
  const clamped = (low: number, high: number) => Array.from(shorts, (each) => Math.min(high, Math.max(low, each)) & 255)
  const padded = new Int16Array([...shorts, ...shorts])
  expect(Array.from(asBytes(() => i8x16.narrowS(x(), y()), padded)).slice(0, 8)).toEqual(clamped(-128, 127))
  expect(Array.from(asBytes(() => i8x16.narrowU(x(), y()), padded)).slice(8)).toEqual(clamped(0, 255))
})

test('products of 32-bit lanes are exact in 64 bits', () => {
  const ints = new Int32Array([-1, 2, 2 ** 31 - 1, -5, -1, 3, 2 ** 31 - 1, 7])
  const big = 2n ** 31n - 1n
  expect(Array.from(asLongs(() => i64x2.mulLowS(x(), y()), ints))).toEqual([1n, 6n])
  expect(Array.from(asLongs(() => i64x2.mulHighS(x(), y()), ints))).toEqual([big * big, -35n])
  expect(Array.from(asLongs(() => i64x2.mulLowU(x(), y()), ints))).toEqual([
    BigInt.asIntN(64, (2n ** 32n - 1n) ** 2n),
    6n,
  ])
  expect(Array.from(asLongs(() => i64x2.mulHighU(x(), y()), ints))).toEqual([big * big, (2n ** 32n - 5n) * 7n])
})

test('popcnt counts the bits of each byte', () => {
  const ones = (byte: number) => byte.toString(2).replaceAll('0', '').length
  expect(Array.from(asBytes(() => i8x16.popcnt(x())))).toEqual(Array.from(bytes.subarray(0, 16), ones))
})
