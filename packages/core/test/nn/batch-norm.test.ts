import { describe, expect, test } from 'vitest'
import type { DeviceStats } from '../../src/accelerator/accelerator.ts'
import { reference } from '../../src/accelerator/reference/reference.ts'
import { noGrad } from '../../src/autograd/no-grad.ts'
import { DTypeError, MisconfigurationError, OutOfRangeError, ShapeError } from '../../src/errors/errors.ts'
import type { OptimizerConfig } from '../../src/module/optimizer-config.ts'
import { TrainingModule } from '../../src/module/training-module.ts'
import { BatchNorm1d, BatchNorm2d, BatchNorm3d } from '../../src/nn/batch-norm.ts'
import { batchNorm } from '../../src/nn/functional/batch-norm.ts'
import { SGD } from '../../src/optim/sgd.ts'
import { checkpoint } from '../../src/tensor/checkpoint.ts'
import { arange, tensor, zeros } from '../../src/tensor/creation.ts'
import { commitAssigned } from '../../src/tensor/flush.ts'
import { Buffer } from '../../src/tensor/parameter.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { SeededTensors } from '../support/host-tensors.ts'
import { fromFormula, reader, total } from '../support/naive.ts'
import { type Batch, batches, quietTrainer } from '../support/training.ts'
import recorded from './fixtures/torch-normalization.json' with { type: 'json' }
import { expectRecorded } from './recorded.ts'
import { expectForward, expectGradients, expectNumbers, wave } from './support.ts'

const random = new SeededTensors(21)
const double = { dtype: 'float64' } as const

