import { webgpu } from '@voltaic/backend-webgpu'
import {
  type Accelerator,
  Adam,
  BatchNorm2d,
  type Callback,
  Conv2d,
  crossEntropy,
  Dropout,
  Flatten,
  GELU,
  type HostTensor,
  hostTensor,
  LayerNorm,
  Linear,
  MaxPool2d,
  manualSeed,
  type OptimizerConfig,
  ReLU,
  reference,
  Sequential,
  SGD,
  type Tensor,
  Trainer,
  TrainingModule,
} from '@voltaic/core'
import { describe, expect, test } from 'vitest'

const availability = await webgpu({ allowSoftware: true }).isAvailable()
const onDevice: typeof describe.skip = availability.available ? describe : describe.skip
if (!availability.available) {
  console.warn(`Training on WebGPU is skipped: ${availability.reason} (${availability.remedy})`)
}

const device = () => webgpu({ allowSoftware: true })

interface Batch {
  readonly image: Tensor
  readonly label: Tensor
}

interface HostBatch {
  readonly image: HostTensor
  readonly label: HostTensor
}

const classes = 3

function batches(count: number): HostBatch[] {
  return Array.from({ length: count }, (_, b) => {
    const label = Int32Array.from({ length: 6 }, (_, i) => (i * 5 + b) % classes)
    const image = Float32Array.from({ length: 6 * 64 }, (_, i) => {
      const [row, at] = [Math.floor(i / 64), i % 64]
      return Math.sin(i * 12.9898 + b * 78.233) * 0.5 + (at % classes === label[row] ? 1 : 0)
    })
    return { image: hostTensor(image, [6, 1, 8, 8]), label: hostTensor(label) }
  })
}

/** A perceptron. */
class Mlp extends TrainingModule<Batch> {
  net = new Sequential(new Flatten(), new Linear(64, 16), new LayerNorm(16), new GELU(), new Linear(16, classes))

  trainingStep({ image, label }: Batch): Tensor {
    const loss = crossEntropy(this.net.forward(image), label)
    this.log('loss', loss, { onEpoch: true })
    return loss
  }

  override validationStep({ image, label }: Batch) {
    this.log('val_loss', crossEntropy(this.net.forward(image), label))
  }

  configureOptimizers(): OptimizerConfig {
    return new Adam(this.parameters(), { lr: 1e-2 })
  }
}

class Cnn extends Mlp {
  override net = new Sequential(
    new Conv2d(1, 4, 3, { padding: 1 }),
    new BatchNorm2d(4),
    new ReLU(),
    new MaxPool2d(2),
    new Flatten(),
    new Dropout(0.2),
    new Linear(64, classes),
  )

  override configureOptimizers(): OptimizerConfig {
    return new SGD(this.parameters(), { lr: 1e-2, momentum: 0.9 })
  }
}

interface Run {
  readonly module: Mlp
  readonly losses: number[]
  readonly compiles: number[]
  readonly liveBuffers: number[]
}

interface RunOptions {
  readonly steps?: number
  readonly epochs?: number
  readonly precision?: '32-true' | '16-mixed' | 'bf16-mixed'
}

async function run(
  Module: new () => Mlp,
  accelerator: Accelerator,
  { steps = 6, epochs = 1, precision = '32-true' }: RunOptions = {},
): Promise<Run> {
  manualSeed(7)
  const module = new Module()
  const [losses, compiles, liveBuffers]: [number[], number[], number[]] = [[], [], []]
  const recorder: Callback = {
    async onTrainBatchEnd(_trainer, _module, outputs) {
      losses.push(await (outputs as { loss: Tensor }).loss.item())
      compiles.push(accelerator.stats().compiles)
      liveBuffers.push(accelerator.stats().liveBuffers)
    },
  }
  const callbacks = [recorder]
  const trainer = new Trainer({ accelerator, maxEpochs: epochs, enableProgressBar: false, callbacks, precision })
  await trainer.fit(module, { train: batches(steps), val: batches(1) })
  return { module, losses, compiles, liveBuffers }
}

onDevice.each([
  ['a perceptron', Mlp],
  ['a convolutional network', Cnn],
])('%s on WebGPU', { timeout: 60_000 }, (_, Module) => {
  test('learns as on the reference', async () => {
    const [here, there] = [await run(Module, device()), await run(Module, reference())]
    for (const [i, loss] of here.losses.entries()) expect(Math.abs(loss - there.losses[i]!)).toBeLessThan(1e-4 * loss)
    expect(here.losses.at(-1)).toBeLessThan(here.losses[0]!)
  })

  test('gives the same losses bit for bit with the same seed', async () => {
    const [first, second] = [await run(Module, device()), await run(Module, device())]
    expect(second.losses).toEqual(first.losses)
  })

  test('compiles nothing after the second step, nor in later epochs', async () => {
    const { compiles } = await run(Module, device(), { steps: 4, epochs: 3 })
    expect(compiles.slice(1, 4)).toEqual([compiles[1], compiles[1], compiles[1]])
    expect(new Set(compiles.slice(4)).size).toBe(1)
  })

  test('has as many live buffers after step 100 as after step 3', async () => {
    const { liveBuffers } = await run(Module, device(), { steps: 100 })
    expect(liveBuffers[99]).toBe(liveBuffers[2])
  })

  test('learns in bf16-mixed', async () => {
    const { losses } = await run(Module, device(), { precision: 'bf16-mixed', steps: 8 })
    expect(losses.at(-1)).toBeLessThan(losses[0]!)
  })
})
