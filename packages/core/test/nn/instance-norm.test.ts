import { describe, expect, test } from 'vitest'
import { MisconfigurationError, OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import { instanceNorm } from '../../src/nn/functional/instance-norm.ts'
import { InstanceNorm1d, InstanceNorm2d, InstanceNorm3d } from '../../src/nn/instance-norm.ts'
import { arange, tensor, zeros } from '../../src/tensor/creation.ts'
import { SeededTensors } from '../support/host-tensors.ts'
import { fromFormula, reader, total } from '../support/naive.ts'
import recorded from './fixtures/torch-normalization.json' with { type: 'json' }
import { expectRecorded } from './recorded.ts'
import { expectForward, expectGradients } from './support.ts'

const random = new SeededTensors(23)
const double = { dtype: 'float64' } as const

describe('instanceNorm', () => {
  test('normalises each channel of each instance', async () => {
    const [x, w, b] = [[2, 2, 3], [2], [2]].map((shape) => random.tensor('float64', shape))
    const [atX, atW, atB] = [reader(x!), reader(w!), reader(b!)]
    const expected = fromFormula([2, 2, 3], ([n, c, i]) => {
      const mean = total([3], ([k]) => atX([n!, c!, k!])) / 3
      const variance = total([3], ([k]) => (atX([n!, c!, k!]) - mean) ** 2) / 3
      return ((atX([n!, c!, i!]) - mean) / Math.sqrt(variance + 1e-5)) * atW([c!]) + atB([c!])
    })
    await expectForward((x, weight, bias) => instanceNorm(x, { weight: weight!, bias: bias! }), [x!, w!, b!], expected)
  })

  test.each([true, false])('has the gradients of central differences, also twice: input’s own %s', async (own) => {
    const inputs = [[2, 2, 3], [2], [2]].map((shape) => random.tensor('float64', shape))
    const running = { runningMean: arange(2, double), runningVar: arange(2, double).add(0.5), useInputStats: false }
    await expectGradients(
      (x, weight, bias) => instanceNorm(x, { ...(own ? {} : running), weight: weight!, bias: bias! }),
      inputs,
      { twice: true },
    )
  })

  test('refuses one element in each channel, and evaluation without statistics', () => {
    expect(() => instanceNorm(zeros([4, 3, 1]))).toThrow(
      new ShapeError('instanceNorm: needs more than one element in each channel of an instance, got [4, 3, 1]'),
    )
    expect(() => instanceNorm(zeros([4, 3, 2]), { useInputStats: false })).toThrow(MisconfigurationError)
  })
})

describe('InstanceNorm', () => {
  test.each([
    ['InstanceNorm1d', new InstanceNorm1d(2, double)],
    ['InstanceNorm1d without batch', new InstanceNorm1d(2, { ...double, affine: true })],
    ['InstanceNorm2d', new InstanceNorm2d(3, { ...double, affine: true, eps: 0.01 })],
    ['InstanceNorm2d, tracking', new InstanceNorm2d(2, { ...double, trackRunningStats: true, momentum: 0.3 })],
    ['InstanceNorm2d in evaluation', new InstanceNorm2d(2, { ...double, trackRunningStats: true }).eval()],
    ['InstanceNorm3d', new InstanceNorm3d(2, double)],
  ] as const)('has PyTorch’s numbers: %s', (name, module) =>
    expectRecorded(recorded, name, (x) => module.forward(x!), { module }),
  )

  test('learns and tracks nothing unless it is told to', async () => {
    expect([...new InstanceNorm2d(2).stateDict()]).toEqual([])
    const layer = new InstanceNorm2d(2, { affine: true, trackRunningStats: true })
    expect([...layer.stateDict().keys()]).toEqual([
      'weight',
      'bias',
      'running_mean',
      'running_var',
      'num_batches_tracked',
    ])
    expect(await layer.runningVar!.array()).toEqual([1, 1])
  })

  test('without momentum leaves its statistics', async () => {
    const layer = new InstanceNorm1d(1, { momentum: null, trackRunningStats: true })
    layer.forward(tensor([[[1, 3]]]))
    expect([await layer.runningMean!.item(), await layer.runningVar!.item()]).toEqual([0, 1])
  })

  test('of nothing is nothing, and moves no statistics', async () => {
    const layer = new InstanceNorm1d(2, { trackRunningStats: true })
    expect(layer.forward(zeros([0, 2, 3])).shape).toEqual([0, 2, 3])
    expect(layer.forward(zeros([2, 2, 0])).shape).toEqual([2, 2, 0])
    expect(await layer.runningVar!.array()).toEqual([1, 1])
  })

  test('refuses other dimensions and channels', () => {
    expect(() => new InstanceNorm2d(3).forward(zeros([2, 3]))).toThrow(
      new ShapeError('InstanceNorm2d: takes 3 or 4 dimensions, got [2, 3]'),
    )
    expect(() => new InstanceNorm1d(3).forward(zeros([2, 4, 5]))).toThrow(
      new ShapeError('InstanceNorm1d: the input has 3 channels, got [2, 4, 5]'),
    )
    expect(() => new InstanceNorm3d(3, { eps: Number.NaN })).toThrow(OutOfRangeError)
  })
})
