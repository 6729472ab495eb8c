import { describe, expect, test } from 'vitest'
import { type DType, dtypes } from '../../src/graph/dtype.ts'
import { concat, where } from '../../src/tensor/combine.ts'
import { tensor, zeros } from '../../src/tensor/creation.ts'

const one = (dtype: DType) => zeros([1], { dtype })
const scalar = (dtype: DType) => zeros([], { dtype })

describe('two tensors', () => {
  // torch.result_type of PyTorch 2, for the dtypes it has; int32 with uint32 is ours, for want of int64.
  const table: readonly (readonly [DType, DType, DType])[] = [
    ['bool', 'uint8', 'uint8'],
    ['bool', 'int32', 'int32'],
    ['bool', 'float16', 'float16'],
    ['uint8', 'int32', 'int32'],
    ['int32', 'uint32', 'uint32'],
    ['uint8', 'float16', 'float16'],
    ['int32', 'bfloat16', 'bfloat16'],
    ['int32', 'float32', 'float32'],
    ['int32', 'float64', 'float64'],
    ['float16', 'bfloat16', 'float32'],
    ['float16', 'float32', 'float32'],
    ['bfloat16', 'float64', 'float64'],
    ['float32', 'float64', 'float64'],
  ]

  test.each(table)('%s and %s meet in %s', (a, b, expected) => {
    expect(one(a).maximum(one(b)).dtype).toBe(expected)
    expect(one(b).maximum(one(a)).dtype).toBe(expected)
    expect(concat([one(a), one(b)]).dtype).toBe(expected)
    expect(where(zeros([1], { dtype: 'bool' }), one(b), one(a)).dtype).toBe(expected)
    expect(scalar(a).maximum(scalar(b)).dtype).toBe(expected)
  })

  test.each(dtypes)('%s meets itself', (dtype) => {
    expect(one(dtype).maximum(scalar(dtype)).dtype).toBe(dtype)
  })
})

describe('a tensor and a 0-d tensor', () => {
  // torch.result_type(torch.zeros(1, dtype=a), torch.zeros((), dtype=b)), PyTorch 2.
  const table: readonly (readonly [DType, DType, DType])[] = [
    ['float32', 'float64', 'float32'],
    ['float16', 'float32', 'float16'],
    ['bfloat16', 'float16', 'bfloat16'],
    ['uint8', 'int32', 'uint8'],
    ['int32', 'bool', 'int32'],
    ['float32', 'int32', 'float32'],
    ['bool', 'int32', 'int32'],
    ['bool', 'float64', 'float64'],
    ['int32', 'float16', 'float16'],
    ['int32', 'float64', 'float64'],
  ]

  test.each(table)('%s with a scalar of %s gives %s', (a, b, expected) => {
    expect(one(a).maximum(scalar(b)).dtype).toBe(expected)
    expect(scalar(b).maximum(one(a)).dtype).toBe(expected)
  })
})

describe('a tensor and a number', () => {
  test.each<[DType, number, DType]>([
    ['float16', 0.5, 'float16'],
    ['float64', 1, 'float64'],
    ['int32', 2, 'int32'],
    ['int32', 0.5, 'float32'],
    ['uint8', 3, 'uint8'],
    ['bool', 2, 'int32'],
    ['bool', 0.5, 'float32'],
    ['int32', Number.POSITIVE_INFINITY, 'float32'],
  ])('%s with %d gives %s', (dtype, x, expected) => {
    expect(one(dtype).mul(x).dtype).toBe(expected)
  })
})

test('true division and functions of floats take integers as float32', async () => {
  const x = tensor([1, 4], { dtype: 'int32' })
  expect(await x.div(2).array()).toEqual([0.5, 2])
  expect(x.div(x).dtype).toBe('float32')
  expect(await x.sqrt().array()).toEqual([1, 2])
  expect(x.pow(0.5).dtype).toBe('float32')
  expect(tensor([true]).exp().dtype).toBe('float32')
})

describe('three operands', () => {
  test.each<[DType, DType, DType | number, DType]>([
    ['int32', 'uint8', 'float32', 'float32'],
    ['uint8', 'uint8', 3, 'uint8'],
    ['uint8', 'int32', 0.5, 'float32'],
    ['bool', 'bool', 1, 'int32'],
    ['float16', 'int32', 2, 'float16'],
    ['float32', 'float32', 'float64', 'float64'],
  ])('%s, %s and %s meet in %s', (a, b, c, expected) => {
    const max = typeof c === 'number' ? c : one(c)
    expect(one(a).clamp({ min: one(b), max }).dtype).toBe(expected)
  })

  test('a scalar tensor widens the others by its kind alone', () => {
    expect(one('float32').clamp({ min: scalar('float64'), max: 1 }).dtype).toBe('float32')
    expect(one('int32').clamp({ min: scalar('float16'), max: one('uint8') }).dtype).toBe('float16')
    expect(scalar('uint8').clamp({ min: scalar('int32') }).dtype).toBe('int32')
  })
})

test('where of two numbers is float32', async () => {
  expect(await where(tensor([true, false]), 1, 2).array()).toEqual([1, 2])
})