describe('batchNorm', () => {
  test('normalises each channel over the batch and all else', async () => {
    const [x, w, b] = [[3, 2, 4], [2], [2]].map((shape) => random.tensor('float64', shape))
    const [atX, atW, atB] = [reader(x!), reader(w!), reader(b!)]
    const expected = fromFormula([3, 2, 4], ([n, c, i]) => {
      const mean = total([3, 4], ([k, l]) => atX([k!, c!, l!])) / 12
      const variance = total([3, 4], ([k, l]) => (atX([k!, c!, l!]) - mean) ** 2) / 12
      return ((atX([n!, c!, i!]) - mean) / Math.sqrt(variance + 1e-3)) * atW([c!]) + atB([c!])
    })
    await expectForward(
      (x, weight, bias) => batchNorm(x, { weight: weight!, bias: bias!, training: true, eps: 1e-3 }),
      [x!, w!, b!],
      expected,
    )
  })

  test.each<[string, boolean, number[]]>([
    ['in training', true, [3, 2, 2]],
    ['in training, of a matrix', true, [4, 2]],
    ['in evaluation', false, [2, 2, 2]],
  ])('has the gradients of central differences, also twice: %s', async (_, training, shape) => {
    const inputs = [shape, [2], [2]].map((of) => random.tensor('float64', of))
    const statistics = { runningMean: arange(2, double), runningVar: arange(2, double).add(0.5) }
    await expectGradients(
      (x, weight, bias) => {
        return batchNorm(x, { ...(training ? {} : statistics), weight: weight!, bias: bias!, training })
      },
      inputs,
      { twice: true },
    )
  })

  test('has no gradient for the running statistics', async () => {
    const runningMean = tensor([0, 0], { requiresGrad: true })
    const x = tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { requiresGrad: true },
    )
    batchNorm(x, { runningMean, runningVar: tensor([1, 4]), eps: 0 })
      .sum()
      .backward()
    expect(runningMean.grad).toBeNull()
    expect(await x.grad!.array()).toEqual([
      [1, 0.5],
      [1, 0.5],
    ])
  })

  test('keeps statistics of half types in float32', async () => {
    // The squares and their sum are far beyond float16, and the mean has no room for its last digits there.
    const x = tensor([[3000], [3002], [3000], [3002]], { dtype: 'float16' })
    const running = { runningMean: new Buffer(zeros([1])), runningVar: new Buffer(zeros([1])) }
    const y = batchNorm(x, { ...running, training: true, momentum: 1, eps: 0 })
    expect(y.dtype).toBe('float16')
    expect(await y.array()).toEqual([[-1], [1], [-1], [1]])
    expect(await running.runningMean.array()).toEqual([3001])
    expect(await running.runningVar.item()).toBeCloseTo(4 / 3, 5)
    expect(await batchNorm(x, { ...running, eps: 0 }).array()).toEqual(
      await batchNorm(x.to('float32'), { ...running, eps: 0 })
        .to('float16')
        .array(),
    )
  })

  test('of nothing is nothing, and moves no statistics', async () => {
    const layer = new BatchNorm1d(2)
    const y = layer.forward(zeros([0, 2, 3]))
    expect(y.shape).toEqual([0, 2, 3])
    y.sum().backward()
    expect(await layer.weight!.grad!.array()).toEqual([0, 0])
    expect(await layer.bias!.grad!.array()).toEqual([0, 0])
    expect([await layer.runningMean!.array(), await layer.runningVar!.array()]).toEqual([
      [0, 0],
      [1, 1],
    ])
    expect(new BatchNorm2d(2).eval().forward(zeros([0, 2, 3, 3])).shape).toEqual([0, 2, 3, 3])
  })

  test('refuses one value in each channel in training, and takes it in evaluation', () => {
    expect(() => new BatchNorm1d(3).forward(zeros([1, 3]))).toThrow(
      new ShapeError(
        'batchNorm: training needs more than one value in each channel, got [1, 3]; use a larger batch, or eval()',
      ),
    )
    expect(() => new BatchNorm1d(3, { trackRunningStats: false }).eval().forward(zeros([1, 3]))).toThrow(ShapeError)
    expect(new BatchNorm1d(3).eval().forward(zeros([1, 3])).shape).toEqual([1, 3])
  })

  test('refuses what does not fit', () => {
    const x = zeros([4, 3])
    expect(() => batchNorm(zeros([4]), { training: true })).toThrow(ShapeError)
    expect(() => batchNorm(x, { training: true, weight: zeros([2]) })).toThrow(
      new ShapeError('batchNorm: the weight has the shape [3], got [2]'),
    )
    expect(() => batchNorm(x)).toThrow(MisconfigurationError)
    expect(() => batchNorm(x, { training: true, runningMean: zeros([3]), runningVar: zeros([3]) })).toThrow(
      MisconfigurationError,
    )
    expect(() => batchNorm(x.to('int32'), { training: true })).toThrow(DTypeError)
    expect(() => batchNorm(x, { training: true, bias: zeros([3], double) })).toThrow(
      new DTypeError(
        "batchNorm: input, parameters and statistics have one dtype, got float32[4, 3] and float64[3]; cast the input, to('float64')",
      ),
    )
    expect(() => batchNorm(x, { training: true, eps: Number.NaN })).toThrow(OutOfRangeError)
    expect(() => batchNorm(x, { training: true, momentum: Number.NaN })).toThrow(OutOfRangeError)
  })

  test('has PyTorch’s numbers', () =>
    expectRecorded(recorded, 'batch_norm', (x, weight) =>
      batchNorm(x!, { runningMean: wave([3]), runningVar: wave([3]).square(), weight: weight!, eps: 1e-3 }),
    ))
})

