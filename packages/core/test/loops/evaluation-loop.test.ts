import { expect, test } from 'vitest'
import { noGrad } from '../../src/autograd/no-grad.ts'
import { Dropout } from '../../src/nn/dropout.ts'
import { ones, zeros } from '../../src/tensor/creation.ts'
import { Buffer } from '../../src/tensor/parameter.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { type Batch, batches, quietTrainer, Regression } from '../support/training.ts'

class Evaluated extends Regression {
  readonly frozen = new Dropout(0.5)
  readonly free = new Dropout(0.5)
  readonly seen: unknown[] = []

  constructor() {
    super()
    this.frozen.eval()
  }

  modes(): boolean[] {
    return [this.training, this.frozen.training, this.free.training]
  }

  override validationStep(batch: Batch, batchIdx: number, dataloaderIdx: number): void {
    this.seen.push([batchIdx, dataloaderIdx, this.modes(), this.loss(batch).requiresGrad])
  }

  override testStep(batch: Batch, batchIdx: number, dataloaderIdx: number): { readonly loss: Tensor } {
    this.seen.push([batchIdx, dataloaderIdx, this.modes(), this.loss(batch).requiresGrad])
    return { loss: this.loss(batch) }
  }
}

const evaluation = [
  [0, 0, [false, false, false], false],
  [1, 0, [false, false, false], false],
]

test('validation and test run in evaluation mode without gradients, and restore each module its mode', async () => {
  const module = new Evaluated()
  const trainer = quietTrainer()
  expect(await trainer.validate(module, batches(2))).toEqual({})
  expect(await trainer.test(module, batches(2))).toEqual({})
  expect(module.seen).toEqual([...evaluation, ...evaluation])
  expect(module.modes()).toEqual([true, false, true])
  expect(ones([1]).add(module.net.bias!).requiresGrad).toBe(true)
})

test('a throw restores modes and gradients, too', async () => {
  const module = new Evaluated()
  module.validationStep = () => {
    throw new Error('broken')
  }
  await expect(quietTrainer().validate(module, batches(1))).rejects.toThrow('broken')
  expect(module.modes()).toEqual([true, false, true])
  expect(module.net.bias!.add(1).requiresGrad).toBe(true)
})

test('after validation the fit goes on in training mode', async () => {
  const modes: boolean[] = []
  class Training extends Evaluated {
    override trainingStep(batch: Batch): Tensor {
      modes.push(this.free.training)
      return this.loss(batch)
    }
  }
  await quietTrainer({ maxEpochs: 2 }).fit(new Training(), { train: batches(1), val: batches(2) })
  expect(modes).toEqual([true, true])
})

test('another trainer may validate the module between steps, and the fit goes on', async () => {
  class Nested extends Evaluated {
    override trainingStep(batch: Batch): Tensor {
      this.log('loss', 1)
      return this.loss(batch)
    }
    override onTrainEpochEnd(): Promise<void> {
      return quietTrainer()
        .validate(this, batches(1))
        .then(() => {})
    }
  }
  const [module, plain] = [new Nested(), new Regression()]
  await quietTrainer({ maxEpochs: 2 }).fit(module, { train: batches(3) })
  await quietTrainer({ maxEpochs: 2 }).fit(plain, { train: batches(3) })
  expect(await module.numbers()).toEqual(await plain.numbers())
})

test('outputs reach the hook, realised', async () => {
  const module = new Evaluated()
  const losses: number[] = []
  const onTestBatchEnd = async (_trainer: unknown, _module: unknown, outputs: unknown) => {
    losses.push(await (outputs as { readonly loss: Tensor }).loss.item())
  }
  await quietTrainer({ callbacks: [{ onTestBatchEnd }] }).test(module, batches(1))
  expect(losses).toEqual([expect.closeTo(0.1838528579731559, 14)])
})

test('a step may update a buffer, which the next batch sees', async () => {
  class Counting extends Regression {
    readonly count = new Buffer(zeros([]))
    override validationStep(): void {
      this.count.assign(this.count.add(1))
    }
  }
  const module = new Counting()
  await quietTrainer().validate(module, batches(3))
  expect(await module.count.item()).toBe(3)
})

test('prediction gives what predictStep makes of each batch, in order and usable afterwards', async () => {
  class Predicting extends Regression {
    override predictStep(batch: Batch, batchIdx: number) {
      return { batchIdx, nested: [this.net.forward(batch.x)], training: this.training, input: batch.x }
    }
  }
  const module = new Predicting()
  const predictions = (await quietTrainer().predict(module, batches(2))) as ReturnType<Predicting['predictStep']>[]
  expect(predictions.map(({ batchIdx, training }) => [batchIdx, training])).toEqual([
    [0, false],
    [1, false],
  ])
  for (const { nested, input } of predictions) {
    const expected = noGrad(() => module.net.forward(input))
    expect(await nested[0]!.array()).toEqual(await expected.array())
    expect(nested[0]!.requiresGrad).toBe(false)
  }
  expect(module.training).toBe(true)
})

test('without a predictStep it is forward, and without both an error', async () => {
  class Forward extends Regression {
    forward({ x }: Batch): Tensor {
      return this.net.forward(x)
    }
  }
  const [prediction] = await quietTrainer().predict(new Forward(), batches(1))
  expect((prediction as Tensor).shape).toEqual([2, 2])
  await expect(quietTrainer().predict(new Regression(), batches(1))).rejects.toThrow(
    'predict: Regression has no predictStep and no forward; write one of them',
  )
})

test('hooks of prediction come in order, callbacks first', async () => {
  const events: string[] = []
  class Predicting extends Regression {
    override predictStep(): string {
      events.push('predictStep')
      return 'prediction'
    }
    override onPredictBatchStart(_batch: Batch, batchIdx: number): void {
      events.push(`M.start ${batchIdx}`)
    }
    override onPredictBatchEnd(outputs: unknown, batch: Batch): void {
      events.push(`M.end ${outputs} ${batch.x.shape}`)
    }
  }
  const callback = {
    onPredictStart: () => void events.push('C.start'),
    onPredictBatchStart: () => void events.push('C.batch start'),
    onPredictBatchEnd: () => void events.push('C.batch end'),
    onPredictEnd: () => void events.push('C.end'),
  }
  await quietTrainer({ callbacks: [callback] }).predict(new Predicting(), batches(1))
  expect(events).toEqual([
    'C.start',
    'C.batch start',
    'M.start 0',
    'predictStep',
    'C.batch end',
    'M.end prediction 2,3',
    'C.end',
  ])
})

test('evaluation leaves nothing on the accelerator and compiles once', async () => {
  class Predicting extends Evaluated {
    override predictStep(batch: Batch): Tensor {
      return this.net.forward(batch.x)
    }
  }
  const module = new Predicting()
  const trainer = quietTrainer()
  const { accelerator } = trainer.options
  const compiles: number[] = []
  const runs = [
    () => trainer.validate(module, batches(5)),
    () => trainer.test(module, batches(5)),
    () => trainer.predict(module, batches(5)),
  ]
  for (const run of runs) {
    const before = accelerator!.stats().compiles
    await run()
    compiles.push(accelerator!.stats().compiles - before)
    expect(accelerator!.stats().liveBuffers).toBe(0)
  }
  // Validation computes nothing that is returned or logged.
  expect(compiles).toEqual([expect.any(Number), 1, 1])
})
