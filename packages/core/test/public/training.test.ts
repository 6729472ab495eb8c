import {
  Adam,
  crossEntropy,
  DataLoader,
  hostTensor,
  Linear,
  manualSeed,
  ReLU,
  reference,
  Sequential,
  StepLR,
  type Tensor,
  TensorDataset,
  Trainer,
  TrainingModule,
} from '@voltaic/core'
import { expect, test } from 'vitest'

interface Batch {
  readonly point: Tensor
  readonly label: Tensor
}

/** Points in the unit square, labelled by the side of the diagonal that they are on. */
function points(count: number): TensorDataset<'point' | 'label'> {
  const coordinates = Float32Array.from({ length: 2 * count }, (_, i) => (i * 0.618034) % 1)
  const labels = Int32Array.from({ length: count }, (_, i) => Number(coordinates[2 * i]! > coordinates[2 * i + 1]!))
  return new TensorDataset({ point: hostTensor(coordinates, [count, 2]), label: labels })
}

class Classifier extends TrainingModule<Batch> {
  readonly net = new Sequential(new Linear(2, 16), new ReLU(), new Linear(16, 2))

  loss({ point, label }: Batch): Tensor {
    const loss = crossEntropy(this.net.forward(point), label)
    this.log('loss', loss)
    return loss
  }

  trainingStep(batch: Batch): Tensor | Promise<Tensor> {
    return this.loss(batch)
  }

  override validationStep({ point, label }: Batch): void {
    const hits = this.net.forward(point).argmax(1).eq(label)
    this.log('accuracy', hits.to('float32').mean())
  }

  override predictStep({ point }: Batch): Tensor {
    return this.net.forward(point).argmax(1)
  }

  configureOptimizers() {
    const optimizer = new Adam(this.parameters(), { lr: 0.05 })
    return { optimizer, lrScheduler: new StepLR(optimizer, { stepSize: 5, gamma: 0.5 }) }
  }
}

class ManualClassifier extends Classifier {
  override automaticOptimization = false

  override async trainingStep(batch: Batch): Promise<Tensor> {
    const optimizer = this.optimizer()
    const loss = this.loss(batch)
    optimizer.zeroGrad()
    await this.manualBackward(loss)
    await optimizer.step()
    return loss
  }
}

const loader = (count: number, shuffle = false) => new DataLoader(points(count), { batchSize: 20, shuffle })

test.for([
  ['automatic', Classifier],
  ['manual', ManualClassifier],
] as const)('a classifier learns in %s optimization', async ([, Module]) => {
  manualSeed(7)
  const module = new Module()
  const trainer = new Trainer({ accelerator: reference(), maxEpochs: 12, enableProgressBar: false })
  await trainer.fit(module, { train: loader(120, true), val: loader(60) })
  expect(trainer.globalStep).toBe(72)
  expect(trainer.callbackMetrics.accuracy).toBeGreaterThan(0.9)
  expect(trainer.callbackMetrics.loss).toBeLessThan(0.3)
})

test('validation and prediction agree with each other', async () => {
  manualSeed(7)
  const module = new Classifier()
  const trainer = new Trainer({ accelerator: reference(), enableProgressBar: false })
  const { accuracy } = await trainer.validate(module, loader(50))
  const predictions = (await trainer.predict(module, loader(50))) as Tensor[]
  const labels = (await Promise.all(predictions.map((prediction) => prediction.array()))).flat()
  const { data } = points(50).columns.label
  const hits = labels.filter((label, i) => label === data[i]).length
  expect(accuracy).toBeCloseTo(hits / 50, 6)
})
