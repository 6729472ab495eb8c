import { describe, expect, test } from 'vitest'
import { DTypeError, MisconfigurationError, OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import { groupNorm } from '../../src/nn/functional/group-norm.ts'
import { GroupNorm } from '../../src/nn/group-norm.ts'
import { tensor, zeros } from '../../src/tensor/creation.ts'
import { SeededTensors } from '../support/host-tensors.ts'
import { fromFormula, reader, total } from '../support/naive.ts'
import recorded from './fixtures/torch-normalization.json' with { type: 'json' }
import { expectRecorded } from './recorded.ts'
import { expectForward, expectGradients } from './support.ts'

const random = new SeededTensors(22)

describe('groupNorm', () => {
  test('normalises the channels of a group together', async () => {
    const [x, w, b] = [[2, 4, 3], [4], [4]].map((shape) => random.tensor('float64', shape))
    const [atX, atW, atB] = [reader(x!), reader(w!), reader(b!)]
    const expected = fromFormula([2, 4, 3], ([n, c, i]) => {
      const first = c! - (c! % 2)
      const mean = total([2, 3], ([k, l]) => atX([n!, first + k!, l!])) / 6
      const variance = total([2, 3], ([k, l]) => (atX([n!, first + k!, l!]) - mean) ** 2) / 6
      return ((atX([n!, c!, i!]) - mean) / Math.sqrt(variance + 1e-5)) * atW([c!]) + atB([c!])
    })
    await expectForward((x, weight, bias) => groupNorm(x, 2, { weight: weight!, bias: bias! }), [x!, w!, b!], expected)
  })

  test('has the gradients of central differences, also twice', async () => {
    const inputs = [[2, 4, 2], [4], [4]].map((shape) => random.tensor('float64', shape))
    await expectGradients((x, weight, bias) => groupNorm(x, 2, { weight: weight!, bias: bias! }), inputs, {
      twice: true,
    })
  })

  test('computes half types in float32', async () => {
    const x = tensor([[3000, 3002, 3000, 3002]], { dtype: 'float16' })
    const y = groupNorm(x, 1, { weight: tensor([1, 1, 2, 2], { dtype: 'float16' }), eps: 0 })
    expect([y.dtype, await y.array()]).toEqual(['float16', [[-1, 1, -2, 2]]])
  })

  test('of nothing is nothing', () => {
    expect(groupNorm(zeros([0, 4, 3]), 2).shape).toEqual([0, 4, 3])
    expect(groupNorm(zeros([2, 4, 0]), 2).shape).toEqual([2, 4, 0])
  })

  test('refuses what does not fit', () => {
    const x = zeros([2, 4])
    expect(() => groupNorm(x, 3)).toThrow(
      new MisconfigurationError('groupNorm: the groups divide the channels, got 3 group(s) for 4 channels'),
    )
    expect(() => groupNorm(x, 0)).toThrow(MisconfigurationError)
    expect(() => groupNorm(zeros([4]), 2)).toThrow(ShapeError)
    expect(() => groupNorm(x, 2, { weight: zeros([2]) })).toThrow(ShapeError)
    expect(() => groupNorm(x, 2, { bias: zeros([4], { dtype: 'float64' }) })).toThrow(DTypeError)
    expect(() => groupNorm(x.to('int32'), 2)).toThrow(DTypeError)
    expect(() => groupNorm(x, 2, { eps: Number.NaN })).toThrow(OutOfRangeError)
  })
})

describe('GroupNorm', () => {
  const double = { dtype: 'float64' } as const

  test.each([
    ['GroupNorm', new GroupNorm(2, 4, double)],
    ['GroupNorm of one group', new GroupNorm(1, 3, { ...double, eps: 0.01 })],
    ['GroupNorm without scale and shift', new GroupNorm(3, 3, { ...double, affine: false })],
  ] as const)('has PyTorch’s numbers: %s', (name, module) =>
    expectRecorded(recorded, name, (x) => module.forward(x!), { module }),
  )

  test('begins with ones and zeros', async () => {
    const layer = new GroupNorm(1, 2)
    expect([await layer.weight!.array(), await layer.bias!.array()]).toEqual([
      [1, 1],
      [0, 0],
    ])
    expect(new GroupNorm(1, 2, { affine: false }).parameters()).toEqual([])
  })

  test('refuses groups that do not divide its channels, and other channels', () => {
    expect(() => new GroupNorm(3, 4)).toThrow(MisconfigurationError)
    expect(() => new GroupNorm(2, 4).forward(zeros([1, 6]))).toThrow(
      new ShapeError('groupNorm: the weight has the shape [6], got [4]'),
    )
  })
})
