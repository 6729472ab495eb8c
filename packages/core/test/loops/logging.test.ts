import { expect, test } from 'vitest'
import { reference } from '../../src/accelerator/reference/reference.ts'
import type { Callback } from '../../src/callbacks/callback.ts'
import { MisconfigurationError, OutOfRangeError } from '../../src/errors/errors.ts'
import type { LogOptions, ReduceFx } from '../../src/module/module-host.ts'
import { FullPrecision } from '../../src/precision/full-precision.ts'
import { SingleDeviceStrategy } from '../../src/strategy/single-device-strategy.ts'
import { tensor } from '../../src/tensor/creation.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import type { TrainerOptions } from '../../src/trainer/options.ts'
import { NotingLogger } from '../support/noting-logger.ts'
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

test('with both flags the names say which value they are, and the plain one is the epoch’s', async () => {
  const module = new Logging(function (_, batchIdx) {
    this.log('both', batchIdx, { onEpoch: true, progBar: true })
  })
  const trainer = quietTrainer()
  await trainer.fit(module, { train: batches(3) })
  expect(trainer.callbackMetrics).toEqual({ both: 1, both_step: 2, both_epoch: 1 })
  expect(trainer.loggedMetrics).toEqual({ both_step: 2, both_epoch: 1 })
  expect(trainer.progressBarMetrics).toEqual({ both_step: 2, both_epoch: 1 })
})

test.for<[ReduceFx, number]>([
  ['mean', (-1 * 2 + 3 * 2 + 2 * 1) / 5],
  ['sum', 4],
  ['min', -1],
  ['max', 3],
])('reduceFx %s makes %d of an epoch', async ([reduceFx, expected]) => {
  const values = [-1, 3, 2]
  const module = new Logging(function (_, batchIdx) {
    this.log('number', values[batchIdx]!, { onStep: false, onEpoch: true, reduceFx })
  })
  const metrics = await fit(module, { maxEpochs: 2 }, batches(2, { extra: 1 }))
  expect(metrics.number).toBeCloseTo(expected, 6)
})

test('an unknown reduction is refused', async () => {
  const module = new Logging(function () {
    this.log('number', 1, { onEpoch: true, reduceFx: 'median' as never })
  })
  await expect(fit(module)).rejects.toThrow(`log: reduceFx is 'mean', 'sum', 'min' or 'max', got "median" for "number"`)
})

test('logDict logs each of its entries', async () => {
  const module = new Logging(function (_, batchIdx) {
    this.logDict({ a: batchIdx, b: -batchIdx }, { onStep: false, onEpoch: true })
  })
  expect(await fit(module, {}, batches(3))).toEqual({ a: 1, b: -1 })
})

test('hooks of epochs log epochs, and loggers get them with the epoch', async () => {
  const logger = new NotingLogger()
  class Hooked extends Regression {
    override onTrainStart(): void {
      this.log('start', 1)
    }
    override onTrainEpochStart(): void {
      this.log('epoch_start', this.currentEpoch)
    }
    override async onTrainEpochEnd(): Promise<void> {
      this.log('weight', this.net.weight.abs().amax().mul(0).add(3))
      this.log('epoch_end', 10 + this.currentEpoch)
    }
  }
  const trainer = quietTrainer({ maxEpochs: 2, logger })
  await trainer.fit(new Hooked(), { train: batches(3) })
  expect(logger.logs).toEqual([
    [2, { epoch: 0, start: 1, epoch_start: 0, weight: 3, epoch_end: 10 }],
    [5, { epoch: 1, epoch_start: 1, weight: 3, epoch_end: 11 }],
  ])
  expect(trainer.callbackMetrics).toEqual({ start: 1, epoch_start: 1, weight: 3, epoch_end: 11 })
})

test('a metric named step says where on the x-axis the others are', async () => {
  const logger = new NotingLogger()
  const module = new Logging(function (_, batchIdx) {
    this.log('step', 100 + batchIdx)
    this.log('loss', batchIdx)
  })
  await fit(module, { logger, logEveryNSteps: 2 }, batches(4))
  expect(logger.logs).toEqual([
    [101, { loss: 1 }],
    [103, { loss: 3 }],
  ])
})

test('logging costs no read-back between log steps', async () => {
  const accelerator = reference()
  const executions: number[] = []
  const onTrainBatchEnd = () => void executions.push(accelerator.stats().executions)
  const module = new Logging(function ({ x }) {
    this.log('mean', x.mean(), { onEpoch: true })
  })
  const logger = new NotingLogger()
  await fit(module, { accelerator, logger, logEveryNSteps: 4, callbacks: [{ onTrainBatchEnd }] }, batches(4))
  expect(new Set(executions.slice(1).map((count, i) => count - executions[i]!))).toEqual(new Set([1]))
  expect(logger.logs[0]![0]).toBe(3)
})

test('over several processes means are weighted by all of them, sums are added, and extremes are refused', async () => {
  /** Another process that logged 10 with weight 6. */
  class TwoProcesses extends SingleDeviceStrategy {
    override readonly worldSize: number = 2
    override async allReduce(tensors: readonly Tensor[]): Promise<Tensor[]> {
      return tensors.map((x) => x.add(tensor([60, 6], { dtype: 'float64' })).div(2))
    }
  }
  const strategy = () => new TwoProcesses(reference(), new FullPrecision())
  const module = new Logging(function (_, batchIdx) {
    const ofEpoch = { onStep: false, onEpoch: true, syncDist: true } as const
    this.log('mean', batchIdx, ofEpoch)
    this.log('sum', batchIdx, { ...ofEpoch, reduceFx: 'sum' })
    this.log('own', batchIdx, { ...ofEpoch, syncDist: false })
  })
  const metrics = await fit(module, { strategy: strategy() }, batches(3))
  expect(metrics).toEqual({ mean: (6 + 60) / (6 + 6), sum: 3 + 60, own: 1 })
  const extreme = new Logging(function () {
    this.log('most', 1, { onEpoch: true, reduceFx: 'max', syncDist: true })
  })
  await expect(fit(extreme, { strategy: strategy() })).rejects.toThrow('got reduceFx "max" with syncDist for "most"')
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
  await expect(fit(module)).rejects.toThrow('log: a name keeps its options through an epoch, got others for "metric"')
})

test.for(['setup', 'onFitStart', 'onTrainEnd', 'onFitEnd'] as const)('%s may not log', async (hook) => {
  const module = new Regression()
  module[hook] = () => module.log('metric', 1)
  await expect(fit(module)).rejects.toThrow(MisconfigurationError)
  await expect(fit(module)).rejects.toThrow(`got "metric" in ${hook}`)
})

test('a module that is in no Trainer may not log', () => {
  expect(() => new Regression().log('metric', 1)).toThrow(
    "Regression: is not being trained; optimizers(), log() and their like work inside a Trainer's hooks and steps",
  )
})
