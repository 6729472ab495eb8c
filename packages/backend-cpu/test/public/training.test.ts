import { cpu } from '@voltaic/backend-cpu'
import {
  type Accelerator,
  Adam,
  type Callback,
  Conv2d,
  crossEntropy,
  Dropout,
  type DType,
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

function network(dtype: DType = 'float32'): Sequential {
  return new Sequential(
    new Conv2d(1, 4, 3, { padding: 1, dtype }),
    new ReLU(),
    new MaxPool2d(2),
    new Flatten(),
    new Dropout(0.2),
    new Linear(64, 16, { dtype }),
    new LayerNorm(16, { dtype }),
    new GELU(),
    new Linear(16, classes, { dtype }),
  )
}

class Automatic extends TrainingModule<Batch> {
  net = network()

  trainingStep({ image, label }: Batch): Tensor | Promise<Tensor> {
    const loss = crossEntropy(this.net.forward(image), label)
    this.log('loss', loss, { progBar: true, onEpoch: true })
    return loss
  }

  override validationStep({ image, label }: Batch) {
    this.log('val_loss', crossEntropy(this.net.forward(image), label))
  }

  configureOptimizers(): OptimizerConfig {
    return new Adam(this.parameters(), { lr: 1e-2 })
  }
}

class Manual extends Automatic {
  override automaticOptimization = false

  override async trainingStep({ image, label }: Batch): Promise<Tensor> {
    const [body, head] = this.optimizers<2>()
    const loss = crossEntropy(this.net.forward(image), label)
    body.zeroGrad()
    head.zeroGrad()
    await this.manualBackward(loss)
    await body.step()
    await head.step()
    this.log('loss', loss)
    return loss
  }

  override configureOptimizers(): OptimizerConfig {
    const [last, ...rest] = [...this.net].reverse()
    return [
      new Adam(
        rest.flatMap((layer) => layer.parameters()),
        { lr: 1e-2 },
      ),
      new SGD(last!.parameters(), { lr: 1e-2, momentum: 0.9 }),
    ]
  }
}

/** Bytes as images, and a model in double precision. */
class Double extends Automatic {
  override net = network('float64')

  override trainingStep({ image, label }: Batch): Tensor | Promise<Tensor> {
    const bytes = image.mul(100).to('uint8')
    return super.trainingStep({ image: bytes.to('float64').div(100), label })
  }

  override validationStep(): void {}
}

const modes = [
  ['automatic', Automatic],
  ['manual', Manual],
] as const

interface Run {
  readonly module: Automatic
  readonly losses: number[]
  readonly compiles: number[]
  readonly liveBuffers: number[]
}

async function run(
  Module: new () => Automatic,
  accelerator: Accelerator,
  { steps = 6, epochs = 1, callback = {} }: { steps?: number; epochs?: number; callback?: Callback } = {},
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
  const trainer = new Trainer({
    accelerator,
    maxEpochs: epochs,
    enableProgressBar: false,
    callbacks: [recorder, callback],
  })
  await trainer.fit(module, { train: batches(steps), val: batches(1) })
  return { module, losses, compiles, liveBuffers }
}

describe.each(modes)('%s optimization on the CPU backend', (_, Module) => {
  test('learns as the reference does', async () => {
    const [here, there] = [await run(Module, cpu({ threads: 2 })), await run(Module, reference())]
    for (const [i, loss] of here.losses.entries()) expect(Math.abs(loss - there.losses[i]!)).toBeLessThan(1e-4 * loss)
    expect(here.losses.at(-1)).toBeLessThan(here.losses[0]!)
  })

  test('gives the same losses bit for bit with the same seed', async () => {
    const [first, second] = [await run(Module, cpu({ threads: 2 })), await run(Module, cpu({ threads: 2 }))]
    expect(second.losses).toEqual(first.losses)
  })

  test('compiles nothing after the second step, nor in later epochs: the sanity check has validated before', async () => {
    const { compiles } = await run(Module, cpu({ threads: 1 }), { steps: 4, epochs: 3 })
    expect(new Set(compiles.slice(1))).toEqual(new Set([compiles[1]]))
  })

  test('has as many live buffers after step 300 as after step 3', async () => {
    const { liveBuffers } = await run(Module, cpu({ threads: 1 }), { steps: 300 })
    expect(liveBuffers[299]).toBe(liveBuffers[2])
  }, 30_000)

  test('leaves a snapshot taken before a step as it was', async () => {
    let snapshot: ReadonlyMap<string, Tensor> = new Map()
    let before: unknown
    const accelerator = cpu({ threads: 1 })
    const { module } = await run(Module, accelerator, {
      callback: {
        async onTrainBatchStart(_trainer, inner, _batch, batchIdx) {
          if (batchIdx !== 2) return
          snapshot = inner.stateDict()
          before = await snapshot.get('net.0.weight')!.array()
        },
      },
    })
    expect(await snapshot.get('net.0.weight')!.array()).toEqual(before)
    expect(await module.stateDict().get('net.0.weight')!.array()).not.toEqual(before)
    expect(accelerator.stats().liveBuffers).toBe(0)
  })

  test('leaves parameters as the last step made them when a step throws, and goes on', async () => {
    manualSeed(7)
    const module = new Module()
    const states: unknown[] = []
    const throwing: Callback = {
      async onTrainBatchEnd(_trainer, inner) {
        states.push(await inner.parameters()[0]!.array())
      },
      onBeforeOptimizerStep() {
        if (states.length === 2) throw new Error('in mid-step')
      },
    }
    const accelerator = cpu({ threads: 1 })
    const fit = (callbacks: Callback[]) =>
      new Trainer({ accelerator, maxEpochs: 1, enableProgressBar: false, callbacks }).fit(module, { train: batches(4) })
    await expect(fit([throwing])).rejects.toThrow('in mid-step')
    expect(await module.parameters()[0]!.array()).toEqual(states[1])
    await fit([])
    expect(await module.parameters()[0]!.array()).not.toEqual(states[1])
  })
})

test('a model in double precision learns on the CPU as on the reference, to double precision', async () => {
  const [here, there] = [await run(Double, cpu({ threads: 2 })), await run(Double, reference())]
  for (const [i, loss] of here.losses.entries()) expect(Math.abs(loss - there.losses[i]!)).toBeLessThan(1e-12)
  expect(here.losses.at(-1)).toBeLessThan(here.losses[0]!)
})
