import { describe, expect, test } from 'vitest'
import { DTypeError } from '../../src/errors/errors.ts'
import type { OptimizerConfig } from '../../src/module/optimizer-config.ts'
import { TrainingModule } from '../../src/module/training-module.ts'
import { BatchNorm1d } from '../../src/nn/batch-norm.ts'
import { Linear } from '../../src/nn/linear.ts'
import { Sequential } from '../../src/nn/sequential.ts'
import { Adam } from '../../src/optim/adam.ts'
import { SGD } from '../../src/optim/sgd.ts'
import { tensor, zeros } from '../../src/tensor/creation.ts'
import { commitAssigned, rollback } from '../../src/tensor/flush.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { type Batch, batches, quietTrainer } from '../support/training.ts'

const dtypesOf = (module: { readonly stateDict: () => ReadonlyMap<string, Tensor> }) =>
  Object.fromEntries(Array.from(module.stateDict(), ([name, { dtype }]) => [name, dtype]))

const line = () => {
  const layer = new Linear(1, 1, { bias: false })
  layer.weight.assign(tensor([[0.1]]))
  return layer
}

describe('a module is cast', () => {
  test('in its floats, not in its integers, and stays what it is', async () => {
    const net = new Sequential(new Linear(2, 2), new BatchNorm1d(2))
    const before = net.parameters()
    const weight = await net.getParameter('0.weight').array()
    expect(net.to('float64')).toBe(net)
    expect(net.parameters()).toEqual(before)
    expect(dtypesOf(net)).toEqual({
      '0.weight': 'float64',
      '0.bias': 'float64',
      '1.weight': 'float64',
      '1.bias': 'float64',
      '1.running_mean': 'float64',
      '1.running_var': 'float64',
      '1.num_batches_tracked': 'int32',
    })
    expect(await net.getParameter('0.weight').array()).toEqual(weight)
    expect(net.forward(zeros([3, 2], { dtype: 'float64' })).dtype).toBe('float64')
    expect(net.getBuffer('1.running_mean').dtype).toBe('float64')
  })

  test.each([
    ['float', 'float32'],
    ['double', 'float64'],
    ['half', 'float16'],
    ['bfloat16', 'bfloat16'],
  ] as const)('by %s() to %s', async (method, dtype) => {
    const layer = line()[method]()
    expect(layer.weight.dtype).toBe(dtype)
    expect(await layer.weight.array()).toEqual(
      await tensor([[0.1]])
        .to(dtype)
        .array(),
    )
  })

  test('to the dtype that it has without anything', () => {
    const layer = line()
    const { value } = layer.weight
    layer.float()
    expect(layer.weight.value).toBe(value)
  })

  test('to floats alone', () => {
    expect(() => line().to('int32')).toThrow(
      new DTypeError('to: a module is cast to floats, got int32; cast a single tensor with tensor.to()'),
    )
    expect(() => line().to('float' as never)).toThrow(DTypeError)
  })

  test('frozen parameters too, which stay frozen', () => {
    const layer = line().freeze().double()
    expect([layer.weight.dtype, layer.weight.requiresGrad]).toEqual(['float64', false])
    expect(layer.forward(zeros([1, 1], { dtype: 'float64' })).requiresGrad).toBe(false)
    expect(layer.unfreeze().forward(zeros([1, 1], { dtype: 'float64' })).requiresGrad).toBe(true)
  })

  test('and what was computed before keeps its dtype', async () => {
    const layer = line()
    const y = layer.forward(tensor([[2]]))
    layer.double()
    expect([y.dtype, await y.array()]).toEqual(['float32', [[Math.fround(0.2)]]])
  })
})

describe('gradients of a module that is cast', () => {
  test('are cast along', async () => {
    const layer = line()
    layer
      .forward(tensor([[0.3]]))
      .sum()
      .backward()
    layer.double()
    expect([layer.weight.grad!.dtype, await layer.weight.grad!.item()]).toEqual(['float64', Math.fround(0.3)])
    layer
      .forward(tensor([[1]], { dtype: 'float64' }))
      .sum()
      .backward()
    expect(await layer.weight.grad!.item()).toBe(Math.fround(0.3) + 1)
  })

  test('of what was recorded before arrive in the dtype of the parameter', async () => {
    const layer = line()
    const loss = layer.forward(tensor([[3]])).sum()
    layer.double()
    loss.backward()
    expect([layer.weight.grad!.dtype, await layer.weight.grad!.item()]).toEqual(['float64', 3])
  })
})

