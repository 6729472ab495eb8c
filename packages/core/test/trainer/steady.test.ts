import { describe, expect, test } from 'vitest'
import type { DeviceStats } from '../../src/accelerator/accelerator.ts'
import { reference } from '../../src/accelerator/reference/reference.ts'
import type { Callback } from '../../src/callbacks/callback.ts'
import { ProgressBar } from '../../src/callbacks/progress-bar.ts'
import { DataLoader } from '../../src/data/data-loader.ts'
import { TensorDataset } from '../../src/data/tensor-dataset.ts'
import { hostTensor } from '../../src/graph/host-tensor.ts'
import type { OptimizerConfig } from '../../src/module/optimizer-config.ts'
import type { TrainingModule } from '../../src/module/training-module.ts'
import { ReLU } from '../../src/nn/activations.ts'
import { Dropout } from '../../src/nn/dropout.ts'
import { Linear } from '../../src/nn/linear.ts'
import { Sequential } from '../../src/nn/sequential.ts'
import { Adam } from '../../src/optim/adam.ts'
import { StepLR } from '../../src/optim/lr-scheduler/step-lr.ts'
import { manualSeed } from '../../src/tensor/generator.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { type Batch, batches, ManualRegression, quietTrainer, Regression } from '../support/training.ts'

/** Everything that may change from step to step: dropout, Adam, a scheduler, metrics of both kinds. */
function busy<T extends typeof Regression>(Base: T) {
  return class extends (Base as typeof Regression) {
    readonly hidden = new Sequential(
      new Linear(3, 8, { dtype: 'float64' }),
      new ReLU(),
      new Dropout(0.2),
      new Linear(8, 2, { dtype: 'float64' }),
    )
    readonly losses: Tensor[] = []

    override loss({ x, y }: Batch): Tensor {
      const loss = this.hidden.forward(x).sub(y).square().mean()
      if (this.training) this.log('loss', loss, { progBar: true })
      this.log('epoch_loss', loss, { onStep: false, onEpoch: true })
      return loss
    }

    override validationStep(batch: Batch): void {
      this.loss(batch)
    }

    override onTrainBatchEnd(outputs: unknown): void {
      this.losses.push((outputs as { loss: Tensor }).loss.keep())
    }

    override configureOptimizers(): OptimizerConfig {
      const optimizer = new Adam(this.hidden.parameters(), { lr: 0.01 })
      const scheduler = new StepLR(optimizer, { stepSize: 1, gamma: 0.9 })
      return { optimizer, lrScheduler: { scheduler, interval: 'step' } }
    }
  }
}

const modes = [
  ['automatic', busy(Regression)],
  ['manual', busy(ManualRegression)],
] as const

/** What a run does not keep: the losses. */
function forgetting(module: InstanceType<(typeof modes)[number][1]>): void {
  module.onTrainBatchEnd = () => {}
}

