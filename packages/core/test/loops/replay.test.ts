import { expect, test } from 'vitest'
import type { OptimizerConfig } from '../../src/module/optimizer-config.ts'
import { TrainingModule } from '../../src/module/training-module.ts'
import { bceWithLogits } from '../../src/nn/functional/losses.ts'
import { Linear } from '../../src/nn/linear.ts'
import { Adam } from '../../src/optim/adam.ts'
import type { Optimizer } from '../../src/optim/optimizer.ts'
import { SGD } from '../../src/optim/sgd.ts'
import { StepLR, type StepLROptions } from '../../src/optim/lr-scheduler/step-lr.ts'
import { ones, zeros } from '../../src/tensor/creation.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import type { TrainerOptions } from '../../src/trainer/options.ts'
import { type Batch, batches, quietTrainer, Regression, recordedLinear, withWeights } from '../support/training.ts'
import { Recorder, type Trace, type TraceName, trace, withHooks } from './support/replay.ts'

// Runs recorded with PyTorch 1.13.1 and Lightning 2.2.5, in float64.
class Recorded extends Regression {
  readonly recorder = new Recorder()

  override trainingStep(batch: Batch, batchIdx: number): Tensor {
    const loss = this.loss(batch)
    this.recorder.note(`training_step[${batchIdx}] gs=${this.globalStep}`, loss)
    return loss
  }

  override configureOptimizers(): OptimizerConfig {
    return this.recorder.optimizer(this.makeOptimizer())
  }

  makeOptimizer(): Optimizer {
    return new SGD(this.parameters(), { lr: 0.1 })
  }
}

class WithMomentum extends Recorded {
  override makeOptimizer(): Optimizer {
    return new SGD(this.parameters(), { lr: 0.1, momentum: 0.9 })
  }
}

class WithAdam extends Recorded {
  override makeOptimizer(): Optimizer {
    return new Adam(this.parameters(), { lr: 0.05 })
  }
}

class Validated extends Recorded {
  override validationStep(batch: Batch, batchIdx: number): void {
    this.recorder.note(`validation_step[${batchIdx}] sanity=false`)
    this.log('val_loss', this.loss(batch), { onEpoch: true, batchSize: 2 })
  }
}

class Scheduled extends WithMomentum {
  options: StepLROptions = { stepSize: 1, gamma: 0.5 }
  config: { readonly interval?: 'step' | 'epoch'; readonly frequency?: number } = {}

  override configureOptimizers(): OptimizerConfig {
    const optimizer = this.recorder.optimizer(this.makeOptimizer())
    const scheduler = this.recorder.scheduler(new StepLR(optimizer, this.options))
    return { optimizer, lrScheduler: { scheduler, ...this.config } }
  }
}

class ScheduledAndValidated extends Scheduled {
  override validationStep(batch: Batch, batchIdx: number): void {
    this.recorder.note(`validation_step[${batchIdx}] sanity=false`)
    this.log('val_loss', this.loss(batch))
  }
}

class WithoutOptimizer extends Recorded {
  override configureOptimizers(): OptimizerConfig {
    return null
  }
}

class EndsEpochsEarly extends WithMomentum {
  override onTrainBatchStart(_batch: Batch, batchIdx: number): -1 | undefined {
    return batchIdx === 2 ? -1 : undefined
  }
}

class ManualAccumulation extends Recorded {
  override automaticOptimization = false

  override trainingStep(batch: Batch, batchIdx: number): never {
    return this.#step(batch, batchIdx) as never
  }

  async #step(batch: Batch, batchIdx: number): Promise<void> {
    const optimizer = this.optimizer()
    await this.manualBackward(this.loss(batch))
    this.recorder.note(`training_step[${batchIdx}] gs=${this.globalStep}`)
    if ((batchIdx + 1) % 2 !== 0) return
    await optimizer.step()
    optimizer.zeroGrad()
  }
}

class Gan extends TrainingModule<Batch> {
  override automaticOptimization = false
  readonly recorder = new Recorder()
  readonly G = recordedLinear()
  readonly D = withWeights(new Linear(2, 1, { dtype: 'float64' }), [[0.7, -0.4]], [0.1])

  async trainingStep({ x, y }: Batch, batchIdx: number): Promise<void> {
    const [gOpt, dOpt] = this.optimizers<2>()
    const real = ones([2, 1], { dtype: 'float64' })
    const unreal = zeros([2, 1], { dtype: 'float64' })
    const fake = this.G.forward(x)

    const errD = bceWithLogits(this.D.forward(y), real).add(bceWithLogits(this.D.forward(fake.detach()), unreal))
    dOpt.zeroGrad()
    await this.manualBackward(errD)
    await dOpt.step()

    const errG = bceWithLogits(this.D.forward(fake), real)
    gOpt.zeroGrad()
    await this.manualBackward(errG)
    await gOpt.step()
    this.recorder.note(`end[${batchIdx}] gs=${this.globalStep}`)
    this.log('g_loss', errG, { progBar: true })
    this.log('d_loss', errD, { progBar: true })
  }

