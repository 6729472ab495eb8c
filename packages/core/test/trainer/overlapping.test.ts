import { expect, test } from 'vitest'
import { reference } from '../../src/accelerator/reference/reference.ts'
import { MisconfigurationError } from '../../src/errors/errors.ts'
import { TrainingModule } from '../../src/module/training-module.ts'
import { Dropout } from '../../src/nn/dropout.ts'
import { mse } from '../../src/nn/functional/losses/regression.ts'
import { Linear } from '../../src/nn/linear.ts'
import { SGD } from '../../src/optim/sgd.ts'
import { manualSeed } from '../../src/tensor/generator.ts'
import { Trainer } from '../../src/trainer/trainer.ts'
import { type Batch, batches } from '../support/training.ts'

class Line extends TrainingModule<Batch> {
  layer = new Linear(3, 2, { dtype: 'float64' })
  dropout = new Dropout(0.5)

  trainingStep({ x, y }: Batch) {
    return mse(this.layer.forward(x), y)
  }

  override validationStep({ x, y }: Batch) {
    this.log('val_loss', mse(this.layer.forward(x), y))
  }

  configureOptimizers() {
    return new SGD(this.parameters(), { lr: 0.1 })
  }
}

function seeded(): Line {
  manualSeed(3)
  return new Line()
}

test('two fits at once, each on its own accelerator, take turns and learn as each does alone', async () => {
  const alone = seeded()
  await new Trainer({ accelerator: reference(), maxEpochs: 3, enableProgressBar: false }).fit(alone, {
    train: batches(4),
  })
  const [a, b] = [seeded(), seeded()]
  const fit = (module: Line) =>
    new Trainer({ accelerator: reference(), maxEpochs: 3, enableProgressBar: false }).fit(module, { train: batches(4) })
  await Promise.all([fit(a), fit(b)])
  const expected = await alone.layer.weight.array()
  expect(await a.layer.weight.array()).toEqual(expected)
  expect(await b.layer.weight.array()).toEqual(expected)
})

test('a run of the same module inside its step is refused, and the module can be trained again', async () => {
  const module = seeded()
  const trainer = new Trainer({
    accelerator: reference(),
    maxEpochs: 1,
    enableProgressBar: false,
    callbacks: [{ onTrainBatchEnd: async () => void (await trainer.validate(module, batches(1))) }],
  })
  await expect(trainer.fit(module, { train: batches(2) })).rejects.toThrow(
    new MisconfigurationError(
      'callback.onTrainBatchEnd: validate: Line is in the middle of a step; run it in a hook between batches, onTrainEpochEnd say',
    ),
  )
  await new Trainer({ accelerator: reference(), maxEpochs: 1, enableProgressBar: false }).fit(module, {
    train: batches(2),
  })
})

test('a fit leaves the modes of submodules as the user set them', async () => {
  const module = seeded()
  module.dropout.eval()
  const modes: boolean[] = []
  await new Trainer({
    accelerator: reference(),
    maxEpochs: 1,
    enableProgressBar: false,
    callbacks: [{ onTrainBatchStart: () => void modes.push(module.training, module.dropout.training) }],
  }).fit(module, { train: batches(1), val: batches(1) })
  expect(modes).toEqual([true, false])
  expect(module.dropout.training).toBe(false)
})