describe('BatchNorm', () => {
  test.each([
    ['BatchNorm1d', new BatchNorm1d(3, double)],
    ['BatchNorm1d of sequences', new BatchNorm1d(3, { ...double, eps: 0.1, momentum: 0.4 })],
    ['BatchNorm1d in evaluation', new BatchNorm1d(3, double).eval()],
    ['BatchNorm1d without scale and shift', new BatchNorm1d(3, { ...double, affine: false })],
    [
      'BatchNorm1d without statistics, in evaluation',
      new BatchNorm1d(3, { ...double, trackRunningStats: false }).eval(),
    ],
    ['BatchNorm2d', new BatchNorm2d(2, double)],
    ['BatchNorm2d in evaluation', new BatchNorm2d(2, double).eval()],
    ['BatchNorm3d', new BatchNorm3d(2, { ...double, momentum: 0.2 })],
  ] as const)('has PyTorch’s numbers: %s', (name, module) =>
    expectRecorded(recorded, name, (x) => module.forward(x!), { module }),
  )

  test('without momentum its statistics are means over the batches, as PyTorch’s', async () => {
    const module = new BatchNorm1d(2, { ...double, momentum: null })
    await expectRecorded(recorded, 'BatchNorm1d, cumulative', (x, y) => [module.forward(x!), module.forward(y!)], {
      module,
    })
    expect(await module.numBatchesTracked!.item()).toBe(2)
  })

  test('begins with ones and zeros, under PyTorch’s names', async () => {
    const state = new BatchNorm2d(2).stateDict()
    const numbers = await Promise.all([...state].map(async ([name, value]) => [name, value.dtype, await value.array()]))
    expect(numbers).toEqual([
      ['weight', 'float32', [1, 1]],
      ['bias', 'float32', [0, 0]],
      ['running_mean', 'float32', [0, 0]],
      ['running_var', 'float32', [1, 1]],
      ['num_batches_tracked', 'int32', 0],
    ])
    expect([...new BatchNorm1d(2, { affine: false, trackRunningStats: false }).stateDict()]).toEqual([])
  })

  test('learns nothing of a frozen scale, but still tracks', async () => {
    const layer = new BatchNorm1d(1).freeze()
    layer.forward(tensor([[1], [3]]))
    expect(layer.parameters().some((parameter) => parameter.requiresGrad)).toBe(false)
    expect(await layer.numBatchesTracked!.item()).toBe(1)
  })

  test('tracks under noGrad, and leaves its statistics in evaluation', async () => {
    const layer = new BatchNorm1d(1, { momentum: 0.5 })
    noGrad(() => layer.forward(tensor([[1], [3]])))
    const after = [0.5 * 2, 0.5 * 1 + 0.5 * 2]
    const statistics = async () => [await layer.runningMean!.item(), await layer.runningVar!.item()]
    expect(await statistics()).toEqual(after)
    layer.eval().forward(tensor([[7], [9]]))
    expect(await statistics()).toEqual(after)
    layer.resetRunningStats()
    expect([...(await statistics()), await layer.numBatchesTracked!.item()]).toEqual([0, 1, 0])
  })

  test('moves with every forward pass, before and after a commit', async () => {
    const layer = new BatchNorm1d(1, { momentum: null })
    const optimizer = new SGD(layer.parameters(), { lr: 0.1 })
    const step = async (...values: number[]) => {
      optimizer.zeroGrad()
      layer
        .forward(tensor(values.map((v) => [v])))
        .square()
        .sum()
        .backward()
      await optimizer.step()
    }
    await step(0, 2)
    layer.forward(tensor([[2], [4]]))
    await step(4, 6)
    expect(layer.runningMean!.slot.value).toBe(layer.runningMean!.slot.committed)
    expect(await layer.runningMean!.item()).toBeCloseTo(3, 6)
    expect(await layer.numBatchesTracked!.item()).toBe(3)
  })

  test('refuses other dimensions, other channels and options that are no numbers, and then counts no batch', async () => {
    const layer = new BatchNorm1d(3)
    expect(() => layer.forward(zeros([2, 3, 4, 4]))).toThrow(
      new ShapeError('BatchNorm1d: takes 2 or 3 dimensions, got [2, 3, 4, 4]'),
    )
    expect(() => new BatchNorm2d(3).forward(zeros([2, 4, 5, 5]))).toThrow(
      new ShapeError('BatchNorm2d: the input has 3 channels, got [2, 4, 5, 5]'),
    )
    expect(() => layer.forward(zeros([1, 3]))).toThrow(ShapeError)
    expect(await layer.numBatchesTracked!.item()).toBe(0)
    expect(() => new BatchNorm1d(-1)).toThrow(OutOfRangeError)
    expect(() => new BatchNorm1d(2, { eps: -1 })).toThrow(
      new OutOfRangeError('BatchNorm1d: eps is a number ≥ 0, got -1'),
    )
    expect(() => new BatchNorm3d(2, { momentum: Number.NaN })).toThrow(OutOfRangeError)
  })
})

/** Batch norm and a mean square: its statistics move, and its loss may be broken. */
class Normalised extends TrainingModule<Batch> {
  readonly norm = new BatchNorm1d(3, { dtype: 'float64', momentum: 0.5 })
  failAt = Number.POSITIVE_INFINITY

  loss({ x }: Batch): Tensor {
    return this.norm.forward(x).sub(1).square().mean()
  }

  trainingStep(batch: Batch, batchIdx: number): Tensor {
    const loss = this.loss(batch)
    if (batchIdx === this.failAt) throw new Error('broken')
    return loss
  }

  override validationStep(batch: Batch): void {
    this.log('loss', this.loss(batch))
  }

