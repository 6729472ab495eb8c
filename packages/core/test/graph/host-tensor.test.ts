import { describe, expect, test } from 'vitest'
import { DTypeError, ShapeError } from '../../src/errors/errors.ts'
import { hostTensor, isHostArray, isHostTensor } from '../../src/graph/host-tensor.ts'

describe('hostTensor', () => {
  test.each([
    [new Float32Array(6), 'float32'],
    [new Float64Array(6), 'float64'],
    [new Int32Array(6), 'int32'],
    [new Uint32Array(6), 'uint32'],
    [new Uint8Array(6), 'uint8'],
  ] as const)('reads the dtype off %o', (data, dtype) => {
    expect(hostTensor(data, [2, 3])).toEqual({ data, shape: [2, 3], dtype })
  })

  test('keeps the array and has one dimension by default', () => {
    const data = Float32Array.of(1, 2)
    const tensor = hostTensor(data)
    expect(tensor.data).toBe(data)
    expect(tensor.shape).toEqual([2])
  })

  test('takes scalars and empty tensors', () => {
    expect(hostTensor(Int32Array.of(3), []).shape).toEqual([])
    expect(hostTensor(new Float32Array(0), [0, 4]).shape).toEqual([0, 4])
  })

  test('half types and bool are named', () => {
    expect(hostTensor(new Uint16Array(2), [2], 'bfloat16').dtype).toBe('bfloat16')
    expect(hostTensor(new Uint8Array(2), [2], 'bool').dtype).toBe('bool')
    expect(() => hostTensor(new Uint16Array(2))).toThrow(DTypeError)
    expect(() => hostTensor(new Uint16Array(2))).toThrow(
      'hostTensor: the array does not say its dtype, got Uint16Array; name it: float16 or bfloat16',
    )
  })

  test('refuses a shape that does not fit', () => {
    expect(() => hostTensor(new Float32Array(5), [2, 3])).toThrow(ShapeError)
    expect(() => hostTensor(new Float32Array(5), [2, 3])).toThrow(
      'hostTensor: the shape does not fit the data, got [2, 3] for 5 elements',
    )
    expect(() => hostTensor(new Float32Array(6), [-2, -3])).toThrow(ShapeError)
  })

  test('refuses an array in which the dtype does not travel', () => {
    expect(() => hostTensor(new Float32Array(1), [1], 'int32')).toThrow(DTypeError)
  })
})

test.each([
  [hostTensor(new Float32Array(1)), false, true],
  [new Float32Array(1), true, false],
  [new Int8Array(1), false, false],
  [[1, 2], false, false],
  [{ data: [1], shape: [1], dtype: 'float32' }, false, false],
  [null, false, false],
  ['text', false, false],
])('%o: host array %s, host tensor %s', (value, array, tensor) => {
  expect(isHostArray(value)).toBe(array)
  expect(isHostTensor(value)).toBe(tensor)
})
