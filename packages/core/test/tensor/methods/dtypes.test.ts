import { describe, expect, test } from 'vitest'
import { DTypeError } from '../../../src/errors/errors.ts'
import { type DType, dtypes } from '../../../src/graph/dtype.ts'
import { ones, zeros } from '../../../src/tensor/creation.ts'
import type { Tensor } from '../../../src/tensor/tensor.ts'
import recorded from '../../nn/fixtures/torch-function-dtypes.json' with { type: 'json' }
import { paired, plain } from './names.ts'
import { runs } from './runs.ts'

const asFloats = { bool: 'float32', uint8: 'float32', int32: 'float32' } as const

/** What differs: dtypes that PyTorch 1.13 refuses, and any and all of uint8, which give uint8 there. */
const ours: Readonly<Record<string, Partial<Record<DType, DType>>>> = {
  hypot: asFloats,
  logaddexp: asFloats,
  lerp: asFloats,
  addcdiv: asFloats,
  softmax: asFloats,
  logSoftmax: asFloats,
  'clamp by tensors': { bool: 'bool' },
  argmax: { bool: 'int32' },
  prod: { bfloat16: 'bfloat16' },
  any: { uint8: 'bool' },
  all: { uint8: 'bool' },
}

const functions = recorded.functions as Readonly<Record<string, Readonly<Record<string, DType | null>>>>
const rows = Object.entries(functions).filter(([name]) => name in runs)

test('every function that was recorded is tried, but for equal, which gives no tensor', () => {
  expect(Object.keys(functions).filter((name) => !(name in runs))).toEqual(['equal'])
})

describe.each(rows)('%s', (name, row) => {
  test.each(Object.entries(row))('of %s gives the dtype of PyTorch (%s) or the one said above', (dtype, theirs) => {
    const x = ones([2], { dtype: dtype as DType })
    const expected = ours[name]?.[dtype as DType] ?? theirs
    if (expected === null) expect(() => runs[name]!(x)).toThrow(DTypeError)
    else expect(runs[name]!(x).dtype).toBe(expected)
  })
})

describe.each([...plain, ...paired])('%s of nothing', (name) => {
  const made = (x: Tensor) => {
    try {
      const { shape, dtype } = runs[name]!(x)
      return { rest: shape.slice(1), rows: shape[0], dtype }
    } catch (error) {
      return (error as Error).constructor.name
    }
  }

  test.each(dtypes)('is an empty tensor of the dtype that %s gives', (dtype) => {
    const [full, empty] = [made(ones([2, 3], { dtype })), made(zeros([0, 3], { dtype }))]
    expect(empty).toEqual(typeof full === 'string' ? full : { ...full, rows: 0 })
  })

  test('can be read', async () => {
    const dtype = name.startsWith('bitwise') ? 'int32' : 'float32'
    expect(await runs[name]!(zeros([0, 3], { dtype })).array()).toEqual([])
  })
})
