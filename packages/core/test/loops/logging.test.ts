import { expect, test } from 'vitest'
import type { Callback } from '../../src/callbacks/callback.ts'
import { MisconfigurationError, OutOfRangeError } from '../../src/errors/errors.ts'
import type { LogOptions } from '../../src/module/module-host.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import type { TrainerOptions } from '../../src/trainer/options.ts'
import { type Batch, batches, type HostBatch, quietTrainer, Regression } from '../support/training.ts'

class Logging extends Regression {
  readonly write: (this: Logging, batch: Batch, batchIdx: number) => void

  constructor(write: (this: Logging, batch: Batch, batchIdx: number) => void) {
    super()
    this.write = write
  }

  override trainingStep(batch: Batch, batchIdx: number): Tensor {
    this.write(batch, batchIdx)
    return this.loss(batch)
  }
}

async function fit(module: Regression, options: TrainerOptions = {}, train: HostBatch[] = batches(3, { extra: 1 })) {
  const trainer = quietTrainer(options)
  await trainer.fit(module, { train })
  return trainer.callbackMetrics
}

test('in training the latest value counts, and with onEpoch the mean by batch size', async () => {
  const module = new Logging(function ({ x }, batchIdx) {
    this.log('latest', batchIdx)
    this.log('mean', batchIdx, { onStep: false, onEpoch: true })
    this.log('tensor', x.mean().mul(0).add(batchIdx), { onEpoch: true })
    this.log('weighted', batchIdx, { onEpoch: true, batchSize: batchIdx + 1 })
  })
  const metrics = await fit(module)
  // Batches 0 to 3 of 2, 2, 2 and 1 rows.
  const mean = (0 * 2 + 1 * 2 + 2 * 2 + 3) / 7
  expect(metrics.latest).toBe(3)
  expect(metrics.mean).toBeCloseTo(mean, 6)
  expect(metrics.tensor).toBeCloseTo(mean, 6)
  expect(metrics.weighted).toBeCloseTo((0 * 1 + 1 * 2 + 2 * 3 + 3 * 4) / 10, 6)
})

test('an epoch begins anew', async () => {
  const means: number[] = []
  const module = new Logging(function (_, batchIdx) {
    this.log('epoch', this.currentEpoch * 10 + batchIdx, { onEpoch: true })
  })
  const onTrainEpochEnd: Callback['onTrainEpochEnd'] = ({ callbackMetrics }) => {
    means.push(callbackMetrics.epoch!)
  }
  await fit(module, { maxEpochs: 3, callbacks: [{ onTrainEpochEnd }] }, batches(3))
  expect(means).toEqual([1, 11, 21])
})

test('validation and test log means by default, and give them back', async () => {
  class Evaluated extends Regression {
    override validationStep({ x }: Batch, batchIdx: number): void {
      this.log('val', x.mean().mul(0).add(batchIdx))
    }
    override testStep(_batch: Batch, batchIdx: number): void {
      this.log('test', batchIdx * 2)
    }
  }
  const module = new Evaluated()
  const trainer = quietTrainer()
  const data = batches(2, { extra: 1 })
  await trainer.fit(module, { train: batches(1), val: data })
  expect(trainer.callbackMetrics.val).toBeCloseTo((0 * 2 + 1 * 2 + 2) / 5, 6)
  expect(await trainer.validate(module, data)).toEqual({ val: expect.closeTo(0.8, 6) })
  expect(await trainer.test(module, data)).toEqual({ test: expect.closeTo(1.6, 6) })
  expect(Object.keys(trainer.callbackMetrics)).toEqual(['val', 'test'])
})

test('progress shows the latest of what was logged for it, and the last means of validation', async () => {
  const shown: unknown[] = []
  class Shown extends Regression {
    override trainingStep(batch: Batch, batchIdx: number): Tensor {
      this.log('loss', batchIdx, { progBar: true })
      this.log('hidden', batchIdx)
      return this.loss(batch)
    }
    override validationStep(): void {
      this.log('accuracy', 0.5, { progBar: true })
    }
  }
  const onTrainBatchEnd: Callback['onTrainBatchEnd'] = async (trainer) => {
    shown.push(await trainer.readProgressMetrics())
  }
  const trainer = quietTrainer({ maxEpochs: 2, callbacks: [{ onTrainBatchEnd }] })
  await trainer.fit(new Shown(), { train: batches(2), val: batches(1) })
  expect(shown).toEqual([{ loss: 0 }, { loss: 1 }, { accuracy: 0.5, loss: 0 }, { accuracy: 0.5, loss: 1 }])
})

