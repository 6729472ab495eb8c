import { describe, expect, test } from 'vitest'
import { DTypeError, OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import { layerNorm } from '../../src/nn/functional/layer-norm.ts'
import { LayerNorm } from '../../src/nn/layer-norm.ts'
import { tensor, zeros } from '../../src/tensor/creation.ts'
import { SeededTensors } from '../support/host-tensors.ts'
import { fromFormula, reader, total } from '../support/naive.ts'
import recorded from './fixtures/torch-normalization.json' with { type: 'json' }
import { expectRecorded } from './recorded.ts'
import { expectForward, expectGradients, expectNumbers, wave } from './support.ts'

const random = new SeededTensors(8)

describe('layerNorm', () => {
  test('normalises the trailing dimensions together', async () => {
    const [x, w, b] = [
      [2, 3, 4],
      [3, 4],
      [3, 4],
    ].map((shape) => random.tensor('float64', shape))
    const [atX, atW, atB] = [reader(x!), reader(w!), reader(b!)]
    const expected = fromFormula([2, 3, 4], ([n, i, j]) => {
      const mean = total([3, 4], ([k, l]) => atX([n!, k!, l!])) / 12
      const variance = total([3, 4], ([k, l]) => (atX([n!, k!, l!]) - mean) ** 2) / 12
      return ((atX([n!, i!, j!]) - mean) / Math.sqrt(variance + 1e-3)) * atW([i!, j!]) + atB([i!, j!])
    })
    await expectForward(
      (x, weight, bias) => layerNorm(x, [3, 4], { weight: weight!, bias: bias!, eps: 1e-3 }),
      [x!, w!, b!],
      expected,
    )
  })

  test('has PyTorch’s numbers', async () => {
    // torch 1.13.0: F.layer_norm(x, (4,), w, b), then y².sum().backward()
    const x = wave([2, 3, 4], 0, { requiresGrad: true })
    const weight = wave([4], 1, { requiresGrad: true })
    const y = layerNorm(x, [4], { weight, bias: wave([4], 2) })
    await expectNumbers(
      y.flatten().slice(0, 0, 8),
      [
        -0.07046247247, 0.9659930708, -0.6052217642, -0.3406629092, 0.3392955917, -0.7696572064, -0.7443235401,
        -2.162684351,
      ],
    )
    y.square().sum().backward()
    await expectNumbers(x.grad!.flatten().slice(0, 0, 4), [-0.7047406583, 2.475087198, -2.38592596, 0.6155794201])
    await expectNumbers(weight.grad!, [10.7818342, 7.783227578, 0.03796382767, -13.84245756])
  })

  test('has the gradients of central differences, also twice', async () => {
    const inputs = [[2, 2, 3], [3], [3]].map((shape) => random.tensor('float64', shape))
    await expectGradients((x, weight, bias) => layerNorm(x, [3], { weight: weight!, bias: bias! }), inputs, {
      twice: true,
    })
  })

  test('needs neither weight nor bias', async () => {
    await expectNumbers(layerNorm(tensor([[1, 3]]), [2], { eps: 0 }), [-1, 1])
  })

  test('refuses other shapes and integers', () => {
    expect(() => layerNorm(zeros([2, 3]), [4])).toThrow(
      new ShapeError('layerNorm: the input ends in the normalized shape, got [2, 3] for [4]'),
    )
    expect(() => layerNorm(zeros([2, 3]), [])).toThrow(ShapeError)
    expect(() => layerNorm(zeros([3]), [3], { weight: zeros([2]) })).toThrow(ShapeError)
    expect(() => layerNorm(zeros([3], { dtype: 'int32' }), [3])).toThrow(DTypeError)
  })
})

describe('LayerNorm', () => {
  test('begins with ones and zeros', async () => {
    const layer = new LayerNorm(3)
    expect(await layer.weight!.array()).toEqual([1, 1, 1])
    expect(await layer.bias!.array()).toEqual([0, 0, 0])
    expect(new LayerNorm([2, 3]).weight!.shape).toEqual([2, 3])
    expect(new LayerNorm(3, { elementwiseAffine: false }).parameters()).toEqual([])
  })

  test('has PyTorch’s numbers', async () => {
    const module = new LayerNorm([2, 3], { eps: 1e-3, dtype: 'float64' })
    await expectRecorded(recorded, 'LayerNorm', (x) => module.forward(x!), { module })
  })

  test('may learn a scale without a shift', () => {
    expect(new LayerNorm(3, { bias: false }).namedParameters().map(([name]) => name)).toEqual(['weight'])
  })

  test('computes half types in float32', async () => {
    const layer = new LayerNorm(2, { eps: 0, dtype: 'float16' })
    const y = layer.forward(tensor([3000, 3002], { dtype: 'float16' }))
    expect([y.dtype, await y.array()]).toEqual(['float16', [-1, 1]])
  })

  test('refuses an eps that is no number', () => {
    expect(() => new LayerNorm(2, { eps: Number.NaN })).toThrow(OutOfRangeError)
    expect(() => layerNorm(zeros([2]), [2], { eps: -1 })).toThrow(OutOfRangeError)
  })

  test('normalises', async () => {
    await expectNumbers(
      new LayerNorm(2, { eps: 0 }).forward(
        tensor([
          [1, 3],
          [5, 1],
        ]),
      ),
      [-1, 1, 1, -1],
    )
    await expectNumbers(new LayerNorm(2, { eps: 0, elementwiseAffine: false }).forward(tensor([2, 6])), [-1, 1])
  })
})
