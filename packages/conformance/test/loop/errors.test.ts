import {
  type FreeStepOutput,
  type GradientClippingOptions,
  Linear,
  mse,
  type Optimizer,
  type OptimizerConfig,
  type OptimizerStepOptions,
  ones,
  Parameter,
  ReduceLROnPlateau,
  reference,
  SGD,
  StepLR,
  type Tensor,
  Trainer,
  type TrainerOptions,
  TrainingModule,
  zeros,
} from '@voltaic/core'
import { expect, test } from 'vitest'
import { errorName } from '../../src/index.ts'
import { type Batch, batchesOf } from '../../src/loop/batches.ts'
import { warningCategory, withWarnings } from '../../src/loop/warnings.ts'
import recorded from './fixtures/errors.json' with { type: 'json' }

/** What the situations are made of. */
class Regression extends TrainingModule<Batch> {
  readonly net = new Linear(3, 2, { dtype: 'float64' })

  loss({ x, y }: Batch): Tensor {
    return mse(this.net.forward(x).tanh(), y)
  }

  trainingStep(batch: Batch): FreeStepOutput | Promise<FreeStepOutput> {
    return this.loss(batch)
  }

  configureOptimizers(): OptimizerConfig {
    return this.sgd()
  }

  sgd(): SGD {
    return new SGD(this.parameters(), { lr: 0.1 })
  }
}

class Manual extends Regression {
  override automaticOptimization = false

  override trainingStep(_batch: Batch): FreeStepOutput | Promise<FreeStepOutput> {}
}

/** An optimizer that the module does not return. */
function other(): SGD {
  return new SGD([new Parameter(zeros([1]))], { lr: 0.1 })
}

type Step = (this: Regression, batch: Batch) => unknown

/** Takes a training step that returns what it should not. */
function stepping(step: Step, Base: new () => Regression = Regression): Regression {
  return Object.assign(new Base(), { trainingStep: step })
}

function configured(config: (this: Regression, optimizer: SGD) => unknown): Regression {
  const module = new Regression()
  return Object.assign(module, { configureOptimizers: () => config.call(module, module.sgd()) })
}

function clipping(clip: object): Regression {
  const module = new Regression()
  const configureGradientClipping = ({ optimizer }: GradientClippingOptions) =>
    module.clipGradients(optimizer, clip as { gradientClipVal: number })
  return Object.assign(module, { configureGradientClipping })
}

function without(method: 'trainingStep' | 'configureOptimizers'): Regression {
  return Object.assign(new Regression(), { [method]: undefined })
}

const stepLr = (optimizer: Optimizer) => new StepLR(optimizer, { stepSize: 1 })

/** Logs in its training step. */
function logging(log: (module: Regression) => void): Regression {
  return stepping(function (batch) {
    log(this)
    return this.loss(batch)
  })
}

interface Situation {
  readonly module: () => Regression
  readonly trainer?: TrainerOptions
  /** What the error says: what to write instead. */
  readonly says?: string
  /** Why there is an error or a warning where the reference has none, or none where it has one. */
  readonly decided?: { readonly row: string; readonly error?: string | null; readonly warnings?: readonly string[] }
}

const clippingRow = {
  row: 'clipGradients never rejects a value the user chose inside the override',
  error: null,
}

