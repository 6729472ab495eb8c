import { describe, expect, test } from 'vitest'
import { ShapeError } from '../../src/errors/errors.ts'
import { dtypes } from '../../src/graph/dtype.ts'
import { formatSpec, specOf } from '../../src/graph/spec.ts'

describe('specOf', () => {
  test('equal specs are one object', () => {
    expect(specOf('float32', [2, 3])).toBe(specOf('float32', [2, 3]))
    expect(specOf('float32', [])).toBe(specOf('float32', []))
  })

  test('dtype, rank and every dimension tell specs apart', () => {
    const shapes = [[], [0], [1], [2], [1, 2], [2, 1], [1, 1, 2]]
    const ids = dtypes.flatMap((dtype) => shapes.map((shape) => specOf(dtype, shape).id))
    expect(new Set(ids).size).toBe(dtypes.length * shapes.length)
  })

  test.each([
    { dtype: 'float32', shape: [2, 3], rank: 2, size: 6, bytes: 24 },
    { dtype: 'float64', shape: [], rank: 0, size: 1, bytes: 8 },
    { dtype: 'bfloat16', shape: [5], rank: 1, size: 5, bytes: 10 },
    { dtype: 'bool', shape: [4, 0, 2], rank: 3, size: 0, bytes: 0 },
  ] as const)('$dtype $shape has $size elements in $bytes bytes', ({ dtype, shape, ...expected }) => {
    expect(specOf(dtype, shape)).toMatchObject(expected)
  })

  test('is not changed by its caller', () => {
    const shape = [2, 3]
    const spec = specOf('float32', shape)
    shape[0] = 9
    expect(spec.shape).toEqual([2, 3])
    expect(specOf('float32', [2, 3])).toBe(spec)
  })

  test.each([[[-1]], [[1.5]], [[2, Number.NaN]], [[Number.POSITIVE_INFINITY]]])('refuses %j', (shape) => {
    const refusal = () => specOf('float32', shape)
    expect(refusal).toThrow(ShapeError)
    expect(refusal).toThrow(`shape: dimensions are whole numbers ≥ 0, got [${shape.join(', ')}]`)
    expect(refusal, 'a second time too').toThrow(ShapeError)
  })

  test('prints as dtype and shape', () => {
    expect(formatSpec(specOf('float32', [32, 10]))).toBe('float32[32, 10]')
    expect(formatSpec(specOf('bool', []))).toBe('bool[]')
  })
})