  override configureOptimizers(): OptimizerConfig {
    return new SGD(this.parameters(), { lr: 0.1 })
  }

  async statistics(): Promise<number[]> {
    const { runningMean, runningVar, numBatchesTracked } = this.norm
    const data = await Promise.all([runningMean, runningVar, numBatchesTracked].map((buffer) => buffer!.data()))
    return data.flatMap((array) => Array.from(array))
  }
}

/** Running means, running variances and their count after `count` batches, by hand. */
function expectedStatistics(count: number): number[] {
  const mean = [0, 0, 0]
  const variance = [1, 1, 1]
  for (const { x } of batches(count)) {
    for (let j = 0; j < 3; j++) {
      const [a, b] = [x.data[j]!, x.data[3 + j]!]
      mean[j] = 0.5 * mean[j]! + 0.5 * ((a + b) / 2)
      variance[j] = 0.5 * variance[j]! + 0.5 * ((a - b) ** 2 / 2)
    }
  }
  return [...mean, ...variance, count]
}

describe('BatchNorm in a Trainer', () => {
  test('moves its statistics with each step, and not in validation', async () => {
    const module = new Normalised()
    await quietTrainer().fit(module, { train: batches(3), val: batches(2) })
    await expectClose(await module.statistics(), expectedStatistics(3))
  })

  test('counts each batch of an accumulation window', async () => {
    const module = new Normalised()
    await quietTrainer({ accumulateGradBatches: 2 }).fit(module, { train: batches(4) })
    await expectClose(await module.statistics(), expectedStatistics(4))
  })

  test('a step that throws leaves the statistics of the step before', async () => {
    const module = new Normalised()
    module.failAt = 2
    await expect(quietTrainer().fit(module, { train: batches(4) })).rejects.toThrow('broken')
    await expectClose(await module.statistics(), expectedStatistics(2))
  })

  test('a first step that throws leaves those that the layer began with', async () => {
    const module = new Normalised()
    module.failAt = 0
    await expect(quietTrainer().fit(module, { train: batches(1) })).rejects.toThrow('broken')
    expect(await module.statistics()).toEqual([0, 0, 0, 1, 1, 1, 0])
  })

  test('compiles nothing after the second step, and no buffer outlives its step', async () => {
    const accelerator = reference()
    const stats: DeviceStats[] = []
    const onTrainBatchEnd = () => {
      stats.push(accelerator.stats())
    }
    await commitAssigned()
    const module = new Normalised()
    await quietTrainer({ accelerator, callbacks: [{ onTrainBatchEnd }] }).fit(module, { train: batches(6) })
    const [, second, ...later] = stats
    for (const { compiles, liveBuffers } of later) {
      expect([compiles, liveBuffers]).toEqual([second!.compiles, second!.liveBuffers])
    }
  })

  test('moves its statistics once under a checkpoint, and has the same gradients', async () => {
    const x = () => tensor(Float64Array.from([1, 5, 2, 7, 4, 4]), { shape: [3, 2], requiresGrad: true })
    const [plain, checkpointed] = [new BatchNorm1d(2, double), new BatchNorm1d(2, double)]
    const [a, b] = [x(), x()]
    plain.forward(a).square().mul(a).sum().backward()
    checkpoint((x) => checkpointed.forward(x), b)
      .square()
      .mul(b)
      .sum()
      .backward()
    expect(await b.grad!.array()).toEqual(await a.grad!.array())
    for (const [name, buffer] of plain.namedBuffers()) {
      expect(await checkpointed.getBuffer(name).array()).toEqual(await buffer.array())
    }
  })

  test('a state dict taken in training mode has the statistics of that moment', async () => {
    const layer = new BatchNorm1d(1, { momentum: 1 })
    layer.forward(tensor([[1], [3]]))
    const state = layer.stateDict()
    layer.forward(tensor([[5], [5]]))
    await commitAssigned()
    expect(await state.get('running_mean')!.item()).toBe(2)
    expect(await layer.runningMean!.item()).toBe(5)
    layer.loadStateDict(state)
    await expectNumbers(layer.eval().forward(tensor([[2]])), [0])
  })
})

async function expectClose(got: readonly number[], expected: readonly number[]): Promise<void> {
  expect(got).toHaveLength(expected.length)
  for (const [i, y] of expected.entries()) expect(got[i]).toBeCloseTo(y, 12)
}
