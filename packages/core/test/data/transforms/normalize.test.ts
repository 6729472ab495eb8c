import { describe, expect, test } from 'vitest'
import { convertImageDtype } from '../../../src/data/transforms/convert-image-dtype.ts'
import { normalize } from '../../../src/data/transforms/normalize.ts'
import { DTypeError, OutOfRangeError, ShapeError } from '../../../src/errors/errors.ts'
import { hostTensor } from '../../../src/graph/host-tensor.ts'
import { HostRandom } from '../../../src/util/host-random.ts'

const random = new HostRandom(0, 'test')

describe('normalize', () => {
  test('subtracts the mean and divides by the deviation, each channel by its own', () => {
    const image = hostTensor(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), [2, 2, 2])
    expect(normalize([1, 6], [2, 0.5])(image, random)).toEqual(
      hostTensor(Float32Array.of(0, 0.5, 1, 1.5, -2, 0, 2, 4), [2, 2, 2]),
    )
    expect(image.data[0]).toBe(1)
  })

  test.each([
    ['one number for all channels', 1, 2, [2, 1, 2], [0, 0.5, 1, 1.5]],
    ['a mean for each, a deviation for all', [1, 3], 2, [2, 1, 2], [0, 0.5, 0, 0.5]],
    ['a mean for all, a deviation for each', 1, [1, 2], [2, 1, 2], [0, 1, 1, 1.5]],
    ['each feature of a vector', [1, 2, 3, 4], [1, 1, 1, 1], [4], [0, 0, 0, 0]],
    ['each channel of a signal', [1, 3], [1, 1], [2, 2], [0, 1, 0, 1]],
    ['each channel of frames', [0, 1], 1, [2, 2, 1, 1], [1, 1, 3, 3]],
    ['a scalar', 1, 2, [], [0]],
    ['no pixels', [1, 2], [1, 1], [2, 0, 3], []],
  ] as const)('takes %s', (_, mean, std, shape, expected) => {
    const data = Float64Array.of(1, 2, 3, 4).slice(0, expected.length)
    expect(normalize(mean, std)(hostTensor(data, shape), random)).toEqual(
      hostTensor(Float64Array.from(expected), shape),
    )
  })

  test('takes a typed array as a vector', () => {
    expect(normalize(1, 2)(Float32Array.of(3), random)).toEqual(hostTensor(Float32Array.of(1)))
  })

  test.each([
    [0, 0],
    [0, -1],
    [0, Number.NaN],
    [0, Number.POSITIVE_INFINITY],
    [Number.NaN, 1],
    [[0, Number.NEGATIVE_INFINITY], 1],
  ])('refuses the mean %s with the deviation %s', (mean, std) => {
    expect(() => normalize(mean, std)).toThrow(OutOfRangeError)
  })

  test('refuses numbers for other channels', () => {
    expect(() => normalize([], 1)).toThrow(ShapeError)
    expect(() => normalize([1, 2], [1, 2, 3])).toThrow(ShapeError)
    const rgb = normalize([1, 2, 3], 1)
    for (const shape of [[1, 2, 2], [2, 3], [], [2, 2, 3]]) {
      const image = hostTensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape)
      expect(() => rgb(image, random)).toThrow(ShapeError)
    }
  })

  test.each(['uint8', 'int32', 'bool', 'float16'] as const)('refuses %s', (dtype) => {
    const data = {
      uint8: new Uint8Array(1),
      int32: new Int32Array(1),
      bool: new Uint8Array(1),
      float16: new Uint16Array(1),
    }
    const result = () => normalize(0, 1)(hostTensor(data[dtype], [1], dtype), random)
    expect(result).toThrow(DTypeError)
    expect(result).toThrow(`got ${dtype}; convertImageDtype makes them so`)
  })
})

describe('convertImageDtype', () => {
  test('makes bytes numbers from 0 to 1', () => {
    const image = hostTensor(Uint8Array.of(0, 51, 255), [3, 1, 1])
    expect(convertImageDtype('float64')(image, random)).toEqual(hostTensor(Float64Array.of(0, 0.2, 1), [3, 1, 1]))
    expect(convertImageDtype()(Uint8Array.of(51), random)).toEqual(hostTensor(Float32Array.of(0.2)))
  })

  test('converts floats as they are', () => {
    expect(convertImageDtype()(Float64Array.of(0.5, 2), random)).toEqual(hostTensor(Float32Array.of(0.5, 2)))
  })

  test('refuses other dtypes', () => {
    expect(() => convertImageDtype()(Int32Array.of(1), random)).toThrow(DTypeError)
    expect(() => convertImageDtype()(hostTensor(Uint8Array.of(1), [1], 'bool'), random)).toThrow(DTypeError)
    expect(() => convertImageDtype('uint8' as 'float32')).toThrow(DTypeError)
  })
})
