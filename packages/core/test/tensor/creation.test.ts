import { describe, expect, test } from 'vitest'
import { DTypeError, OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import { dtypes, type HostArray } from '../../src/graph/dtype.ts'
import { formatSpec } from '../../src/graph/spec.ts'
import {
  arange,
  empty,
  emptyLike,
  eye,
  full,
  fullLike,
  ones,
  onesLike,
  type TensorOptions,
  tensor,
  zeros,
  zerosLike,
} from '../../src/tensor/creation.ts'
import type { NestedArray } from '../../src/tensor/host.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'

describe('tensor', () => {
  test.each<[string, NestedArray | HostArray, TensorOptions | undefined, string, NestedArray]>([
    ['a number', 3, undefined, 'float32[]', 3],
    ['a boolean', true, undefined, 'bool[]', true],
    ['a list', [1, 2.5], undefined, 'float32[2]', [1, 2.5]],
    [
      'a matrix',
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      undefined,
      'float32[3, 2]',
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    ],
    ['booleans', [[true], [false]], undefined, 'bool[2, 1]', [[true], [false]]],
    ['booleans among numbers', [true, 2], undefined, 'float32[2]', [1, 2]],
    ['nothing', [], undefined, 'float32[0]', []],
    ['rows of nothing', [[], []], undefined, 'float32[2, 0]', [[], []]],
    ['a dtype', [1, 0, 2], { dtype: 'bool' }, 'bool[3]', [true, false, true]],
    ['fractions as integers', [1.9, -1.9], { dtype: 'int32' }, 'int32[2]', [1, -1]],
    [
      'a half type, rounded',
      [0.1, 65504, 1e6],
      { dtype: 'float16' },
      'float16[3]',
      [0.0999755859375, 65504, Number.POSITIVE_INFINITY],
    ],
    ['a bfloat16', [1.01], { dtype: 'bfloat16' }, 'bfloat16[1]', [1.0078125]],
    [
      'a shape for a list',
      [1, 2, 3, 4],
      { shape: [2, 2] },
      'float32[2, 2]',
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ['a Float64Array', new Float64Array([0.1]), undefined, 'float64[1]', [0.1]],
    ['an Int32Array in a shape', new Int32Array([1, 2]), { shape: [2, 1] }, 'int32[2, 1]', [[1], [2]]],
    ['bytes', new Uint8Array([7]), undefined, 'uint8[1]', [7]],
    ['bytes as bool', new Uint8Array([2, 0]), { dtype: 'bool' }, 'bool[2]', [true, false]],
    ['a Uint32Array as float32', new Uint32Array([2 ** 31]), { dtype: 'float32' }, 'float32[1]', [2 ** 31]],
    ['the bits of float16', new Uint16Array([0x3c00, 0xc000]), { dtype: 'float16' }, 'float16[2]', [1, -2]],
    ['the bits of bfloat16', new Uint16Array([0x3f80]), { dtype: 'bfloat16', shape: [] }, 'bfloat16[]', 1],
  ])('takes %s', async (_, data, options, spec, expected) => {
    const x = tensor(data, options)
    expect(formatSpec(x.value.spec)).toBe(spec)
    expect(await x.array()).toEqual(expected)
  })

  test('copies a typed array', async () => {
    const data = new Float32Array([1, 2])
    const x = tensor(data)
    data[0] = 9
    expect(await x.array()).toEqual([1, 2])
  })

  test.each<[string, unknown, TensorOptions | undefined, Error]>([
    [
      'rows of different lengths',
      [[1, 2], [3]],
      undefined,
      new ShapeError('tensor: rows have different lengths, got 1 where [2, 2] needs 2'),
    ],
    [
      'a number among rows',
      [[1, 2], 3],
      undefined,
      new ShapeError('tensor: rows have different lengths, got number where [2, 2] needs 2'),
    ],
    [
      'a row among numbers',
      [1, [2]],
      undefined,
      new ShapeError('tensor: rows are nested to different depths, got an array at depth 1 of [2]'),
    ],
    [
      'a shape of another size',
      [1, 2, 3],
      { shape: [2, 2] },
      new ShapeError('hostTensor: the shape does not fit the data, got [2, 2] for 3 elements'),
    ],
    [
      'a string',
      'abc',
      undefined,
      new TypeError('tensor: takes numbers, booleans, nested arrays of them or a typed array, got string'),
    ],
    [
      'undefined among numbers',
      [1, undefined],
      undefined,
      new TypeError('tensor: takes numbers, booleans, nested arrays of them or a typed array, got undefined'),
    ],
    [
      'a gradient of integers',
      [1],
      { dtype: 'int32', requiresGrad: true },
      new DTypeError('tensor: only floats have gradients, got int32'),
    ],
    [
      'bits of no dtype',
      new Uint16Array(1),
      undefined,
      new DTypeError('hostTensor: the array does not say its dtype, got Uint16Array; name it: float16 or bfloat16'),
    ],
  ])('refuses %s', (_, data, options, error) => {
    expect(() => tensor(data as NestedArray, options)).toThrow(error)
  })
})

test('zeros, ones, full, empty and their like', async () => {
  expect(await zeros([2]).array()).toEqual([0, 0])
  expect(await ones([1, 2], { dtype: 'bool' }).array()).toEqual([[true, true]])
  expect(await full([2], 0.5, { dtype: 'float64' }).array()).toEqual([0.5, 0.5])
  expect(await empty([2]).array()).toEqual([0, 0])
  const x = tensor([[1, 2]], { dtype: 'int32' })
  expect(formatSpec(zerosLike(x).value.spec)).toBe('int32[1, 2]')
  expect(await onesLike(x).array()).toEqual([[1, 1]])
  expect(await fullLike(x, 7).array()).toEqual([[7, 7]])
  expect(formatSpec(fullLike(x, 0.5, { dtype: 'float32' }).value.spec)).toBe('float32[1, 2]')
  expect(formatSpec(onesLike(x, { dtype: 'bool' }).value.spec)).toBe('bool[1, 2]')
  expect(await emptyLike(x).array()).toEqual([[0, 0]])
})

test.each(dtypes)('zeros, ones, full and eye of %s', async (dtype) => {
  const made = [zeros([2], { dtype }), ones([2], { dtype }), full([2], 1, { dtype }), eye(1, 2, { dtype })]
  expect(made.map((x) => x.dtype)).toEqual([dtype, dtype, dtype, dtype])
  expect(await Promise.all(made.map((x) => x.to('float32').array()))).toEqual([[0, 0], [1, 1], [1, 1], [[1, 0]]])
})

describe('arange', () => {
  test.each<[string, () => Tensor, NestedArray]>([
    ['to an end', () => arange(3), [0, 1, 2]],
    ['of nothing', () => arange(0), []],
    ['to a fraction', () => arange(2.5), [0, 1, 2]],
    ['in another dtype', () => arange(2, { dtype: 'float64' }), [0, 1]],
    ['from a start', () => arange(-1, 2), [-1, 0, 1]],
    ['from its end', () => arange(2, 2), []],
    ['from a start, in another dtype', () => arange(1, 3, { dtype: 'uint8' }), [1, 2]],
    ['with a step', () => arange(0, 7, 3), [0, 3, 6]],
    ['with a step to its end', () => arange(0, 6, 3), [0, 3]],
    ['downwards', () => arange(3, 0, -1), [3, 2, 1]],
    ['downwards in bytes', () => arange(255, 252, -2, { dtype: 'uint8' }), [255, 253]],
    ['beyond int32', () => arange(2 ** 32 - 1, 2 ** 32 - 3, -1, { dtype: 'uint32' }), [2 ** 32 - 1, 2 ** 32 - 2]],
    ['with a fraction as step', () => arange(1, 2, 0.25), [1, 1.25, 1.5, 1.75]],
    ['in float64', () => arange(0.1, 0.5, 0.1, { dtype: 'float64' }), [0.1, 0.2, 0.30000000000000004, 0.4]],
    [
      'of more places than a half type holds',
      () => arange(0, 1300, 0.5, { dtype: 'float16' }).slice(0, -2, -1),
      [1299],
    ],
  ])('%s', async (_, act, expected) => {
    expect(await act().array()).toEqual(expected)
  })

  test('is int32 of whole numbers and float32 of others', () => {
    const made = [arange(2), arange(1, 3), arange(0, 4, 2), arange(2.5), arange(0.5, 2), arange(0, 1, 0.5)]
    expect(made.map(({ dtype }) => dtype)).toEqual(['int32', 'int32', 'int32', 'float32', 'float32', 'float32'])
  })

  test.each<[string, () => unknown, Error]>([
    [
      'a step of 0',
      () => arange(0, 1, 0),
      new OutOfRangeError('arange: takes finite numbers and a step other than 0, got 0, 1 and 0'),
    ],
    [
      'no end',
      () => arange(Number.POSITIVE_INFINITY),
      new OutOfRangeError('arange: takes finite numbers and a step other than 0, got 0, Infinity and 1'),
    ],
    [
      'the wrong direction',
      () => arange(0, -0.5),
      new OutOfRangeError('arange: the step leads away from the end, got 0, -0.5 and 1'),
    ],
    [
      'fractions of integers',
      () => arange(0, 1, 0.5, { dtype: 'int32' }),
      new DTypeError('arange: int32 does not hold the numbers from 0 in steps of 0.5; use a float dtype'),
    ],
    [
      'bool',
      () => arange(2, { dtype: 'bool' }),
      new DTypeError('arange: bool does not hold the numbers from 0 in steps of 1; use a float dtype'),
    ],
    [
      'more than bytes hold',
      () => arange(300, { dtype: 'uint8' }),
      new OutOfRangeError('arange: uint8 does not hold every number, got 299; cast to a float dtype'),
    ],
    [
      'negative numbers without a sign',
      () => arange(-1, 1, { dtype: 'uint32' }),
      new OutOfRangeError('arange: uint32 does not hold every number, got -1; cast to a float dtype'),
    ],
  ])('refuses %s', (_, act, error) => {
    expect(act).toThrow(error)
  })
})

test('eye of one size or two', async () => {
  expect(await eye(2).array()).toEqual([
    [1, 0],
    [0, 1],
  ])
  expect(await eye(2, 3, { dtype: 'int32' }).array()).toEqual([
    [1, 0, 0],
    [0, 1, 0],
  ])
  expect(eye(0, 2).shape).toEqual([0, 2])
  expect(() => eye(-1)).toThrow(ShapeError)
})

test('full refuses what the dtype does not hold', () => {
  expect(() => full([1], 1.5, { dtype: 'int32' })).toThrow('full: int32 does not hold every number, got 1.5')
  expect(() => full([1], -1, { dtype: 'uint8' })).toThrow(OutOfRangeError)
  expect(() => full([1], Number.NaN, { dtype: 'bool' })).toThrow(OutOfRangeError)
})

describe('reading', () => {
  test('data is the caller’s own copy', async () => {
    const x = tensor([1, 2])
    const data = await x.data()
    data[0] = 9
    expect(await x.data()).toEqual(new Float32Array([1, 2]))
    const y = x.add(1)
    ;(await y.data())[0] = 9
    expect(await y.data()).toEqual(new Float32Array([2, 3]))
  })

  test('data of half types are bits', async () => {
    expect(await tensor([1], { dtype: 'float16' }).data()).toEqual(new Uint16Array([0x3c00]))
  })

  test.each<[string, NestedArray, TensorOptions, number]>([
    ['a number', 1.5, {}, 1.5],
    ['one element of any rank', [[2]], {}, 2],
    ['bool as 0 or 1', true, {}, 1],
    ['a half type', 0.5, { dtype: 'bfloat16' }, 0.5],
    ['a large uint32', 4e9, { dtype: 'uint32' }, 4e9],
  ])('item gives %s', async (_, data, options, expected) => {
    expect(await tensor(data, options).item()).toBe(expected)
  })

  test('item refuses several elements, and none', async () => {
    await expect(tensor([1, 2]).item()).rejects.toThrow(
      new ShapeError('item: takes a tensor of one element, got float32[2]; use array() or data()'),
    )
    await expect(tensor([]).item()).rejects.toThrow(ShapeError)
  })
})

test('what is no dtype, no shape or no options object is refused, and says what to write', () => {
  expect(() => tensor([1], { dtype: 'int64' as never })).toThrow(
    /^tensor: no such dtype, got "int64"; there are .*int32/,
  )
  expect(() => zeros([2], { dtype: 'float' as never })).toThrow(/^tensor: no such dtype, got "float"; there are /)
  expect(() => zeros(3 as never)).toThrow('zeros: a shape is a list of dimensions, got 3; write [3]')
  expect(() => tensor([1, 2], [2, 1] as never)).toThrow(
    'tensor: options are an object, got an array; write { shape: [2, 1] }',
  )
})
