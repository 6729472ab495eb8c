import { expect, test, vi } from 'vitest'
import type { Accelerator } from '../../src/accelerator/accelerator.ts'
import { reference } from '../../src/accelerator/reference/reference.ts'
import type { Callback } from '../../src/callbacks/callback.ts'
import { ModelCheckpoint } from '../../src/callbacks/model-checkpoint.ts'
import { MisconfigurationError } from '../../src/errors/errors.ts'
import { FullPrecision } from '../../src/precision/full-precision.ts'
import { SingleDeviceStrategy } from '../../src/strategy/single-device-strategy.ts'
import type { TrainerOptions } from '../../src/trainer/options.ts'
import { Trainer } from '../../src/trainer/trainer.ts'
import { MemoryStore } from '../support/memory-store.ts'
import { batches, ManualRegression, quietTrainer, Regression } from '../support/training.ts'

function strategy(): SingleDeviceStrategy {
  return new SingleDeviceStrategy(reference(), new FullPrecision())
}

/** The reference, as one whose sums come in any order. */
function unsteady(): Accelerator {
  const accelerator = reference()
  const { numerics, ...capabilities } = accelerator.capabilities
  return Object.assign(accelerator, {
    capabilities: { ...capabilities, numerics: { ...numerics, deterministic: false } },
  })
}

