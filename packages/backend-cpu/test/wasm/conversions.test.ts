import { expect, test } from 'vitest'
import {
  type Expression,
  f32,
  f32x4,
  f64,
  f64x2,
  i32,
  i32x4,
  i64,
  i64x2,
  type Stored,
  type ValueType,
} from '../../src/wasm/assembler/index.ts'
import { execute, OUTPUT } from './execute.ts'

type From<T extends ValueType> = { load: (address: number, offset?: number) => Expression<T> }

/** `op` over each number of `input`, or each vector, with its results close together. */
function converted<T extends ValueType, R extends ValueType>(
  input: ArrayBufferView,
  [from, to]: [From<T> & { bytes: number }, Stored<R> & { bytes: number }],
  op: (x: Expression<T>) => Expression<R>,
): ArrayBuffer {
  return execute(input, (f) => {
    for (let at = 0; at * from.bytes < input.byteLength; at++) {
      f.store(to, OUTPUT, op(from.load(0, at * from.bytes)), at * to.bytes)
    }
  })
}

const ints = new Int32Array([0, 1, -1, 16777217, 2 ** 31 - 1, -(2 ** 31), -77, 123456789])
const uints = Array.from(new Uint32Array(ints.buffer))
const longs = new BigInt64Array([0n, -1n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)])
const floats = new Float32Array([0, -0.9, 1.5, -1.5, 3e9, -3e9, 5e9, 1e30, -1e30, Infinity, -Infinity, NaN])
const doubles = Float64Array.from(floats)

const clamp = (x: number, low: number, high: number) =>
  Math.trunc(Math.min(high, Math.max(low, Number.isNaN(x) ? 0 : x))) + 0
const asS32 = (x: number) => clamp(x, -(2 ** 31), 2 ** 31 - 1)
const asU32 = (x: number) => clamp(x, 0, 2 ** 32 - 1)
const clampLong = (x: number, low: bigint, high: bigint) => {
  if (Number.isNaN(x)) return 0n
  if (x >= Number(high)) return high
  return x <= Number(low) ? low : BigInt(Math.trunc(x))
}
const asS64 = (x: number) => clampLong(x, -(2n ** 63n), 2n ** 63n - 1n)
const asU64 = (x: number) => BigInt.asIntN(64, clampLong(x, 0n, 2n ** 64n - 1n))
const single = Math.fround

test('integers become floats, rounded to the nearest', () => {
  const f32s = (buffer: ArrayBuffer, length: number) => Array.from(new Float32Array(buffer, 0, length))
  const f64s = (buffer: ArrayBuffer, length: number) => Array.from(new Float64Array(buffer, 0, length))
  expect(f32s(converted(ints, [i32, f32], f32.convertS), 8)).toEqual(Array.from(ints, single))
  expect(f32s(converted(ints, [i32, f32], f32.convertU), 8)).toEqual(uints.map(single))
  expect(f32s(converted(ints, [i32x4, f32x4], f32x4.convertS), 8)).toEqual(Array.from(ints, single))
  expect(f32s(converted(ints, [i32x4, f32x4], f32x4.convertU), 8)).toEqual(uints.map(single))
  expect(f64s(converted(ints, [i32, f64], f64.convertI32S), 8)).toEqual(Array.from(ints))
  expect(f64s(converted(ints, [i32, f64], f64.convertI32U), 8)).toEqual(uints)
  const halves = (list: readonly number[]) => [list[0], list[1], list[4], list[5]]
  expect(f64s(converted(ints, [i32x4, f64x2], f64x2.convertLowI32x4S), 4)).toEqual(halves(Array.from(ints)))
  expect(f64s(converted(ints, [i32x4, f64x2], f64x2.convertLowI32x4U), 4)).toEqual(halves(uints))
  const unsigned = Array.from(longs, (each) => Number(BigInt.asUintN(64, each)))
  expect(f64s(converted(longs, [i64, f64], f64.convertS), 5)).toEqual(Array.from(longs, Number))
  expect(f64s(converted(longs, [i64, f64], f64.convertU), 5)).toEqual(unsigned)
  expect(f32s(converted(longs, [i64, f32], f32.convertI64S), 5)).toEqual(Array.from(longs, (x) => single(Number(x))))
  expect(f32s(converted(longs, [i64, f32], f32.convertI64U), 5)).toEqual(unsigned.map(single))
})

