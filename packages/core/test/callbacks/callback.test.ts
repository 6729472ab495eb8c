import { expect, test } from 'vitest'
import type { Callback, TrainerView } from '../../src/callbacks/callback.ts'
import { NotingLogger } from '../support/noting-logger.ts'
import { type Batch, batches, quietTrainer, Regression } from '../support/training.ts'

test('callbacks run in their order, each awaited, and then the module', async () => {
  const events: string[] = []
  const callback = (name: string): Callback => ({
    onTrainBatchStart: async (_trainer, module, batch, batchIdx) => {
      await new Promise((resolve) => setTimeout(resolve, 1))
      events.push(`${name} ${module.constructor.name} ${(batch as Batch).x.shape} ${batchIdx}`)
    },
  })
  class Listening extends Regression {
    override onTrainBatchStart(_batch: Batch, batchIdx: number): void {
      events.push(`module ${batchIdx}`)
    }
  }
  await quietTrainer({ callbacks: [callback('first'), callback('second')] }).fit(new Listening(), { train: batches(1) })
  expect(events).toEqual(['first Listening 2,3 0', 'second Listening 2,3 0', 'module 0'])
})

test('the view follows the run', async () => {
  const seen: unknown[] = []
  const look = (where: string) => (trainer: TrainerView) => {
    const { stage, currentEpoch, maxEpochs, globalStep, numBatches, callbackMetrics } = trainer
    seen.push([where, stage, currentEpoch, maxEpochs, globalStep, numBatches, { ...callbackMetrics }])
  }
  class Logging extends Regression {
    override validationStep(): void {
      this.log('val', 2)
    }
    override testStep(): void {}
  }
  const module = new Logging()
  const callback: Callback = {
    onTrainEpochStart: look('epoch'),
    onTrainBatchEnd: look('batch'),
    onValidationStart: look('validation'),
    onTrainEpochEnd: look('end'),
    onTestStart: look('test'),
    onPredictStart: look('predict'),
  }
  const trainer = quietTrainer({ callbacks: [callback], maxEpochs: 1 })
  await trainer.fit(module, { train: batches(2), val: batches(3) })
  module.predictStep = () => null
  await trainer.test(module, batches(4))
  await trainer.predict(module, batches(5))
  expect(seen).toEqual([
    ['epoch', 'fit', 0, 1, 0, 2, {}],
    ['batch', 'fit', 0, 1, 1, 2, {}],
    ['batch', 'fit', 0, 1, 2, 2, {}],
    ['validation', 'fit', 0, 1, 2, 3, {}],
    ['end', 'fit', 0, 1, 2, 2, { val: 2 }],
    ['test', 'test', 1, 1, 2, 4, { val: 2 }],
    ['predict', 'predict', 1, 1, 2, 5, { val: 2 }],
  ])
})

test('stop() ends the fit after the running batch, with one more validation and the end hooks', async () => {
  const events: string[] = []
  const note = (event: string) => () => void events.push(event)
  const callback: Callback = {
    onTrainBatchEnd: (trainer, _module, _outputs, _batch, batchIdx) => {
      events.push(`batch ${batchIdx}`)
      if (batchIdx === 1) trainer.stop()
    },
    onValidationEnd: note('validation'),
    onTrainEpochEnd: note('epoch end'),
    onTrainEnd: note('train end'),
    onFitEnd: note('fit end'),
  }
  class Validated extends Regression {
    override validationStep(): void {}
  }
  const trainer = quietTrainer({ callbacks: [callback], maxEpochs: 5 })
  const module = new Validated()
  await trainer.fit(module, { train: batches(4), val: batches(1) })
  expect(events).toEqual(['batch 0', 'batch 1', 'validation', 'epoch end', 'train end', 'fit end'])
  expect([trainer.globalStep, trainer.currentEpoch]).toEqual([2, 1])

  events.length = 0
  await trainer.fit(module, { train: batches(1) })
  expect(events.filter((event) => event === 'epoch end')).toHaveLength(5)
})

test('a callback that throws ends the fit, and the others hear of it', async () => {
  const heard: unknown[] = []
  const failing: Callback = {
    onTrainEpochStart: () => {
      throw new Error('in a callback')
    },
  }
  const listening: Callback = { onException: (_trainer, _module, error) => void heard.push((error as Error).message) }
  const fit = quietTrainer({ callbacks: [failing, listening] }).fit(new Regression(), { train: batches(1) })
  await expect(fit).rejects.toThrow('in a callback')
  expect(heard).toEqual(['callback.onTrainEpochStart: in a callback'])
})

test('onTrainBatchStart of a callback does not end the epoch: only the module decides', async () => {
  const callback = { onTrainBatchStart: () => -1 as never }
  const trainer = quietTrainer({ callbacks: [callback] })
  await trainer.fit(new Regression(), { train: batches(2) })
  expect(trainer.globalStep).toBe(2)
})

test.for<[string, Error, string]>([
  ['an error', new Error('no paper'), 'Printing.onFitStart: no paper'],
  ['one that names it already', new Error('Printing: no paper'), 'Printing: no paper'],
  ['one that cannot be changed', new DOMException('no paper', 'AbortError'), 'no paper'],
])('%s of a callback stays what it is, and says whose it is', async ([, thrown, message]) => {
  class Printing implements Callback {
    onFitStart(): void {
      throw thrown
    }
  }
  const fit = quietTrainer({ callbacks: [new Printing()] }).fit(new Regression(), { train: batches(1) })
  const error: unknown = await fit.catch((e: unknown) => e)
  expect(error).toBe(thrown)
  expect([thrown.message, thrown.stack!.includes(message)]).toEqual([message, true])
})

test('who watches metrics comes after the module at the end of an epoch, and sees what that has logged', async () => {
  const seen: unknown[] = []
  const look = (name: string): Callback => ({
    onTrainEpochEnd: ({ callbackMetrics }) => void seen.push([name, callbackMetrics.late]),
  })
  class Late extends Regression {
    override onTrainEpochEnd(): void {
      seen.push('module')
      this.log('late', 1)
    }
  }
  const callbacks = [{ ...look('watching'), watchesMetrics: true }, look('other')]
  await quietTrainer({ callbacks }).fit(new Late(), { train: batches(1) })
  expect(seen).toEqual([['other', undefined], 'module', ['watching', 1]])
})

test('callbacks can hand metrics to loggers, as of the running step', async () => {
  const logger = new NotingLogger()
  const callback: Callback = {
    onTrainBatchStart: async (trainer) => {
      if (trainer.isLogStep) await trainer.logMetrics({ rate: trainer.optimizers[0]!.paramGroups[0]!.lr })
    },
  }
  const trainer = quietTrainer({ callbacks: [callback], logger, logEveryNSteps: 2 })
  await trainer.fit(new Regression(), { train: batches(4) })
  expect(logger.logs).toEqual([
    [1, { rate: 0.1 }],
    [3, { rate: 0.1 }],
  ])
  expect(trainer.callbackMetrics).toEqual({ rate: 0.1 })
})