test.for<[TrainerOptions, string]>([
  [{ maxEpochs: -2 }, 'maxEpochs is a whole number ≥ −1, got -2'],
  [{ gradient_clip_val: 1 } as never, 'there is no such option, got gradient_clip_val'],
  [{ maxEpochs: 1.5 }, 'maxEpochs is a whole number ≥ −1, got 1.5'],
  [{ maxSteps: -2 }, 'maxSteps is a whole number ≥ −1, got -2'],
  [{ accumulateGradBatches: 0 }, 'accumulateGradBatches is a whole number ≥ 1, got 0'],
  [{ gradientClipVal: Number.NaN }, 'gradientClipVal is a number, got NaN'],
  [{ gradientClipAlgorithm: 'max' as never }, "gradientClipAlgorithm is 'norm' or 'value', got max"],
  [
    { precision: '8-true' as never },
    'precision is one of 32-true, 16-mixed, bf16-mixed, 16-true, bf16-true, 64-true, or a plugin, got 8-true',
  ],
  [{ minEpochs: -1 }, 'minEpochs is a whole number ≥ 0, got -1'],
  [{ minSteps: 0.5 }, 'minSteps is a whole number ≥ 0, got 0.5'],
  [{ minEpochs: 3, maxEpochs: 2 }, 'minEpochs is at most maxEpochs, 2, got 3'],
  [{ minSteps: 3, maxSteps: 2 }, 'minSteps is at most maxSteps, 2, got 3'],
  [{ limitTrainBatches: -1 }, 'limitTrainBatches is a whole number ≥ 0, or a fraction between 0 and 1, got -1'],
  [{ limitValBatches: 1.5 }, 'limitValBatches is a whole number ≥ 0, or a fraction between 0 and 1, got 1.5'],
  [{ limitTestBatches: Number.NaN }, 'limitTestBatches is a whole number ≥ 0'],
  [{ limitPredictBatches: 'all' as never }, 'limitPredictBatches is a whole number ≥ 0'],
  [{ overfitBatches: 2.5 }, 'overfitBatches is a whole number ≥ 0, or a fraction between 0 and 1, got 2.5'],
  [
    { overfitBatches: 2, limitValBatches: 3, limitTrainBatches: 1 },
    'overfitBatches limits training, validation and test alone, got it with limitTrainBatches, limitValBatches',
  ],
  [{ fastDevRun: -1 }, 'fastDevRun is true, false, or a whole number ≥ 0, got -1'],
  [{ fastDevRun: 0.5 }, 'fastDevRun is true, false, or a whole number ≥ 0, got 0.5'],
  [{ valCheckInterval: 0 }, 'valCheckInterval is a whole number ≥ 1, or a fraction between 0 and 1, got 0'],
  [{ valCheckInterval: 1.5 }, 'valCheckInterval is a whole number ≥ 1, or a fraction between 0 and 1, got 1.5'],
  [{ checkValEveryNEpoch: 0 }, 'checkValEveryNEpoch is a whole number ≥ 1, or null, got 0'],
  [
    { checkValEveryNEpoch: null, valCheckInterval: 0.5 },
    'with checkValEveryNEpoch null, valCheckInterval is a number of batches, got 0.5',
  ],
  [
    { checkValEveryNEpoch: null },
    'with checkValEveryNEpoch null, valCheckInterval is a number of batches, got undefined',
  ],
  [{ numSanityValSteps: -2 }, 'numSanityValSteps is a whole number ≥ −1, got -2'],
  [{ logEveryNSteps: -1 }, 'logEveryNSteps is a whole number ≥ 0, got -1'],
  [{ logger: true as never }, 'logger is one with logMetrics, a list of such, or false, got true'],
  [{ signal: {} as never }, 'signal is an AbortSignal'],
  [
    { defaultRootDir: 'runs' as never },
    'defaultRootDir is where files go, as checkpointFolder() of @voltaic/core/node makes it, got runs',
  ],
  [
    { enableCheckpointing: false, callbacks: [new ModelCheckpoint({ store: new MemoryStore() })] },
    'enableCheckpointing false goes with no ModelCheckpoint among the callbacks, got 1',
  ],
  [
    { enableCheckpointing: true },
    'enableCheckpointing true goes with a defaultRootDir or a ModelCheckpoint, got neither',
  ],
  [
    { maxEpochs: -2, enableCheckpointing: false, callbacks: [new ModelCheckpoint({ store: new MemoryStore() })] },
    'maxEpochs is a whole number ≥ −1, got -2; enableCheckpointing false goes with no ModelCheckpoint',
  ],
  [{ maxTime: 'soon' }, 'maxTime: a duration is \'DD:HH:MM:SS\', or { days, hours, minutes, seconds }, got "soon"'],
  [
    { deterministic: true, accelerator: unsteady() },
    'deterministic needs an accelerator that gives the same bits in each run, got reference',
  ],
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

test('a fit of which nothing says when it ends is one of 1000 epochs, and is warned about', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const stopping: Callback = {
    onTrainEpochEnd: (trainer) => {
      expect(trainer.maxEpochs).toBe(1000)
      trainer.stop()
    },
  }
  const trainer = new Trainer({ enableProgressBar: false, callbacks: [stopping] })
  await trainer.fit(new Regression(), { train: batches(1) })
  expect(warn.mock.calls).toEqual([
    ['fit: nothing says when it ends, it trains for 1000 epochs; set maxEpochs, maxSteps or maxTime'],
  ])
  warn.mockRestore()
})

test('deterministic runs on an accelerator that says nothing against it', async () => {
  const trainer = quietTrainer({ deterministic: true })
  await trainer.fit(new Regression(), { train: batches(1) })
  expect(trainer.globalStep).toBe(1)
})

test.for<[TrainerOptions, number, number]>([
  [{}, 1, 1],
  [{ minSteps: 2 }, 3, 1],
  [{ minSteps: 2, minEpochs: 0 }, 2, 1],
  [{ minSteps: 4 }, 4, 2],
  [{ minEpochs: 2 }, 6, 2],
])('asked to stop after the first batch, with %o a fit takes %d steps', async ([options, globalStep, currentEpoch]) => {
  const stopping: Callback = {
    onTrainBatchEnd: (trainer, _module, _outputs, _batch, batchIdx) => {
      if (batchIdx === 0) trainer.stop()
    },
  }
  const trainer = quietTrainer({ maxEpochs: 5, callbacks: [stopping], ...options })
  await trainer.fit(new Regression(), { train: batches(3) })
  expect([trainer.globalStep, trainer.currentEpoch]).toEqual([globalStep, currentEpoch])
})
