import { expect, test } from 'vitest'
import { f32, f64, i16x8, i32, i32x4, i64, i64x2, ModuleBuilder, v128 } from '../../src/wasm/assembler/index.ts'
import { execute, instantiate, OUTPUT } from './execute.ts'

const bytes = Uint8Array.from({ length: 32 }, (_, at) => 0xf3 + 37 * at)
const view = new DataView(bytes.buffer)
// Odd on purpose: no access needs alignment.
const AT = 5

const scalarLoads = [
  { name: 'i32.load', value: i32.load(AT), into: i32, expected: view.getInt32(AT, true) },
  { name: 'i32.load8S', value: i32.load8S(AT), into: i32, expected: view.getInt8(AT) },
  { name: 'i32.load8U', value: i32.load8U(AT), into: i32, expected: view.getUint8(AT) },
  { name: 'i32.load16S', value: i32.load16S(AT), into: i32, expected: view.getInt16(AT, true) },
  { name: 'i32.load16U', value: i32.load16U(AT), into: i32, expected: view.getUint16(AT, true) },
]

test.each(scalarLoads)('$name', ({ value, into, expected }) => {
  expect(new Int32Array(execute(bytes, (f) => f.store(into, OUTPUT, value)))[0]).toBe(expected)
})

const wideLoads = [
  { name: 'i64.load', value: i64.load(AT), expected: view.getBigInt64(AT, true) },
  { name: 'i64.load8S', value: i64.load8S(AT), expected: BigInt(view.getInt8(AT)) },
  { name: 'i64.load8U', value: i64.load8U(AT), expected: BigInt(view.getUint8(AT)) },
  { name: 'i64.load16S', value: i64.load16S(AT), expected: BigInt(view.getInt16(AT, true)) },
  { name: 'i64.load16U', value: i64.load16U(AT), expected: BigInt(view.getUint16(AT, true)) },
  { name: 'i64.load32S', value: i64.load32S(AT), expected: BigInt(view.getInt32(AT, true)) },
  { name: 'i64.load32U', value: i64.load32U(AT), expected: BigInt(view.getUint32(AT, true)) },
]

test.each(wideLoads)('$name', ({ value, expected }) => {
  expect(new BigInt64Array(execute(bytes, (f) => f.store(i64, OUTPUT, value)))[0]).toBe(expected)
})

test('floats are loaded and stored bit by bit', () => {
  const input = new Float64Array([Math.PI, 0])
  new DataView(input.buffer).setFloat32(8, -1.5, true)
  const output = execute(input, (f) => {
    f.store(f64, OUTPUT, f64.load(0))
    f.store(f32, OUTPUT, f32.load(8), 8)
  })
  expect(new Uint8Array(output, 0, 16)).toEqual(new Uint8Array(input.buffer))
})

test('narrow stores leave their neighbours alone', () => {
  const stores = [
    { form: i32.low8, value: i32.literal(0x11223344), written: 1 },
    { form: i32.low16, value: i32.literal(0x11223344), written: 2 },
    { form: i64.low8, value: i64.literal(0x1122334455667788n), written: 1 },
    { form: i64.low16, value: i64.literal(0x1122334455667788n), written: 2 },
    { form: i64.low32, value: i64.literal(0x1122334455667788n), written: 4 },
    { form: v128.low32, value: i64x2.literal(0x1122334455667788n), written: 4 },
    { form: v128.low64, value: i64x2.literal(0x1122334455667788n), written: 8 },
  ]
  for (const { form, value, written } of stores) {
    const output = execute(bytes, (f) => {
      f.fill(OUTPUT, 0xee, 16)
      f.store(form as typeof i32, OUTPUT, value as ReturnType<typeof i32.literal>, 1)
    })
    const low = value.type === 'i32' ? [0x44, 0x33] : [0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11]
    const expected = [0xee, ...low.slice(0, written), ...Array(15 - written).fill(0xee)]
    expect(Array.from(new Uint8Array(output, 0, 16))).toEqual(expected)
  }
})

test('vector loads widen or fill with zeros', () => {
  const output = execute(bytes, (f) => {
    f.store(v128, OUTPUT, v128.load32Zero(AT))
    f.store(v128, OUTPUT, v128.load64Zero(AT), 16)
    f.store(v128, OUTPUT, i32x4.load16S(AT), 32)
    f.store(v128, OUTPUT, i32x4.load16U(AT), 48)
    f.store(v128, OUTPUT, i64x2.load32S(AT), 64)
    f.store(v128, OUTPUT, i64x2.load32U(AT), 80)
    f.store(v128, OUTPUT, i16x8.load8S(AT), 96)
    f.store(v128, OUTPUT, i16x8.load8U(AT), 112)
  })
  const four = [0, 1, 2, 3]
  const eight = [...four, 4, 5, 6, 7]
  expect(Array.from(new Uint8Array(output, 0, 16))).toEqual([...bytes.subarray(AT, AT + 4), ...Array(12).fill(0)])
  expect(Array.from(new Uint8Array(output, 16, 16))).toEqual([...bytes.subarray(AT, AT + 8), ...Array(8).fill(0)])
  expect(Array.from(new Int32Array(output, 32, 4))).toEqual(four.map((at) => view.getInt16(AT + 2 * at, true)))
  expect(Array.from(new Int32Array(output, 48, 4))).toEqual(four.map((at) => view.getUint16(AT + 2 * at, true)))
  expect(Array.from(new BigInt64Array(output, 64, 2))).toEqual([0, 4].map((at) => BigInt(view.getInt32(AT + at, true))))
  expect(Array.from(new BigInt64Array(output, 80, 2))).toEqual(
    [0, 4].map((at) => BigInt(view.getUint32(AT + at, true))),
  )
  expect(Array.from(new Int16Array(output, 96, 8))).toEqual(eight.map((at) => view.getInt8(AT + at)))
  expect(Array.from(new Int16Array(output, 112, 8))).toEqual(eight.map((at) => view.getUint8(AT + at)))
})

test('copy and fill move whole ranges, overlapping ones too', () => {
  const output = execute(bytes, (f) => {
    f.copy(OUTPUT, 0, 8)
    f.copy(i32.literal(OUTPUT + 2), OUTPUT, 6)
    f.fill(OUTPUT + 8, 0x1ff, 3)
  })
  const [b0, b1, b2, b3, b4, b5] = bytes
  expect(Array.from(new Uint8Array(output, 0, 12))).toEqual([b0, b1, b0, b1, b2, b3, b4, b5, 255, 255, 255, 0])
})

test('addresses and loops are unsigned up to 4 GiB', () => {
  const module = new ModuleBuilder()
  module.importMemory('host', 'memory', 65536)
  const params = { at: 'i32', end: 'i32' } as const
  module.function('ramp', { params }, (f, { at, end }) => {
    f.loop({ from: at, to: end, step: 4 }, (index) => f.store(f32, index, f32.convertU(index)))
  })
  const memory = new WebAssembly.Memory({ initial: 65536, maximum: 65536 })
  const { ramp } = instantiate(module, { host: { memory } })
  // Across 2 GiB, where a signed comparison would stop, and near the end.
  for (const start of [2 ** 31 - 8, 2 ** 32 - 65536]) {
    ramp?.(start, start + 16)
    const expected = [0, 4, 8, 12].map((offset) => Math.fround(start + offset))
    expect(Array.from(new Float32Array(memory.buffer, start, 5))).toEqual([...expected, 0])
  }
})