describe.for(modes)('in %s optimization', ([, Module]) => {
  test('nothing compiles after the second step, and nothing new from the second epoch on', async () => {
    const accelerator = reference()
    const compiles: number[][] = []
    const callback: Callback = {
      onTrainEpochStart: () => {
        compiles.push([])
      },
      onTrainBatchEnd: async (trainer) => {
        await trainer.readProgressMetrics()
        compiles.at(-1)!.push(accelerator.stats().compiles)
      },
    }
    const module = new Module()
    const trainer = quietTrainer({ accelerator, maxEpochs: 4, callbacks: [callback] })
    await trainer.fit(module, { train: batches(6), val: batches(2) })
    const [first, ...later] = compiles
    expect(new Set(first!.slice(1)).size).toBe(1)
    // One for validation.
    expect(new Set(later.flat())).toEqual(new Set([first!.at(-1)! + 1]))
    expect(accelerator.stats().compiles).toBe(first!.at(-1)! + 1)
  })

  test('a smaller last batch compiles in the first epoch alone', async () => {
    const accelerator = reference()
    const compiles: number[] = []
    const onTrainEpochEnd = () => {
      compiles.push(accelerator.stats().compiles)
    }
    const trainer = quietTrainer({ accelerator, maxEpochs: 3, callbacks: [{ onTrainEpochEnd }] })
    await trainer.fit(new Module(), { train: batches(3, { extra: 1 }), val: batches(2, { extra: 1 }) })
    expect(new Set(compiles).size).toBe(1)
  })

  test('the same number of buffers live after step 3 and step 300', async () => {
    const accelerator = reference()
    const seen: DeviceStats[] = []
    const onTrainBatchEnd = () => {
      seen.push(accelerator.stats())
    }
    const module = new Module()
    forgetting(module)
    const trainer = quietTrainer({ accelerator, maxEpochs: 3, callbacks: [{ onTrainBatchEnd }] })
    await trainer.fit(module, { train: batches(100), val: batches(3) })
    expect(seen).toHaveLength(300)
    expect([seen[299]!.liveBuffers, seen[299]!.liveBytes]).toEqual([seen[2]!.liveBuffers, seen[2]!.liveBytes])
    expect(new Set(seen.slice(2).map(({ liveBuffers }) => liveBuffers)).size).toBe(1)
  })

  test('the same seed gives the same losses, bit for bit, and another seed others', async () => {
    const losses = async (seed: number) => {
      manualSeed(seed)
      const module = new Module()
      const data = new TensorDataset({
        x: hostTensor(
          Float64Array.from({ length: 60 }, (_, i) => Math.sin(i)),
          [20, 3],
        ),
        y: hostTensor(
          Float64Array.from({ length: 40 }, (_, i) => Math.cos(i)),
          [20, 2],
        ),
      })
      const train = new DataLoader(data, { batchSize: 4, shuffle: true, seed })
      await quietTrainer({ maxEpochs: 2 }).fit(module, { train: train as never })
      return Promise.all(module.losses.map((loss) => loss.item()))
    }
    const first = await losses(1)
    expect(first).toHaveLength(10)
    expect(await losses(1)).toEqual(first)
    expect(await losses(2)).not.toEqual(first)
  })

  test('after a fit nothing is left on the accelerator, and everything kept is readable', async () => {
    const accelerator = reference()
    const module = new Module()
    const snapshots: ReadonlyMap<string, Tensor>[] = []
    const onTrainBatchStart = (_trainer: unknown, { stateDict }: TrainingModule) => {
      snapshots.push(stateDict.call(module))
    }
    await quietTrainer({ accelerator, callbacks: [{ onTrainBatchStart }] }).fit(module, { train: batches(3) })
    expect(accelerator.stats()).toMatchObject({ liveBuffers: 0, liveBytes: 0 })
    for (const loss of module.losses) expect(await loss.item()).toBeGreaterThan(0)
    for (const parameter of module.parameters()) expect(await parameter.data()).toHaveLength(parameter.numel)
    const weights = await Promise.all(snapshots.map((snapshot) => snapshot.get('hidden.0.weight')?.array()))
    expect(new Set(weights.map((weight) => JSON.stringify(weight))).size).toBe(3)
  })
})

test('with accumulation, too, nothing compiles in the second epoch and no buffer is left behind', async () => {
  const accelerator = reference()
  const seen: DeviceStats[] = []
  const onTrainBatchEnd = () => {
    seen.push(accelerator.stats())
  }
  const module = new modes[0][1]()
  forgetting(module)
  const options = { accelerator, maxEpochs: 4, accumulateGradBatches: 3, gradientClipVal: 0.1 }
  await quietTrainer({ ...options, callbacks: [{ onTrainBatchEnd }] }).fit(module, { train: batches(7) })
  expect(new Set(seen.slice(7).map(({ compiles }) => compiles)).size).toBe(1)
  const perEpoch = [1, 2, 3].map((epoch) => seen.slice(7 * epoch, 7 * epoch + 7).map(({ liveBuffers }) => liveBuffers))
  expect(perEpoch[1]).toEqual(perEpoch[0])
  expect(perEpoch[2]).toEqual(perEpoch[0])
})

test('a progress bar costs no compilation', async () => {
  const accelerator = reference()
  const info = console.info
  console.info = () => {}
  try {
    const callbacks = [new ProgressBar({ refreshMs: 0 })]
    await quietTrainer({ accelerator, callbacks }).fit(new modes[0][1](), { train: batches(4) })
  } finally {
    console.info = info
  }
  const without = reference()
  await quietTrainer({ accelerator: without }).fit(new modes[0][1](), { train: batches(4) })
  expect(accelerator.stats().compiles).toBe(without.stats().compiles)
})

test.for(['onTrainBatchStart', 'onBeforeBackward', 'onBeforeOptimizerStep', 'onTrainBatchEnd'] as const)(
  'a snapshot taken in %s is untouched by every step',
  async (hook) => {
    const module = new Regression()
    const snapshots: { readonly weight: Tensor; readonly seen: unknown }[] = []
    const callback: Callback = {
      [hook]: async () => {
        const weight = module.stateDict().get('net.weight')!
        snapshots.push({ weight, seen: await weight.array() })
      },
    }
    await quietTrainer({ callbacks: [callback] }).fit(module, { train: batches(4) })
    expect(snapshots).toHaveLength(4)
    for (const { weight, seen } of snapshots) expect(await weight.array()).toEqual(seen)
    expect(await module.net.weight.array()).not.toEqual(snapshots[0]!.seen)
  },
)