describe('an optimizer made before its module is cast', () => {
  test.each([
    ['SGD with momentum', (layer: Linear) => new SGD(layer.parameters(), { lr: 0.1, momentum: 0.9 })],
    ['Adam', (layer: Linear) => new Adam(layer.parameters(), { lr: 0.1 })],
  ] as const)('goes on, with its state cast: %s', async (_, optimizerOf) => {
    const run = async (castAfter: number) => {
      const layer = line()
      const optimizer = optimizerOf(layer)
      for (let step = 0; step < 4; step++) {
        if (step === castAfter) layer.double()
        optimizer.zeroGrad()
        const { dtype } = layer.weight
        layer
          .forward(tensor([[1 + step]], { dtype }))
          .square()
          .sum()
          .backward()
        await optimizer.step()
      }
      return { weight: await layer.weight.item(), dtype: layer.weight.dtype, optimizer }
    }
    const [single, mixed] = [await run(Number.POSITIVE_INFINITY), await run(2)]
    expect(mixed.dtype).toBe('float64')
    expect(mixed.weight).not.toBe(single.weight)
    expect(mixed.weight).toBeCloseTo(single.weight, 5)
    const [state] = Object.values(mixed.optimizer.stateDict().state)
    for (const [name, { dtype }] of Object.entries(state!)) expect(dtype).toBe(name === 'step' ? 'float32' : 'float64')
  })
})

describe('a rollback after a cast', () => {
  test('keeps the dtype, before the first commit and after it', async () => {
    for (const isCommitted of [false, true]) {
      const layer = line()
      if (isCommitted) await commitAssigned()
      layer.double()
      layer.weight.assign(tensor([[7]], { dtype: 'float64' }))
      rollback()
      expect(layer.weight.dtype).toBe('float64')
      // What was assigned before the first commit is not the first value.
      if (isCommitted) expect(await layer.weight.item()).toBe(Math.fround(0.1))
      await commitAssigned()
      expect(layer.weight.dtype).toBe('float64')
    }
  })

  test('brings back a gradient in the dtype of its parameter', async () => {
    const layer = line()
    layer
      .forward(tensor([[3]]))
      .sum()
      .backward()
    await commitAssigned()
    layer.zeroGrad()
    layer.double()
    rollback()
    expect([layer.weight.grad!.dtype, await layer.weight.grad!.item()]).toEqual(['float64', 3])
  })
})

/** Float64 from a hook on, and back to float32 in the middle of the second epoch. */
class Recast extends TrainingModule<Batch> {
  readonly net = new Sequential(new Linear(3, 2), new BatchNorm1d(2))

  override onFitStart(): void {
    this.double()
  }

  override onTrainBatchStart(_batch: Batch, batchIdx: number): void {
    if (this.currentEpoch === 1 && batchIdx === 1) this.float()
  }

  trainingStep({ x, y }: Batch, _batchIdx: number): Tensor {
    const { dtype } = this.net.getParameter('0.weight')
    return this.net.forward(x.to(dtype)).sub(y.to(dtype)).square().mean()
  }

  override configureOptimizers(): OptimizerConfig {
    return new Adam(this.parameters(), { lr: 0.1 })
  }
}

test('a module may be cast while it is trained', async () => {
  const module = new Recast()
  await quietTrainer({ maxEpochs: 2 }).fit(module, { train: batches(3) })
  expect(module.net.getParameter('0.weight').dtype).toBe('float32')
  expect(await module.net.getBuffer('1.num_batches_tracked').item()).toBe(6)
  const numbers = (await module.net.getParameter('0.weight').data()) as Float32Array
  expect(numbers.every(Number.isFinite)).toBe(true)
})

test.for(['float16', 'bfloat16'] as const)('the state of a %s module goes into another, bit by bit', async (dtype) => {
  const [from, into] = [new Linear(3, 2).to(dtype), new Linear(3, 2).to(dtype)]
  const state = from.stateDict()
  into.loadStateDict(state)
  expect(await state.get('weight')!.data()).toBeInstanceOf(Uint16Array)
  expect(await into.weight.data()).toEqual(await from.weight.data())
  expect(into.bias!.dtype).toBe(dtype)
})
