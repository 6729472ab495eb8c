import { describe, expect, test } from 'vitest'
import { decode, encode } from '../../src/accelerator/reference/numbers.ts'
import { DTypeError } from '../../src/errors/errors.ts'
import {
  bytesPerElement,
  type DType,
  dtypes,
  hostArray,
  integerRange,
  isFloat,
  isHostArrayOf,
  isInteger,
  lowestFinite,
  promote,
  promoteWithNumber,
} from '../../src/graph/dtype.ts'

const b = 'bool'
const u8 = 'uint8'
const i32 = 'int32'
const u32 = 'uint32'
const f16 = 'float16'
const bf16 = 'bfloat16'
const f32 = 'float32'
const f64 = 'float64'

// torch.promote_types of PyTorch 2, but for int32 with uint32, where PyTorch has int64.
const promotions: Readonly<Record<DType, readonly DType[]>> = {
  //         bool  uint8 int32 uint32 float16 bfloat16 float32 float64
  bool: [b, u8, i32, u32, f16, bf16, f32, f64],
  uint8: [u8, u8, i32, u32, f16, bf16, f32, f64],
  int32: [i32, i32, i32, u32, f16, bf16, f32, f64],
  uint32: [u32, u32, u32, u32, f16, bf16, f32, f64],
  float16: [f16, f16, f16, f16, f16, f32, f32, f64],
  bfloat16: [bf16, bf16, bf16, bf16, f32, bf16, f32, f64],
  float32: [f32, f32, f32, f32, f32, f32, f32, f64],
  float64: [f64, f64, f64, f64, f64, f64, f64, f64],
}
const columns: readonly DType[] = [b, u8, i32, u32, f16, bf16, f32, f64]

test.each(columns)('%s meets every other as in PyTorch', (dtype) => {
  expect(columns.map((other) => promote(dtype, other))).toEqual(promotions[dtype])
  expect(columns.map((other) => promote(other, dtype))).toEqual(promotions[dtype])
})

describe('a tensor and a plain number', () => {
  test.each([
    { dtype: f16, x: 0.5, out: f16 },
    { dtype: bf16, x: 2, out: bf16 },
    { dtype: f64, x: 1e300, out: f64 },
    { dtype: i32, x: 2, out: i32 },
    { dtype: i32, x: 0.5, out: f32 },
    { dtype: u8, x: Number.NaN, out: f32 },
    { dtype: u8, x: Number.POSITIVE_INFINITY, out: f32 },
    { dtype: b, x: 2, out: i32 },
    { dtype: b, x: 0.5, out: f32 },
  ] as const)('$dtype with $x gives $out', ({ dtype, x, out }) => {
    expect(promoteWithNumber(dtype, x)).toBe(out)
  })

  test('a fraction takes the default float', () => {
    expect(promoteWithNumber(i32, 0.5, f64)).toBe(f64)
  })
})

test('kinds, sizes and host arrays agree', () => {
  for (const dtype of dtypes) {
    const array = hostArray(dtype, 3)
    expect(array.BYTES_PER_ELEMENT).toBe(bytesPerElement(dtype))
    expect(isHostArrayOf(array, dtype)).toBe(true)
    expect(isHostArrayOf(new Float32Array(3), dtype)).toBe(dtype === f32)
  }
  expect(dtypes.filter(isFloat).toSorted()).toEqual([bf16, f16, f32, f64])
  expect(dtypes.filter(isInteger).toSorted()).toEqual([i32, u32, u8])
})

test('the lowest finite number of a float is finite, and a little less is not', () => {
  for (const dtype of [f16, bf16, f32, f64] as const) {
    const x = lowestFinite(dtype)
    expect(Array.from(decode(dtype, encode(dtype, [x, 1.01 * x])))).toEqual([x, Number.NEGATIVE_INFINITY])
  }
  expect(() => lowestFinite(i32)).toThrow(new DTypeError('lowestFinite: takes a float dtype, got int32'))
})

test('the ends of an integer range are kept, and what lies beyond wraps', () => {
  for (const dtype of dtypes.filter(isInteger)) {
    const [least, largest] = integerRange(dtype)!
    expect([...encode(dtype, [least, largest, largest + 1])]).toEqual([least, largest, least])
  }
  expect(integerRange(f32)).toBeUndefined()
  expect(integerRange(b)).toBeUndefined()
})
