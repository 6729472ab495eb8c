import {
  type Accelerator,
  Adam,
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
  type Module,
  manualSeed,
  type OptimizerConfig,
  type PrecisionName,
  ReLU,
  reference,
  Sequential,
  SGD,
  type Tensor,
  Trainer,
  TrainingModule,
} from '@voltaic/core'
import { describe, expect, test } from 'vitest'
import { cuda } from '../src/index.ts'
import { StrictBinding, tfjsOn } from './support/strict-binding.ts'
import { missing, tensorflow } from './support/tensorflow.ts'

interface Batch<T = Tensor> {
  readonly image: T
  readonly label: T
}

const classes = 3

function batches(count: number): Batch<HostTensor>[] {
  return Array.from({ length: count }, (_, b) => {
    const label = Int32Array.from({ length: 6 }, (_, i) => (i * 5 + b) % classes)
    const image = Float32Array.from({ length: 6 * 64 }, (_, i) => {
      const [row, at] = [Math.floor(i / 64), i % 64]
      return Math.sin(i * 12.9898 + b * 78.233) * 0.5 + (at % classes === label[row] ? 1 : 0)
    })
    return { image: hostTensor(image, [6, 1, 8, 8]), label: hostTensor(label) }
  })
}

const mlp = () =>
  new Sequential(new Flatten(), new Linear(64, 16), new ReLU(), new Dropout(0.2), new Linear(16, classes))

const cnn = () =>
  new Sequential(
    new Conv2d(1, 4, 3, { padding: 1 }),
    new ReLU(),
    new MaxPool2d(2),
    new Flatten(),
    new Linear(64, 16),
    new LayerNorm(16),
    new GELU(),
    new Linear(16, classes),
  )

class Classifier extends TrainingModule<Batch> {
  readonly net: Module & { forward(x: Tensor): Tensor }
  readonly #optimizer: (module: Classifier) => OptimizerConfig

  constructor(net: Classifier['net'], optimizer: (module: Classifier) => OptimizerConfig) {
    super()
    this.net = net
    this.#optimizer = optimizer
  }

  override trainingStep({ image, label }: Batch): Tensor {
    const loss = crossEntropy(this.net.forward(image), label)
    this.log('loss', loss, { progBar: true })
    return loss
  }

  override configureOptimizers(): OptimizerConfig {
    return this.#optimizer(this)
  }
}

const adam = (module: Classifier) => new Adam(module.parameters(), { lr: 1e-2 })
const sgd = (module: Classifier) => new SGD(module.parameters(), { lr: 1e-2, momentum: 0.9, nesterov: true })

interface RunOptions {
  readonly net: () => Classifier['net']
  readonly optimizer?: (module: Classifier) => OptimizerConfig
  readonly steps?: number
  readonly precision?: PrecisionName
  readonly callback?: Callback
}

/** The losses of a training. */
async function run(accelerator: Accelerator, options: RunOptions): Promise<number[]> {
  const { net, optimizer = adam, steps = 20, precision = '32-true', callback = {} } = options
  manualSeed(7)
  const losses: number[] = []
  const recorder: Callback = {
    async onTrainBatchEnd(_trainer, _module, outputs) {
      losses.push(await (outputs as { loss: Tensor }).loss.item())
    },
  }
  const callbacks = [recorder, callback]
  const trainer = new Trainer({ accelerator, precision, maxEpochs: 1, enableProgressBar: false, callbacks })
  await trainer.fit(new Classifier(net(), optimizer), { train: batches(steps) })
  return losses
}

describe.skipIf(missing)("on TensorFlow's kernels", () => {
  const device = () => cuda({ tfjs: tensorflow(), allowCpu: true })

  test.each([
    ['an MLP with Adam', { net: mlp }],
    ['an MLP with SGD', { net: mlp, optimizer: sgd }],
    ['a CNN with Adam', { net: cnn }],
  ] as const)("%s learns by the reference's losses", { timeout: 30_000 }, async (_, options) => {
    const [here, there] = [await run(device(), options), await run(reference(), options)]
    for (const [i, loss] of here.entries()) expect(Math.abs(loss - there[i]!)).toBeLessThan(1e-4 * there[i]!)
    expect(here.at(-1)).toBeLessThan(here[0]!)
  })

  test.each(['16-mixed', 'bf16-mixed', '16-true', 'bf16-true'] as const)(
    'an MLP learns in %s',
    { timeout: 30_000 },
    async (precision) => {
      const losses = await run(device(), { net: mlp, precision })
      expect(losses.every(Number.isFinite)).toBe(true)
      expect(losses.at(-1)).toBeLessThan(losses[0]!)
    },
  )

  test('nothing compiles after the second step, and buffers stay as many', { timeout: 30_000 }, async () => {
    const accelerator = device()
    const seen: { compiles: number; liveBuffers: number }[] = []
    const onTrainBatchEnd = () => {
      const { compiles, liveBuffers } = accelerator.stats()
      seen.push({ compiles, liveBuffers })
    }
    await run(accelerator, { net: cnn, steps: 20, callback: { onTrainBatchEnd } })
    expect(new Set(seen.slice(2).map((stats) => JSON.stringify(stats))).size).toBe(1)
    expect(accelerator.stats().liveBuffers).toBe(0)
  })
})

test('five thousand steps of training leave as many handles and variables as three', { timeout: 60_000 }, async () => {
  const binding = new StrictBinding()
  const counts: string[] = []
  const onTrainBatchEnd = () => {
    counts.push(`${binding.count} ${binding.variables}`)
  }
  const tiny = () => new Sequential(new Flatten(), new Linear(64, classes))
  await run(cuda({ tfjs: tfjsOn(binding), allowCpu: true }), { net: tiny, steps: 5000, callback: { onTrainBatchEnd } })
  expect(counts).toHaveLength(5000)
  expect(new Set(counts.slice(2)).size).toBe(1)
  expect([binding.count, binding.variables]).toEqual([0, 0])
})
