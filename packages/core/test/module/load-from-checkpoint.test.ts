import { expect, test } from 'vitest'
import { decodeCheckpoint, encodeCheckpoint } from '../../src/checkpoint/checkpoint-file.ts'
import { MisconfigurationError } from '../../src/errors/errors.ts'
import type { OptimizerConfig } from '../../src/module/optimizer-config.ts'
import { TrainingModule } from '../../src/module/training-module.ts'
import { Linear } from '../../src/nn/linear.ts'
import { SGD } from '../../src/optim/sgd.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { type Batch, batches, quietTrainer, Regression } from '../support/training.ts'

interface Options {
  readonly width: number
  readonly lr?: number
}

class Wide extends TrainingModule<Batch> {
  readonly inner: Linear
  readonly out: Linear
  readonly lr: number
  /** What `onLoadCheckpoint` saw. */
  note: unknown = null

  constructor({ width, lr = 0.1 }: Options) {
    super()
    this.saveHyperparameters({ width, lr })
    this.inner = new Linear(3, width, { dtype: 'float64' })
    this.out = new Linear(width, 2, { dtype: 'float64' })
    this.lr = lr
  }

  trainingStep({ x, y }: Batch): Tensor {
    return this.out.forward(this.inner.forward(x)).sub(y).square().mean()
  }

  configureOptimizers(): OptimizerConfig {
    return new SGD(this.parameters(), { lr: this.lr })
  }

  override onSaveCheckpoint(checkpoint: Record<string, unknown>): void {
    checkpoint.note = 'mine'
  }

  override onLoadCheckpoint(checkpoint: Readonly<Record<string, unknown>>): void {
    this.note = checkpoint.note
  }
}

async function saved(module: TrainingModule<Batch> = new Wide({ width: 5, lr: 0.05 })) {
  const trainer = quietTrainer()
  await trainer.fit(module, { train: batches(2) })
  return { module, checkpoint: decodeCheckpoint(await encodeCheckpoint(await trainer.dumpCheckpoint())) }
}

test('a module is made anew with its hyper-parameters and its weights', async () => {
  const { module, checkpoint } = await saved()
  const loaded: Wide = await Wide.loadFromCheckpoint(checkpoint)
  expect([loaded.inner.weight.shape, loaded.lr, loaded.note]).toEqual([[5, 3], 0.05, 'mine'])
  expect(await loaded.out.weight.array()).toEqual(await (module as Wide).out.weight.array())
})

test('others may take the place of hyper-parameters', async () => {
  const { checkpoint } = await saved()
  const loaded = await Wide.loadFromCheckpoint(checkpoint, { hyperParameters: { lr: 1 } })
  expect([loaded.lr, loaded.inner.weight.shape]).toEqual([1, [5, 3]])
  await expect(Wide.loadFromCheckpoint(checkpoint, { hyperParameters: { width: 4 } })).rejects.toThrow('shapes')
})

test('a module without any is made without arguments', async () => {
  const { module, checkpoint } = await saved(new Regression())
  const loaded = await Regression.loadFromCheckpoint(checkpoint)
  expect(await loaded.numbers()).toEqual(await (module as Regression).numbers())
})

test('weights that are missing or strange are an error, unless it is not strict', async () => {
  class Wider extends Wide {
    readonly extra = new Linear(2, 2)
  }
  const { checkpoint } = await saved()
  await expect(Wider.loadFromCheckpoint(checkpoint)).rejects.toThrow('missing: extra.weight, extra.bias')
  const loaded = await Wider.loadFromCheckpoint(checkpoint, { strict: false })
  expect(await loaded.out.bias!.array()).toEqual(
    await (checkpoint.stateDict as Map<string, Tensor>).get('out.bias')!.array(),
  )
})

test('what is no checkpoint is refused', async () => {
  await expect(Wide.loadFromCheckpoint({})).rejects.toThrow(MisconfigurationError)
})

test('hyper-parameters are a copy, and calls add up', () => {
  const given = { width: 3, names: ['a'] }
  const module = new Wide({ width: 3 })
  module.saveHyperparameters(given)
  given.names.push('b')
  expect(module.hyperParameters).toEqual({ width: 3, lr: 0.1, names: ['a'] })
  expect(new Regression().hyperParameters).toBeNull()
})
