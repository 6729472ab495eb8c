import { expect, test, vi } from 'vitest'
import { reference } from '../../src/accelerator/reference/reference.ts'
import { MisconfigurationError } from '../../src/errors/errors.ts'
import { FullPrecision } from '../../src/precision/full-precision.ts'
import { SingleDeviceStrategy } from '../../src/strategy/single-device-strategy.ts'
import type { TrainerOptions } from '../../src/trainer/options.ts'
import { Trainer } from '../../src/trainer/trainer.ts'
import { batches, ManualRegression, quietTrainer, Regression } from '../support/training.ts'

function strategy(): SingleDeviceStrategy {
  return new SingleDeviceStrategy(reference(), new FullPrecision())
}

test.for<[TrainerOptions, string]>([
  [{ maxEpochs: -2 }, 'maxEpochs is a whole number ≥ −1, got -2'],
  [{ gradient_clip_val: 1 } as never, 'there is no such option, got gradient_clip_val'],
  [{ maxEpochs: 1.5 }, 'maxEpochs is a whole number ≥ −1, got 1.5'],
  [{ maxSteps: -2 }, 'maxSteps is a whole number ≥ −1, got -2'],
  [{ accumulateGradBatches: 0 }, 'accumulateGradBatches is a whole number ≥ 1, got 0'],
  [{ gradientClipVal: Number.NaN }, 'gradientClipVal is a number, got NaN'],
  [{ gradientClipAlgorithm: 'max' as never }, "gradientClipAlgorithm is 'norm' or 'value', got max"],
  [{ precision: '8-true' as never }, "precision is '32-true' or a plugin, got 8-true"],
  [{ accelerator: 'gpu' as never }, 'accelerator is what a factory makes, as reference() does, got gpu'],
  [{ callbacks: [() => {}] as never }, 'callbacks are objects with hooks'],
  [{ strategy: strategy(), precision: '32-true' }, 'a strategy brings its accelerator and precision'],
  [{ strategy: strategy(), accelerator: reference() }, 'a strategy brings its accelerator and precision'],
])('%o is refused', ([options, message]) => {
  expect(() => new Trainer(options)).toThrow(MisconfigurationError)
  expect(() => new Trainer(options)).toThrow(`Trainer: ${message}`)
})

test('everything that is wrong is said at once', () => {
  const make = () =>
    new Trainer({ maxEpochs: -3, maxSteps: 0.5, accumulateGradBatches: -1, gradientClipAlgorithm: 'max' as never })
  expect(make).toThrow(
    "Trainer: maxEpochs is a whole number ≥ −1, got -3; maxSteps is a whole number ≥ −1, got 0.5; accumulateGradBatches is a whole number ≥ 1, got -1; gradientClipAlgorithm is 'norm' or 'value', got max",
  )
})

test('a schedule of accumulation is a TypeError that names the callback', () => {
  const make = () => new Trainer({ accumulateGradBatches: { 0: 2 } as never })
  expect(make).toThrow(TypeError)
  expect(make).toThrow('pass a GradientAccumulationScheduler among the callbacks')
})

test.for([
  ['1', 'string'],
  [null, 'null'],
])('a clip value of %o is a TypeError', ([value, got]) => {
  const make = () => new Trainer({ gradientClipVal: value as never })
  expect(make).toThrow(TypeError)
  expect(make).toThrow(`Trainer: gradientClipVal is a number, got ${got}; leave it out to clip nothing`)
})

test('options of automatic optimization are refused with a manual module, all at once, before anything runs', async () => {
  const accelerator = reference()
  const trainer = quietTrainer({ accelerator, gradientClipVal: 1, accumulateGradBatches: 2 })
  const fit = trainer.fit(new ManualRegression(), { train: batches(1) })
  await expect(fit).rejects.toThrow(MisconfigurationError)
  await expect(fit).rejects.toThrow(
    'Trainer: options of automatic optimization with a module of manual optimization, got gradientClipVal 1; call this.clipGradients(optimizer, { gradientClipVal }) in trainingStep – and accumulateGradBatches 2; step every so many batches in trainingStep',
  )
  expect(accelerator.stats().executions).toBe(0)
})

test.for([0, -1])('a clip value of %d clips nothing, in both modes', async (gradientClipVal) => {
  const [clipped, plain] = [new Regression(), new Regression()]
  await quietTrainer({ gradientClipVal }).fit(clipped, { train: batches(2) })
  await quietTrainer().fit(plain, { train: batches(2) })
  expect(await clipped.numbers()).toEqual(await plain.numbers())
  await quietTrainer({ gradientClipVal }).fit(new ManualRegression(), { train: batches(1) })
})

test.for<[string, TrainerOptions, number, number]>([
  ['maxEpochs', { maxEpochs: 2 }, 6, 2],
  ['maxSteps alone', { maxSteps: 4, maxEpochs: -1 }, 4, 2],
  ['whichever comes first', { maxSteps: 100, maxEpochs: 1 }, 3, 1],
  ['maxSteps at the end of an epoch', { maxSteps: 3, maxEpochs: -1 }, 3, 1],
  ['windows, where gradients are accumulated', { maxSteps: 3, maxEpochs: -1, accumulateGradBatches: 2 }, 3, 2],
  ['no epoch', { maxEpochs: 0 }, 0, 0],
  ['no step', { maxSteps: 0 }, 0, 0],
])('a fit ends by %s', async ([, options, globalStep, currentEpoch]) => {
  const trainer = quietTrainer(options)
  await trainer.fit(new Regression(), { train: batches(3) })
  expect([trainer.globalStep, trainer.currentEpoch]).toEqual([globalStep, currentEpoch])
})

test('without epochs to train, no hook of training runs', async () => {
  const hooks = { onFitStart: vi.fn(), onTrainStart: vi.fn(), onTrainEnd: vi.fn(), onFitEnd: vi.fn() }
  await quietTrainer({ maxEpochs: 0, callbacks: [hooks] }).fit(new Regression(), { train: batches(1) })
  expect(Object.values(hooks).map(({ mock }) => mock.calls.length)).toEqual([1, 0, 0, 1])
})
