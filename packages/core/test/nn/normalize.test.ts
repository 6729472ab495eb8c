import { describe, expect, test } from 'vitest'
import { DTypeError, OutOfRangeError } from '../../src/errors/errors.ts'
import { type NormalizeOptions, normalize } from '../../src/nn/functional/normalize.ts'
import { tensor, zeros } from '../../src/tensor/creation.ts'
import { SeededTensors } from '../support/host-tensors.ts'
import recorded from './fixtures/torch-normalization.json' with { type: 'json' }
import { expectRecorded } from './recorded.ts'
import { expectGradients } from './support.ts'

const options: Record<string, NormalizeOptions> = {
  normalize: {},
  'normalize, p 1': { p: 1, dim: 0 },
  'normalize, p 3': { p: 3, dim: -1 },
  'normalize, p infinity': { p: Number.POSITIVE_INFINITY },
  'normalize, two dimensions': { dim: [0, 2] },
  'normalize, zeros': {},
  'normalize, shorter than eps': { eps: 2 },
}

describe('normalize', () => {
  test.each(Object.entries(options))('has PyTorch’s numbers: %s', (name, options) =>
    expectRecorded(recorded, name, (x) => normalize(x!, options)),
  )

  test.each([1, 2, 2.5, 0.5, Number.POSITIVE_INFINITY])(
    'has the gradients of central differences, also twice: p %d',
    async (p) => {
      const x = new SeededTensors(26).distinct('float64', [2, 3])
      await expectGradients((x) => normalize(x, { p }), [x], { twice: true })
    },
  )

  test.each([0.5, 1, 2, 3])('has finite gradients at zeros: p %d', async (p) => {
    const x = tensor([[0, 0, 2]], { dtype: 'float64', requiresGrad: true })
    normalize(x, { p })
      .mul(tensor([[1, 2, 3]], { dtype: 'float64' }))
      .sum()
      .backward()
    const gradient = (await x.grad!.array()) as number[][]
    expect(gradient[0]!.every(Number.isFinite)).toBe(true)
    // The length stays 1 whatever the third element is.
    expect(gradient[0]![2]).toBeCloseTo(0, 12)
  })

  test('computes half types in float32', async () => {
    const y = normalize(tensor([[300, 400]], { dtype: 'float16' }))
    expect(y.dtype).toBe('float16')
    expect(await y.array()).toEqual(await tensor([[0.6, 0.8]], { dtype: 'float16' }).array())
  })

  test('of nothing is nothing', () => {
    expect(normalize(zeros([0, 3])).shape).toEqual([0, 3])
    expect(normalize(zeros([3, 0])).shape).toEqual([3, 0])
    expect(normalize(zeros([3, 0]), { p: Number.POSITIVE_INFINITY }).shape).toEqual([3, 0])
  })

  test('refuses integers, a dimension that is not there and options that are not positive', () => {
    expect(() => normalize(zeros([2, 2], { dtype: 'int32' }))).toThrow(DTypeError)
    expect(() => normalize(zeros([2]))).toThrow(OutOfRangeError)
    expect(() => normalize(zeros([2, 2]), { p: -1 })).toThrow(
      new OutOfRangeError('normalize: p is a number > 0, got -1'),
    )
    expect(() => normalize(zeros([2, 2]), { eps: Number.NaN })).toThrow(OutOfRangeError)
  })
})
