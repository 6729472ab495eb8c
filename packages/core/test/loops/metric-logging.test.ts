import { describe, expect, test } from 'vitest'
import { reference } from '../../src/accelerator/reference/reference.ts'
import type { Callback } from '../../src/callbacks/callback.ts'
import { MisconfigurationError } from '../../src/errors/errors.ts'
import { Accuracy } from '../../src/metrics/accuracy.ts'
import { AUROC } from '../../src/metrics/auroc.ts'
import { ConfusionMatrix } from '../../src/metrics/confusion-matrix.ts'
import { MeanMetric } from '../../src/metrics/mean-metric.ts'
import { MeanSquaredError } from '../../src/metrics/regression.ts'
import type { LogOptions } from '../../src/module/module-host.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { type Batch, batches, quietTrainer, Regression } from '../support/training.ts'

/** Logs the error of training and of validation as metrics. */
class Measured extends Regression {
  readonly trainError = new MeanSquaredError()
  readonly valError = new MeanSquaredError()
  readonly sign = new AUROC({ task: 'binary' })

  override trainingStep(batch: Batch): Tensor {
    this.trainError.update(this.net.forward(batch.x).tanh(), batch.y)
    this.log('train_error', this.trainError)
    this.log('loss', this.loss(batch), { onStep: false, onEpoch: true })
    return this.loss(batch)
  }

  override validationStep(batch: Batch): void {
    const preds = this.net.forward(batch.x).tanh()
    this.valError.update(preds, batch.y)
    this.sign.update(preds, batch.y.gt(0))
    this.log('val_error', this.valError, { progBar: true })
    this.log('val_sign', this.sign)
    this.log('val_loss', this.loss(batch))
  }
}

test('a metric is computed when its epoch ends, over all its batches', async () => {
  const module = new Measured()
  const trainer = quietTrainer()
  await trainer.fit(module, { train: batches(4, { extra: 1 }), val: batches(3, { extra: 1 }) })
  const { train_error, loss, val_error, val_loss, val_sign } = trainer.callbackMetrics
  expect(train_error).toBeCloseTo(loss!, 6)
  expect(val_error).toBeCloseTo(val_loss!, 6)
  expect(val_sign).toBeGreaterThan(0)
})

test('each epoch begins anew', async () => {
  class Counting extends Regression {
    readonly mean = new MeanMetric()
    override trainingStep(batch: Batch, batchIdx: number): Tensor {
      this.mean.update(this.currentEpoch * 10 + batchIdx)
      this.log('mean', this.mean)
      return this.loss(batch)
    }
  }
  const means: number[] = []
  const onTrainEpochEnd: Callback['onTrainEpochEnd'] = ({ callbackMetrics }) => {
    means.push(callbackMetrics.mean!)
  }
  await quietTrainer({ maxEpochs: 3, callbacks: [{ onTrainEpochEnd }] }).fit(new Counting(), { train: batches(3) })
  expect(means).toEqual([1, 11, 21])
})

test('validate gives its metrics, and hooks of the epoch’s end can compute them', async () => {
  const matrices: unknown[] = []
  class Evaluated extends Measured {
    readonly matrix = new ConfusionMatrix({ task: 'binary' })
    override validationStep(batch: Batch): void {
      super.validationStep(batch)
      this.matrix.update(this.net.forward(batch.x), batch.y.gt(0))
    }
    override async onValidationEpochEnd(): Promise<void> {
      matrices.push(await this.matrix.compute().array(), await this.valError.compute().item())
      this.matrix.reset()
    }
  }
  const module = new Evaluated()
  const trainer = quietTrainer()
  const first = (await trainer.validate(module, batches(2)))!
  const second = (await trainer.validate(module, batches(2)))!
  expect(second).toEqual(first)
  expect(matrices.slice(2)).toEqual(matrices.slice(0, 2))
  expect(matrices[1]).toBeCloseTo(first.val_error!, 6)
})

test('nothing compiles from the second epoch on, and no buffer is left behind', async () => {
  const accelerator = reference()
  const seen: { compiles: number; liveBuffers: number }[] = []
  const onTrainEpochStart = () => {
    seen.push(accelerator.stats())
  }
  const trainer = quietTrainer({ accelerator, maxEpochs: 5, callbacks: [{ onTrainEpochStart }] })
  await trainer.fit(new Measured(), { train: batches(5), val: batches(3) })
  expect(new Set(seen.slice(1).map(({ compiles }) => compiles)).size).toBe(1)
  expect(new Set(seen.slice(1).map(({ liveBuffers }) => liveBuffers)).size).toBe(1)
  expect(accelerator.stats()).toMatchObject({ liveBuffers: 0 })
})

test('after a fit the metric can be used on another accelerator', async () => {
  const module = new Measured()
  await quietTrainer().fit(module, { train: batches(2), val: batches(2) })
  const [first, second] = [quietTrainer(), quietTrainer()]
  const before = await first.validate(module, batches(2))
  expect(await second.validate(module, batches(2))).toEqual(before)
})

test('progress shows the metric of the last validation', async () => {
  const shown: Record<string, number>[] = []
  const onTrainBatchEnd: Callback['onTrainBatchEnd'] = async (trainer) => {
    shown.push(await trainer.readProgressMetrics())
  }
  const trainer = quietTrainer({ maxEpochs: 2, callbacks: [{ onTrainBatchEnd }] })
  await trainer.fit(new Measured(), { train: batches(1), val: batches(2) })
  expect(shown[0]).toEqual({})
  expect(Object.keys(shown[1]!)).toEqual(['val_error'])
})

describe('refuses', () => {
  const fit = async (write: (this: Regression) => void) => {
    class Writing extends Regression {
      override trainingStep(batch: Batch): Tensor {
        write.call(this)
        return this.loss(batch)
      }
    }
    await quietTrainer().fit(new Writing(), { train: batches(2) })
  }

  test.each<LogOptions>([{ onStep: true }, { onEpoch: false }])('a metric with %o', async (options) => {
    const fitting = fit(function () {
      this.log('accuracy', new Accuracy({ task: 'binary' }), options)
    })
    await expect(fitting).rejects.toThrow(MisconfigurationError)
    await expect(fitting).rejects.toThrow('log: a metric is logged for its epoch, got onStep')
  })

  test('a metric without a batch', async () => {
    const fitting = fit(function () {
      this.log('accuracy', new MeanMetric())
    })
    await expect(fitting).rejects.toThrow('log: a name keeps its metric through an epoch, got another for "accuracy"')
    const empty = new MeanMetric()
    const unused = fit(function () {
      this.log('mean', empty)
    })
    await expect(unused).rejects.toThrow('MeanMetric: nothing to compute, got no batch')
  })

  test('a metric under the name of a value, and a value under that of a metric', async () => {
    const mean = new MeanMetric()
    for (const values of [
      [mean, 1],
      [1, mean],
    ]) {
      const fitting = fit(function () {
        mean.update(1)
        for (const value of values) this.log('mean', value)
      })
      await expect(fitting).rejects.toThrow(MisconfigurationError)
    }
  })

  test('a metric of several numbers', async () => {
    const matrix = new ConfusionMatrix({ task: 'binary' })
    const fitting = fit(function () {
      matrix.update(this.net.weight, this.net.weight.gt(0))
      this.log('matrix', matrix)
    })
    await expect(fitting).rejects.toThrow('log: takes one element, got int32[2, 2] for "matrix"; log its mean() or max')
  })
})