test('hooks of a batch may log, before and after the step', async () => {
  class InHooks extends Regression {
    override onTrainBatchStart(_batch: Batch, batchIdx: number): void {
      this.log('start', batchIdx)
    }
    override onAfterBackward(): void {
      this.log('gradient', this.net.weight.grad!.abs().amax())
    }
    override onTrainBatchEnd(_outputs: unknown, _batch: Batch, batchIdx: number): void {
      this.log('end', batchIdx, { onEpoch: true })
    }
    override validationStep(): void {}
    override onValidationBatchEnd(_outputs: unknown, _batch: Batch, batchIdx: number): void {
      this.log('val_end', batchIdx)
    }
  }
  const trainer = quietTrainer()
  await trainer.fit(new InHooks(), { train: batches(3), val: batches(3) })
  const { start, gradient, end, val_end } = trainer.callbackMetrics
  expect([start, end, val_end]).toEqual([2, 1, 1])
  expect(gradient).toBeGreaterThan(0)
})

test('what was logged before a hook ended the epoch counts', async () => {
  class Ending extends Regression {
    override onTrainBatchStart({ x }: Batch, batchIdx: number): -1 | undefined {
      this.log('first', x.slice(0, 0, 1).slice(1, 0, 1).sum())
      return batchIdx === 1 ? -1 : undefined
    }
  }
  const metrics = await fit(new Ending())
  expect(metrics.first).toBeCloseTo(Math.sin(1 + 0.7 * 2), 6)
})

test.for<[string, number | string | Tensor | null, LogOptions, new (...args: never[]) => Error, string]>([
  ['a text', 'high', {}, MisconfigurationError, 'log: takes a number or a tensor, got string for "metric"'],
  ['no flag', 1, { onStep: false, onEpoch: false }, MisconfigurationError, 'got "metric" with neither'],
  [
    'a negative batch size',
    1,
    { batchSize: -1 },
    OutOfRangeError,
    'log: batchSize is a number ≥ 0, got -1 for "metric"',
  ],
  ['a batch size NaN', 1, { batchSize: Number.NaN }, OutOfRangeError, 'log: batchSize is a number ≥ 0, got NaN'],
])('%s is refused', async ([, value, options, Class, message]) => {
  const module = new Logging(function () {
    this.log('metric', value as number, options)
  })
  await expect(fit(module)).rejects.toThrow(Class)
  await expect(fit(module)).rejects.toThrow(message)
})

test('a tensor of several elements is refused', async () => {
  const module = new Logging(function ({ x }) {
    this.log('metric', x)
  })
  await expect(fit(module)).rejects.toThrow(MisconfigurationError)
  await expect(fit(module)).rejects.toThrow(
    'log: takes one element, got float64[2, 3] for "metric"; log its mean() or max',
  )
})

test('a name with other flags in the same epoch is refused', async () => {
  const module = new Logging(function (_, batchIdx) {
    this.log('metric', 1, { onEpoch: batchIdx === 0 })
  })
  await expect(fit(module)).rejects.toThrow(
    'log: a name keeps its onStep and onEpoch through an epoch, got others for "metric"',
  )
})

test.for(['onFitStart', 'onTrainStart', 'onTrainEnd', 'onFitEnd'] as const)('%s may not log', async (hook) => {
  const module = new Regression()
  module[hook] = () => module.log('metric', 1)
  await expect(fit(module)).rejects.toThrow(MisconfigurationError)
  await expect(fit(module)).rejects.toThrow('log: works inside steps and batch hooks, got "metric" outside of them')
})

test('a module that is in no Trainer may not log', () => {
  expect(() => new Regression().log('metric', 1)).toThrow(
    "Regression: is not being trained; optimizers(), log() and their like work inside a Trainer's hooks and steps",
  )
})
