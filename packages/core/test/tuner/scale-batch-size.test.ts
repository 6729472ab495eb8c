import { describe, expect, test } from 'vitest'
import { reference } from '../../src/accelerator/reference/reference.ts'
import { DataLoader } from '../../src/data/data-loader.ts'
import { AcceleratorError } from '../../src/errors/errors.ts'
import { hostTensor } from '../../src/graph/host-tensor.ts'
import type { OptimizerConfig } from '../../src/module/optimizer-config.ts'
import { type FreeStepOutput, TrainingModule } from '../../src/module/training-module.ts'
import { Linear } from '../../src/nn/linear.ts'
import { AdamW } from '../../src/optim/adam.ts'
import { ReduceLROnPlateau } from '../../src/optim/lr-scheduler/reduce-lr-on-plateau.ts'
import { FullPrecision } from '../../src/precision/full-precision.ts'
import { SingleDeviceStrategy } from '../../src/strategy/single-device-strategy.ts'
import { defaultGenerator } from '../../src/tensor/generator.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { scaleBatchSize } from '../../src/tuner/scale-batch-size.ts'
import { quietTrainer } from '../support/training.ts'

/** One row of activations has 8 floats: 32 bytes. */
class Narrow extends TrainingModule<Tensor> {
  readonly layer = new Linear(4, 8)
  readonly held = new AdamW(this.parameters(), { lr: 0.1 })
  readonly sizes: number[] = []

  trainingStep(x: Tensor): FreeStepOutput {
    this.sizes.push(x.size(0))
    return this.layer.forward(x).square().mean()
  }

  configureOptimizers(): OptimizerConfig {
    return { optimizer: this.held, lrScheduler: new ReduceLROnPlateau(this.held), monitor: 'val_loss' }
  }
}

const rows = (count: number) => Array.from({ length: count }, (_, i) => hostTensor(Float32Array.of(i, 1, -i, 0.5)))
const dataset = rows(200)
const makeLoader = (batchSize: number) => new DataLoader(dataset, { batchSize })
/** Room for so many rows of activations in one buffer. */
const roomFor = (count: number) => quietTrainer({ accelerator: reference({ maxBufferBytes: 32 * count }) })
const triedBy = ({ sizes }: Narrow) => [...new Set(sizes)]

test('sizes double until one does not fit', async () => {
  const module = new Narrow()
  expect(await scaleBatchSize(roomFor(20), module, makeLoader)).toBe(16)
  expect(triedBy(module)).toEqual([2, 4, 8, 16, 32])
  expect(module.sizes.filter((size) => size === 16)).toHaveLength(3)
})

test('the search between what works and what fails ends with the largest size', async () => {
  const module = new Narrow()
  expect(await scaleBatchSize(roomFor(21), module, makeLoader, { mode: 'binsearch' })).toBe(21)
  expect(triedBy(module)).toEqual([2, 4, 8, 16, 32, 24, 20, 22, 21])
})

test.each(['power', 'binsearch'] as const)('%s: a first size that does not fit is halved', async (mode) => {
  const module = new Narrow()
  const options = { mode, initVal: 100, stepsPerTrial: 1 }
  expect(await scaleBatchSize(roomFor(13), module, makeLoader, options)).toBe(mode === 'power' ? 12 : 13)
})

test('so many sizes are tried, and of them the largest that works is given', async () => {
  const module = new Narrow()
  expect(await scaleBatchSize(roomFor(1000), module, makeLoader, { maxTrials: 3 })).toBe(8)
  expect(triedBy(module)).toEqual([2, 4, 8])
})

describe('a batch of all data is the largest one', () => {
  test('where the loader knows its length', async () => {
    const module = new Narrow()
    const few = (batchSize: number) => new DataLoader(rows(6), { batchSize })
    expect(await scaleBatchSize(roomFor(1000), module, few)).toBe(8)
  })

  test('where it does not', async () => {
    async function* stream() {
      yield* rows(6)
    }
    const few = (batchSize: number) => new DataLoader({ [Symbol.asyncIterator]: stream }, { batchSize })
    expect(await scaleBatchSize(roomFor(1000), new Narrow(), few)).toBe(8)
  })

  test('and one that is not full may be left out', async () => {
    const few = (batchSize: number) => new DataLoader(rows(6), { batchSize, dropLast: true })
    expect(await scaleBatchSize(roomFor(1000), new Narrow(), few)).toBe(4)
    expect(await scaleBatchSize(roomFor(1000), new Narrow(), few, { mode: 'binsearch' })).toBe(6)
  })
})

test('everything is as it was', async () => {
  const module = new Narrow()
  const trainer = roomFor(20)
  await quietTrainer({ maxSteps: 2 }).fit(module, { train: makeLoader(4) } as never)
  const state = async () => ({
    weight: await module.layer.weight.array(),
    moments: await Promise.all(Object.values(module.held.stateDict().state).map((entry) => entry.exp_avg?.array())),
    groups: module.held.stateDict().paramGroups,
    random: defaultGenerator.state,
  })
  const before = await state()
  await scaleBatchSize(trainer, module, makeLoader)
  expect(await state()).toEqual(before)
})

describe('what cannot be is refused', () => {
  test('a device that holds not one row, with what it said', async () => {
    const error = await scaleBatchSize(
      quietTrainer({ accelerator: reference({ maxBufferBytes: 130 }) }),
      new (class extends Narrow {
        override trainingStep(x: Tensor): FreeStepOutput {
          return this.layer.forward(x).tile([1, 10]).square().mean()
        }
      })(),
      makeLoader,
    ).catch((error: unknown) => error as Error)
    expect(error).toBeInstanceOf(AcceleratorError)
    expect((error as Error).message).toMatch(/^scaleBatchSize: no batch size works/)
    expect(((error as Error).cause as Error).message).toContain('a buffer holds at most 130 bytes')
  })

  test('errors that are not about memory are thrown on', async () => {
    class Broken extends Narrow {
      override trainingStep(): FreeStepOutput {
        throw new Error('a mistake')
      }
    }
    await expect(scaleBatchSize(roomFor(20), new Broken(), makeLoader)).rejects.toThrow('a mistake')
  })

  test('a search that was aborted', async () => {
    const controller = new AbortController()
    class Aborting extends Narrow {
      override trainingStep(x: Tensor): FreeStepOutput {
        if (x.size(0) === 8) controller.abort(new Error('enough'))
        return super.trainingStep(x)
      }
    }
    const { options } = roomFor(1000)
    await expect(scaleBatchSize({ ...options, signal: controller.signal }, new Aborting(), makeLoader)).rejects.toThrow(
      'enough',
    )
  })

  test('a strategy of several processes', async () => {
    const strategy = Object.defineProperty(new SingleDeviceStrategy(reference(), new FullPrecision()), 'worldSize', {
      value: 2,
    })
    await expect(scaleBatchSize({ strategy }, new Narrow(), makeLoader)).rejects.toThrow('got a strategy of 2')
  })

  test('options out of range, all at once', async () => {
    const wrong = { mode: 'linear', stepsPerTrial: 0, initVal: 1.5, maxTrials: Number.NaN } as never
    await expect(scaleBatchSize(roomFor(20), new Narrow(), 3 as never, wrong)).rejects.toThrow(
      "scaleBatchSize: mode is 'power' or 'binsearch', got linear; stepsPerTrial is a whole number ≥ 1, got 0; initVal is a whole number ≥ 1, got 1.5; maxTrials is a whole number ≥ 1, got NaN; makeLoader is a function of a batch size, got number",
    )
  })
})
