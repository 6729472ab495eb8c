import { describe, expect, test } from 'vitest'
import { DTypeError, ShapeError } from '../../src/errors/errors.ts'
import type { HostArray } from '../../src/graph/dtype.ts'
import {
  arange,
  eye,
  full,
  ones,
  onesLike,
  type TensorOptions,
  tensor,
  zeros,
  zerosLike,
} from '../../src/tensor/creation.ts'
import type { NestedArray } from '../../src/tensor/host.ts'

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
    expect(String(x)).toBe(`Tensor(${spec})`)
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

test('zeros, ones, full and their like', async () => {
  expect(await zeros([2]).array()).toEqual([0, 0])
  expect(await ones([1, 2], { dtype: 'bool' }).array()).toEqual([[true, true]])
  expect(await full([2], 0.5, { dtype: 'float64' }).array()).toEqual([0.5, 0.5])
  const x = tensor([[1, 2]], { dtype: 'int32' })
  expect(String(zerosLike(x))).toBe('Tensor(int32[1, 2])')
  expect(await onesLike(x).array()).toEqual([[1, 1]])
})

test('arange and eye', async () => {
  expect(await arange(3).array()).toEqual([0, 1, 2])
  expect(await arange(0).array()).toEqual([])
  expect(await arange(2, { dtype: 'float32' }).array()).toEqual([0, 1])
  expect(await eye(2).array()).toEqual([
    [1, 0],
    [0, 1],
  ])
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