const situations: Readonly<Record<keyof typeof recorded.situations, Situation>> = {
  'manual+gradient_clip_val': {
    module: () => new Manual(),
    trainer: { gradientClipVal: 1 },
    says: 'call this.clipGradients(optimizer, { gradientClipVal }) in trainingStep',
  },
  'manual+accumulate': {
    module: () => new Manual(),
    trainer: { accumulateGradBatches: 2 },
    says: 'step every so many batches in trainingStep',
  },
  manual_backward_in_automatic: {
    module: () =>
      stepping(async function (batch) {
        const loss = this.loss(batch)
        await this.manualBackward(loss)
        return loss
      }),
    says: 'set it to false, or return the loss from trainingStep',
  },
  'auto training_step returns int': {
    module: () => stepping(() => 1),
    says: 'got number; return a tensor, an object with a tensor `loss`, or null to skip the batch',
  },
  'auto training_step returns dict without loss': {
    module: () => stepping(() => ({ a: 1 })),
    says: 'got an object without one; return a tensor',
  },
  'auto training_step returns list': {
    module: () => stepping(() => [1]),
    says: 'got an object without one; return a tensor',
  },
  'manual training_step returns str': {
    module: () => stepping(() => 'foo', Manual),
    says: 'got string; return { name: value } instead',
  },
  'configure_optimizers returns None': { module: () => configured(() => null) },
  'configure_optimizers returns str': {
    module: () => configured(() => 'x'),
    says: 'got "x"; return an optimizer, a list of them, { optimizer, lrScheduler }, a list of such, [optimizers, schedulers] or null',
  },
  'configure_optimizers returns [opt, sched] flat': {
    module: () => configured((optimizer) => [optimizer, stepLr(optimizer)]),
    says: 'got [SGD, StepLR]; return an optimizer',
  },
  'two optimizers automatic without optimizer_idx': {
    module: () => configured((optimizer) => [optimizer, other()]),
    says: 'got one for optimizerIdx 1; return the loss of that optimizer, or null to leave it out',
  },
  'dict with extra key': { module: () => configured((optimizer) => ({ optimizer, foo: 1 })) },
  'sched dict extra key': {
    module: () => configured((optimizer) => ({ optimizer, lrScheduler: { scheduler: stepLr(optimizer), foo: 1 } })),
  },
  'sched dict without scheduler': {
    module: () => configured((optimizer) => ({ optimizer, lrScheduler: { interval: 'step' } })),
    says: 'lrScheduler is a scheduler, or { scheduler } and its options',
  },
  'sched bad interval': {
    module: () =>
      configured((optimizer) => ({ optimizer, lrScheduler: { scheduler: stepLr(optimizer), interval: 'batch' } })),
    says: `interval is 'step' or 'epoch', got "batch"`,
  },
  'plateau without monitor (bare)': {
    module: () => configured((optimizer) => ({ optimizer, lrScheduler: new ReduceLROnPlateau(optimizer) })),
    says: "return { optimizer, lrScheduler, monitor: 'val_loss' }",
  },
  'plateau without monitor (dict)': {
    module: () =>
      configured((optimizer) => ({ optimizer, lrScheduler: { scheduler: new ReduceLROnPlateau(optimizer) } })),
    says: "return { optimizer, lrScheduler, monitor: 'val_loss' }",
  },
  'scheduler of foreign optimizer': {
    module: () => configured((optimizer) => [[optimizer], [stepLr(other())]]),
    says: 'got StepLR of another; return its optimizer too',
  },
  'scheduler is garbage': {
    module: () => configured((optimizer) => [[optimizer], [1]]),
    says: 'lrScheduler is a scheduler, or { scheduler } and its options, got 1',
  },
  'frequency on only one optimizer': {
    module: () => configured((optimizer) => [{ optimizer, frequency: 1 }, { optimizer: other() }]),
    says: 'all optimizers have a frequency or none has, got 1 of 2',
    decided: { row: 'frequency is supported', warnings: [] },
  },
  'clip override conflicting val': {
    module: () => clipping({ gradientClipVal: 0.5 }),
    trainer: { gradientClipVal: 1 },
    decided: clippingRow,
  },
  'clip override same val ok': { module: () => clipping({ gradientClipVal: 0.5 }), trainer: { gradientClipVal: 0.5 } },
  'clip override val without trainer val ok': { module: () => clipping({ gradientClipVal: 0.5 }) },
  'clip override conflicting algorithm': {
    module: () => clipping({ gradientClipVal: null, gradientClipAlgorithm: 'value' }),
    trainer: { gradientClipVal: 1, gradientClipAlgorithm: 'norm' },
    decided: clippingRow,
  },
  'clip override bad algorithm': {
    module: () => clipping({ gradientClipVal: 1, gradientClipAlgorithm: 'foo' }),
    says: `gradientClipAlgorithm is 'norm' or 'value', got "foo"`,
  },
  'clip override bad val type': {
    module: () => clipping({ gradientClipVal: 'a' }),
    says: 'gradientClipVal is a number or null, got string',
  },
  'Trainer bad clip type': {
    module: () => new Regression(),
    trainer: { gradientClipVal: '1' as never },
    says: 'gradientClipVal is a number, got string; leave it out to clip nothing',
  },
  'Trainer bad clip algorithm': {
    module: () => new Regression(),
    trainer: { gradientClipAlgorithm: 'foo' as never },
    says: "gradientClipAlgorithm is 'norm' or 'value', got foo",
  },
  log_str: {
    module: () => logging((module) => module.log('x', 'str' as never)),
    says: 'log: takes a number or a tensor, got string for "x"',
  },
  log_nonscalar: {
    module: () => logging((module) => module.log('x', ones([3]))),
    says: 'log: takes one element, got float32[3] for "x"; log its mean() or max',
  },
  log_dataloader_idx_name: {
    module: () => logging((module) => module.log('x/dataloader_idx_0', 1)),
    says: 'leave it out, or set addDataloaderIdx: false',
  },
  log_twice_different_args: {
    module: () =>
      logging((module) => {
        module.log('x', 1, { onStep: true })
        module.log('x', 1, { onStep: false, onEpoch: true })
      }),
    says: 'a name keeps its options through an epoch, got others for "x"; log it in one way, or under two names',
  },
  log_neither: {
    module: () => logging((module) => module.log('x', 1, { onStep: false, onEpoch: false })),
    says: 'onStep or onEpoch must be true, got "x" with neither',
  },
  log_in_on_train_end: {
    module: () => {
      const module = new Regression()
      return Object.assign(module, { onTrainEnd: () => module.log('x', 1) })
    },
    says: 'got "x" in onTrainEnd',
  },
  log_on_step_in_epoch_start: {
    module: () => {
      const module = new Regression()
      return Object.assign(module, { onTrainEpochStart: () => module.log('x', 1, { onStep: true }) })
    },
    says: 'onTrainEpochStart belongs to no step, got onStep true',
  },
  'fast_dev_run -1': {
    module: () => new Regression(),
    trainer: { fastDevRun: -1 },
    says: 'fastDevRun is true, false, or a whole number ≥ 0, got -1',
  },
  'limit_train 1.5': {
    module: () => new Regression(),
    trainer: { limitTrainBatches: 1.5 },
    says: 'limitTrainBatches is a whole number ≥ 0, or a fraction between 0 and 1, got 1.5',
  },
  'val_check_interval 1.5': {
    module: () => new Regression(),
    trainer: { valCheckInterval: 1.5 },
    says: 'valCheckInterval is a whole number ≥ 1, or a fraction between 0 and 1, got 1.5',
  },
  'bad precision': {
    module: () => new Regression(),
    trainer: { precision: 'foo' as never },
    says: 'or a plugin, got foo',
  },
  'no training_step': { module: () => without('trainingStep'), says: 'without trainingStep; write one' },
  'no configure_optimizers': {
    module: () => without('configureOptimizers'),
    says: 'without configureOptimizers; write one',
  },
  'max_epochs -2': {
    module: () => new Regression(),
    trainer: { maxEpochs: -2 },
    says: 'maxEpochs is a whole number ≥ −1, got -2',
  },
  'max_steps -2': {
    module: () => new Regression(),
    trainer: { maxSteps: -2 },
    says: 'maxSteps is a whole number ≥ −1, got -2',
  },
  'accumulate 0': {
    module: () => new Regression(),
    trainer: { accumulateGradBatches: 0 },
    says: 'accumulateGradBatches is a whole number ≥ 1, got 0',
  },
  'accumulate dict': {
    module: () => new Regression(),
    trainer: { accumulateGradBatches: { 0: 2 } as never },
    says: 'pass a GradientAccumulationScheduler among the callbacks',
  },
  'step(closure=non-callable)': {
    module: () =>
      stepping(async function () {
        await this.optimizer().step(1 as never)
      }, Manual),
    says: 'optimizer.step: the closure is a function, got number',
  },
  'optimizer_step override forgets the closure': {
    module: () =>
      Object.assign(new Regression(), {
        optimizerStep: async ({ optimizer }: OptimizerStepOptions) => void (await optimizer.step()),
      }),
    says: 'call optimizer.step(optimizerClosure), or optimizerClosure() itself',
  },
  'detect_anomaly nan': {
    module: () =>
      stepping(function (batch) {
        return this.loss(batch).mul(this.net.weight.abs().sum().neg().sqrt())
      }),
    trainer: { detectAnomaly: true },
    says: 'errors.test.ts',
    decided: {
      row: 'detectAnomaly names the line of the first NaN: an AnomalyError',
      error: 'AnomalyError',
      warnings: [],
    },
  },
}

async function outcomeOf({ module, trainer }: Situation): Promise<Error | null> {
  const quiet = { accelerator: reference(), maxEpochs: 1, enableProgressBar: false }
  try {
    await new Trainer({ ...quiet, ...trainer }).fit(module(), { train: batchesOf({ batches: 3 }, 'float64') as never })
    return null
  } catch (error) {
    return error as Error
  }
}

type Name = keyof typeof recorded.situations

test.for(Object.entries(situations) as [Name, Situation][])('%s', async ([name, situation]) => {
  const { error, warnings } = recorded.situations[name] as {
    readonly error: string | null
    readonly warnings: string[]
  }
  const { result, messages } = await withWarnings(() => outcomeOf(situation))
  const { decided = {}, says } = situation
  const expected = { error: error === null ? null : errorName(error), warnings, ...decided }
  expect(result?.name ?? null).toBe(expected.error)
  expect(messages.map(warningCategory)).toEqual(expected.warnings)
  expect(result === null).toBe(says === undefined)
  if (says !== undefined) expect(result!.message).toContain(says)
})