  configureOptimizers(): OptimizerConfig {
    return [
      this.recorder.optimizer(new Adam(this.G.parameters(), { lr: 0.02 }), 'g'),
      this.recorder.optimizer(new Adam(this.D.parameters(), { lr: 0.03 }), 'd'),
    ]
  }
}

interface Scenario {
  readonly name: TraceName
  readonly module: Recorded | Gan
  readonly train: number
  readonly val?: number
  readonly trainer?: TrainerOptions
  /** Compares the hooks, too. */
  readonly hooks?: boolean
  /** What a decision of Voltaic's changes in the trace. */
  readonly decided?: (recorded: Trace) => Trace
}

function scheduled(options: StepLROptions, config: Scheduled['config']): Scheduled {
  return Object.assign(new Scheduled(), { options, config })
}

/** `globalStep` counts batches with a step, not steps: two optimizers step in each batch. */
function countingBatches(recorded: Trace): Trace {
  const { events, final } = recorded
  return {
    ...recorded,
    events: events.map((event) => event.replace(/gs=(\d+).*/, (_, steps) => `gs=${Number(steps) / 2 - 1}`)),
    final: { ...final, globalStep: final.globalStep / 2 },
  }
}

/** A batch without an optimizer has no step to count. */
function countingNothing(recorded: Trace): Trace {
  const { events, final } = recorded
  return {
    ...recorded,
    events: events.map((event) => event.replace(/gs=\d+/, 'gs=0')),
    final: { ...final, globalStep: 0 },
  }
}

const scenarios: readonly Scenario[] = [
  { name: 'auto_1opt_hooks', module: new Validated(), train: 3, val: 2, trainer: { maxEpochs: 2 }, hooks: true },
  { name: 'auto_1opt_sgd_momentum', module: new WithMomentum(), train: 3, trainer: { maxEpochs: 2 } },
  { name: 'auto_1opt_adam', module: new WithAdam(), train: 4, trainer: { maxEpochs: 2 } },
  {
    name: 'auto_accum3_7batches',
    module: new WithMomentum(),
    train: 7,
    trainer: { maxEpochs: 2, accumulateGradBatches: 3 },
  },
  {
    name: 'auto_accum3_4batches_hooks',
    module: new WithMomentum(),
    train: 4,
    trainer: { accumulateGradBatches: 3 },
    hooks: true,
  },
  { name: 'manual_gan', module: new Gan(), train: 3, trainer: { maxEpochs: 2 }, decided: countingBatches },
  { name: 'manual_gan_hooks', module: new Gan(), train: 2, hooks: true, decided: countingBatches },
  { name: 'manual_accum2_5batches', module: new ManualAccumulation(), train: 5, trainer: { maxEpochs: 2 } },
  { name: 'clip_norm_0.05', module: new Recorded(), train: 3, trainer: { gradientClipVal: 0.05 } },
  { name: 'clip_norm_hooks', module: new Recorded(), train: 1, trainer: { gradientClipVal: 0.05 }, hooks: true },
  { name: 'steplr_epoch', module: new ScheduledAndValidated(), train: 3, val: 1, trainer: { maxEpochs: 3 } },
  {
    name: 'steplr_step_freq1',
    module: scheduled({ stepSize: 2, gamma: 0.5 }, { interval: 'step' }),
    train: 5,
    trainer: { maxEpochs: 2 },
  },
  {
    name: 'steplr_step_freq2',
    module: scheduled({ stepSize: 1, gamma: 0.5 }, { interval: 'step', frequency: 2 }),
    train: 5,
    trainer: { maxEpochs: 2 },
  },
  {
    name: 'steplr_step_accum2',
    module: scheduled({ stepSize: 1, gamma: 0.5 }, { interval: 'step' }),
    train: 5,
    trainer: { maxEpochs: 2, accumulateGradBatches: 2 },
  },
  { name: 'no_optimizer_None', module: new WithoutOptimizer(), train: 2, decided: countingNothing },
  { name: 'on_train_batch_start_minus1_at_2', module: new EndsEpochsEarly(), train: 4, trainer: { maxEpochs: 2 } },
  { name: 'cadence_max_steps_7', module: new Validated(), train: 5, val: 3, trainer: { maxEpochs: -1, maxSteps: 7 } },
]

test.for(scenarios)('$name', async ({ name, module, train, val, trainer: options, hooks = false, decided }) => {
  const recorded = decided === undefined ? trace(name) : decided(trace(name))
  const callbacks = hooks ? [module.recorder.hooks(module)] : []
  const trainer = quietTrainer({ ...options, callbacks })
  await trainer.fit(module, { train: batches(train), ...(val !== undefined && { val: batches(val) }) })

  const { events, ...rest } = hooks ? withHooks(recorded) : recorded
  const renamed = events.map((event) => event.replace('sanity=False', 'sanity=false'))
  await module.recorder.expectLike({ ...rest, events: renamed }, module)
  expect(trainer.globalStep).toBe(recorded.final.globalStep)
  expect(trainer.currentEpoch).toBe(recorded.final.currentEpoch)
  for (const [metric, value] of Object.entries(recorded.final.metrics)) {
    expect(trainer.callbackMetrics[metric]).toBeCloseTo(value, 6)
  }
})
