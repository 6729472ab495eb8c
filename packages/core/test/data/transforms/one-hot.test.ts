import { describe, expect, test } from 'vitest'
import { oneHot } from '../../../src/data/transforms/one-hot.ts'
import { DTypeError, OutOfRangeError } from '../../../src/errors/errors.ts'
import { hostTensor } from '../../../src/graph/host-tensor.ts'
import { HostRandom } from '../../../src/util/host-random.ts'

const random = new HostRandom(0, 'test')

describe('oneHot', () => {
  test.each([
    ['a number', 2, hostTensor(Float32Array.of(0, 0, 1))],
    ['a scalar', hostTensor(Int32Array.of(0), []), hostTensor(Float32Array.of(1, 0, 0))],
    ['a typed array', Uint8Array.of(1, 2), hostTensor(Float32Array.of(0, 1, 0, 0, 0, 1), [2, 3])],
    ['no classes', new Int32Array(0), hostTensor(new Float32Array(0), [0, 3])],
    ['a matrix', hostTensor(Uint32Array.of(1, 0), [2, 1]), hostTensor(Float32Array.of(0, 1, 0, 1, 0, 0), [2, 1, 3])],
  ])('makes rows of %s', (_, input, expected) => {
    expect(oneHot(3)(input, random)).toEqual(expected)
  })

  test('writes other dtypes, the bits of half types too', () => {
    expect(oneHot(2, { dtype: 'int32' })(1, random)).toEqual(hostTensor(Int32Array.of(0, 1)))
    expect(oneHot(2, { dtype: 'bool' })(0, random)).toEqual(hostTensor(Uint8Array.of(1, 0), [2], 'bool'))
    expect(oneHot(1, { dtype: 'float16' })(0, random)).toEqual(hostTensor(Uint16Array.of(0x3c00), [1], 'float16'))
    expect(oneHot(1, { dtype: 'bfloat16' })(0, random)).toEqual(hostTensor(Uint16Array.of(0x3f80), [1], 'bfloat16'))
  })

  test.each([3, -1, 0.5, Number.NaN])('refuses the class %s of three', (label) => {
    expect(() => oneHot(3)(label, random)).toThrow(OutOfRangeError)
  })

  test('refuses a class of a tensor that is none, and tensors that hold no classes', () => {
    expect(() => oneHot(3)(Int32Array.of(0, 3), random)).toThrow('oneHot: classes are whole numbers from 0 to 2, got 3')
    expect(() => oneHot(3)(Float32Array.of(1), random)).toThrow(DTypeError)
    expect(() => oneHot(3)(hostTensor(Uint8Array.of(1), [1], 'bool'), random)).toThrow(DTypeError)
  })

  test.each([0, -1, 1.5, Number.NaN])('refuses %s classes', (numClasses) => {
    expect(() => oneHot(numClasses)).toThrow(OutOfRangeError)
  })
})
