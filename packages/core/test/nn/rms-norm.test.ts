import { describe, expect, test } from 'vitest'
import { DTypeError, OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import { rmsNorm } from '../../src/nn/functional/rms-norm.ts'
import { RMSNorm } from '../../src/nn/rms-norm.ts'
import { ones, tensor, zeros } from '../../src/tensor/creation.ts'
import { SeededTensors } from '../support/host-tensors.ts'
import { fromFormula, reader, total } from '../support/naive.ts'
import { expectForward, expectGradients } from './support.ts'

const random = new SeededTensors(24)

describe('rmsNorm', () => {
  test('divides by the root of the mean square of the trailing dimensions', async () => {
    const [x, w] = [
      [2, 3, 2],
      [3, 2],
    ].map((shape) => random.tensor('float64', shape))
    const [atX, atW] = [reader(x!), reader(w!)]
    const expected = fromFormula([2, 3, 2], ([n, i, j]) => {
      const meanSquare = total([3, 2], ([k, l]) => atX([n!, k!, l!]) ** 2) / 6
      return (atX([n!, i!, j!]) / Math.sqrt(meanSquare + 0.1)) * atW([i!, j!])
    })
    await expectForward((x, weight) => rmsNorm(x, [3, 2], { weight: weight!, eps: 0.1 }), [x!, w!], expected)
  })

  test('has the gradients of central differences, also twice', async () => {
    const inputs = [[2, 2, 3], [3]].map((shape) => random.tensor('float64', shape))
    await expectGradients((x, weight) => rmsNorm(x, [3], { weight: weight! }), inputs, { twice: true })
    await expectGradients((x) => rmsNorm(x, [2, 3]), [inputs[0]!])
  })

  test.each([
    ['float64', 2 ** -52],
    ['float32', 2 ** -23],
    ['float16', 2 ** -10],
    ['bfloat16', 2 ** -7],
  ] as const)('takes the epsilon of %s by default', async (dtype, epsilon) => {
    const size = Math.sqrt(epsilon)
    const x = tensor([size, size], { dtype })
    const y = rmsNorm(x, [2]).to('float64')
    const expected = (await x.to('float64').array()) as number[]
    const root = Math.sqrt(expected[0]! ** 2 + epsilon)
    expect(((await y.array()) as number[])[0]).toBeCloseTo(expected[0]! / root, 2)
    expect(
      await rmsNorm(zeros([2], { dtype }), [2])
        .to('float32')
        .array(),
    ).toEqual([0, 0])
  })

  test('computes half types in float32', async () => {
    // 300² is beyond float16.
    const y = rmsNorm(tensor([300, -300], { dtype: 'float16' }), [2])
    expect([y.dtype, await y.array()]).toEqual(['float16', [1, -1]])
  })

  test('of nothing is nothing', () => {
    expect(rmsNorm(zeros([0, 3]), [3]).shape).toEqual([0, 3])
    expect(rmsNorm(zeros([3, 0]), [0]).shape).toEqual([3, 0])
  })

  test('refuses what does not fit', () => {
    expect(() => rmsNorm(zeros([2, 3]), [4])).toThrow(
      new ShapeError('rmsNorm: the input ends in the normalized shape, got [2, 3] for [4]'),
    )
    expect(() => rmsNorm(zeros([2, 3]), [])).toThrow(ShapeError)
    expect(() => rmsNorm(zeros([3]), [3], { weight: zeros([2]) })).toThrow(ShapeError)
    expect(() => rmsNorm(zeros([3]), [3], { weight: ones([3], { dtype: 'float64' }) })).toThrow(DTypeError)
    expect(() => rmsNorm(zeros([3], { dtype: 'int32' }), [3])).toThrow(DTypeError)
    expect(() => rmsNorm(zeros([3]), [3], { eps: -1 })).toThrow(OutOfRangeError)
  })
})

describe('RMSNorm', () => {
  test('begins with ones, or learns nothing', async () => {
    expect(await new RMSNorm(3).weight!.array()).toEqual([1, 1, 1])
    expect(new RMSNorm([2, 3]).weight!.shape).toEqual([2, 3])
    expect(new RMSNorm(3, { elementwiseAffine: false }).parameters()).toEqual([])
    expect(() => new RMSNorm(3, { eps: Number.NaN })).toThrow(OutOfRangeError)
  })

  test('divides and scales', async () => {
    const layer = new RMSNorm(2, { eps: 0 })
    layer.weight!.assign(tensor([1, 10]))
    const y = (await layer.forward(tensor([[3, 3]])).array()) as number[][]
    expect(y).toEqual([[1, 10]])
  })
})