test('truncSat takes the nearest integer that fits, and 0 for NaN', () => {
  const s32 = Array.from(floats, asS32)
  const u32 = Array.from(floats, asU32)
  const signed = (buffer: ArrayBuffer) => Array.from(new Int32Array(buffer, 0, 12))
  const unsigned = (buffer: ArrayBuffer) => Array.from(new Uint32Array(buffer, 0, 12))
  const wide = (buffer: ArrayBuffer) => Array.from(new BigInt64Array(buffer, 0, 12))
  expect(signed(converted(floats, [f32, i32], i32.truncSatS))).toEqual(s32)
  expect(unsigned(converted(floats, [f32, i32], i32.truncSatU))).toEqual(u32)
  expect(signed(converted(floats, [f32x4, i32x4], i32x4.truncSatS))).toEqual(s32)
  expect(unsigned(converted(floats, [f32x4, i32x4], i32x4.truncSatU))).toEqual(u32)
  expect(signed(converted(doubles, [f64, i32], i32.truncSatF64S))).toEqual(s32)
  expect(unsigned(converted(doubles, [f64, i32], i32.truncSatF64U))).toEqual(u32)
  const zeroed = (list: readonly number[]) => [list[4], list[5], 0, 0]
  const pair = doubles.subarray(4, 6)
  expect(signed(converted(pair, [f64x2, i32x4], i32x4.truncSatF64x2ZeroS)).slice(0, 4)).toEqual(zeroed(s32))
  expect(unsigned(converted(pair, [f64x2, i32x4], i32x4.truncSatF64x2ZeroU)).slice(0, 4)).toEqual(zeroed(u32))
  expect(wide(converted(doubles, [f64, i64], i64.truncSatS))).toEqual(Array.from(doubles, asS64))
  expect(wide(converted(doubles, [f64, i64], i64.truncSatU))).toEqual(Array.from(doubles, asU64))
  expect(wide(converted(floats, [f32, i64], i64.truncSatF32S))).toEqual(Array.from(floats, asS64))
  expect(wide(converted(floats, [f32, i64], i64.truncSatF32U))).toEqual(Array.from(floats, asU64))
})

test.each([
  ['i32.truncS', floats, [f32, i32], i32.truncS],
  ['i32.truncU', floats, [f32, i32], i32.truncU],
  ['i32.truncF64S', doubles, [f64, i32], i32.truncF64S],
  ['i32.truncF64U', doubles, [f64, i32], i32.truncF64U],
  ['i64.truncS', doubles, [f64, i64], i64.truncS],
  ['i64.truncU', doubles, [f64, i64], i64.truncU],
  ['i64.truncF32S', floats, [f32, i64], i64.truncF32S],
  ['i64.truncF32U', floats, [f32, i64], i64.truncF32U],
])('%s truncates, and traps on what does not fit', (_name, input, kinds, op) => {
  const convert = (values: typeof input) => converted(values, kinds as [typeof f32, typeof i32], op as never)
  expect(new Int32Array(convert(input.subarray(0, 3)), 0, 1)[0]).toBe(0)
  expect(() => convert(input.subarray(7, 8))).toThrow(WebAssembly.RuntimeError)
})

test('precisions change with rounding', () => {
  const exact = new Float64Array([0.1, -1e300, 1e-50, 2.5])
  const rounded = [single(0.1), -Infinity, 0, 2.5]
  expect(Array.from(new Float32Array(converted(exact, [f64, f32], f32.demote), 0, 4))).toEqual(rounded)
  const low = new Float32Array(converted(exact.subarray(0, 2), [f64x2, f32x4], f32x4.demoteZero), 0, 4)
  expect(Array.from(low)).toEqual([single(0.1), -Infinity, 0, 0])
  expect(Array.from(new Float64Array(converted(floats, [f32, f64], f64.promote), 0, 12))).toEqual(Array.from(floats))
  const promoted = new Float64Array(converted(floats.subarray(0, 4), [f32x4, f64x2], f64x2.promoteLow), 0, 2)
  expect(Array.from(promoted)).toEqual([0, floats[1]])
})

test('bits pass unchanged between floats and integers', () => {
  const bits = new Int32Array([0x7fc01234, -2147483648, 0x3f800000, 1])
  for (const buffer of [
    converted(bits, [i32, f32], f32.reinterpret),
    converted(bits, [f32, i32], i32.reinterpret),
    converted(bits, [i64, f64], f64.reinterpret),
    converted(bits, [f64, i64], i64.reinterpret),
    converted(bits, [i32x4, f32x4], f32x4.reinterpret),
    converted(bits, [f64x2, i64x2], i64x2.reinterpret),
    converted(bits, [f32x4, i32x4], i32x4.reinterpret),
    converted(bits, [i64x2, f64x2], f64x2.reinterpret),
  ]) {
    expect(new Int32Array(buffer, 0, 4)).toEqual(bits)
  }
})

test('integers change their width', () => {
  expect(Array.from(new Int32Array(converted(longs, [i64, i32], i32.wrap), 0, 5))).toEqual([0, -1, 1, -1, 0])
  expect(Array.from(new BigInt64Array(converted(ints, [i32, i64], i64.extendI32S), 0, 8))).toEqual(
    Array.from(ints, BigInt),
  )
  expect(Array.from(new BigInt64Array(converted(ints, [i32, i64], i64.extendI32U), 0, 8))).toEqual(uints.map(BigInt))
})
