import { expect, test, vi } from 'vitest'
import { MisconfigurationError } from '../../src/errors/errors.ts'
import type { OptimizerConfig } from '../../src/module/optimizer-config.ts'
import { type FreeStepOutput, TrainingModule } from '../../src/module/training-module.ts'
import { Linear } from '../../src/nn/linear.ts'
import { StepLR } from '../../src/optim/lr-scheduler/step-lr.ts'
import { SGD } from '../../src/optim/sgd.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { type Batch, batches, ManualRegression, quietTrainer, Regression } from '../support/training.ts'

/** Steps as a function says. */
class Manual extends Regression {
  override automaticOptimization = false
  readonly step: (this: Manual, batch: Batch, batchIdx: number) => unknown

  constructor(step: (this: Manual, batch: Batch, batchIdx: number) => unknown) {
    super()
    this.step = step
  }

  override async trainingStep(batch: Batch, batchIdx: number): Promise<FreeStepOutput> {
    return (await this.step(batch, batchIdx)) as FreeStepOutput
  }
}

function fit(module: Regression): Promise<void> {
  return quietTrainer().fit(module, { train: batches(3) })
}

test('the same steps by hand learn the same, bit for bit', async () => {
  const [manual, automatic] = [new ManualRegression(), new Regression()]
  await fit(manual)
  await fit(automatic)
  expect(await manual.numbers()).toEqual(await automatic.numbers())
})

test('step(closure) gives what the closure gave', async () => {
  const values: [number, number][] = []
  const module = new Manual(async function (batch) {
    let loss: Tensor | null = null
    const returned = await this.optimizer().step(async () => {
      loss = this.loss(batch)
      this.optimizer().zeroGrad()
      await this.manualBackward(loss)
      return loss
    })
    values.push([await returned!.item(), await loss!.item()])
  })
  await fit(module)
  expect(values).toHaveLength(3)
  for (const [returned, loss] of values) expect(returned).toBe(loss)
  const automatic = new Regression()
  await fit(automatic)
  expect(await module.numbers()).toEqual(await automatic.numbers())
})

test.for<[string, (this: Manual, batch: Batch) => unknown, string]>([
  [
    'optimizer.step()',
    async function (batch) {
      await this.manualBackward(this.loss(batch))
      void this.optimizer().step()
    },
    'optimizer.step(): its promise was not awaited; write "await optimizer.step()"',
  ],
  [
    'manualBackward()',
    async function (batch) {
      void this.manualBackward(this.loss(batch))
      await this.optimizer().step()
    },
    'this.manualBackward(loss): its promise was not awaited; write "await this.manualBackward(loss)"',
  ],
  [
    'a manualBackward() that fails',
    async function (batch) {
      void this.manualBackward(batch.y.mean())
      // Long enough for an unhandled rejection to be noticed.
      await new Promise((resolve) => setTimeout(resolve, 5))
    },
    'this.manualBackward(loss): its promise was not awaited',
  ],
])('%s without await is an error, the weights stay, and the process goes on', async ([, step, message]) => {
  const module = new Manual(step)
  const before = await module.numbers()
  await expect(fit(module)).rejects.toThrow(MisconfigurationError)
  await expect(fit(module)).rejects.toThrow(message)
  expect(await module.numbers()).toEqual(before)
  await fit(new ManualRegression())
})

test('a step that throws while another call is still running rolls back after both', async () => {
  const module = new Manual(async function (batch) {
    await this.manualBackward(this.loss(batch))
    void this.optimizer().step(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      return null
    })
    throw new Error('in mid-step')
  })
  const before = await module.numbers()
  await expect(fit(module)).rejects.toThrow('in mid-step')
  expect(await module.numbers()).toEqual(before)
  await fit(new ManualRegression())
})

test('a promise that is handed on, gathered or returned counts as awaited', async () => {
  const module = new Manual(async function (batch, batchIdx) {
    const optimizer = this.optimizer()
    optimizer.zeroGrad()
    await Promise.all([this.manualBackward(this.loss(batch))])
    if (batchIdx === 0) return optimizer.step()
    if (batchIdx === 1) await optimizer.step().finally(() => {})
    else await optimizer.step().then((loss) => loss)
    return null
  })
  await fit(module)
  const automatic = new Regression()
  await fit(automatic)
  expect(await module.numbers()).toEqual(await automatic.numbers())
})

class Toggling extends TrainingModule<Batch> {
  override automaticOptimization = false
  readonly a = new Linear(3, 2)
  readonly s = new Linear(2, 2)
  readonly b = new Linear(2, 2)
  readonly seen: Record<string, boolean>[] = []
  fails = false

  constructor() {
    super()
    this.s.bias!.requiresGrad = false
  }

  flags(): Record<string, boolean> {
    return Object.fromEntries(this.namedParameters().map(([name, { requiresGrad }]) => [name, requiresGrad]))
  }

  async trainingStep(): Promise<void> {
    this.seen.push(this.flags())
    for (const optimizer of this.optimizers<2>()) {
      await optimizer.toggleModel(() => {
        this.seen.push(this.flags())
        if (this.fails) throw new Error('in the toggled body')
      })
      this.seen.push(this.flags())
    }
  }

  configureOptimizers(): OptimizerConfig {
    return [
      new SGD([...this.a.parameters(), ...this.s.parameters()], { lr: 0.1 }),
      new SGD([...this.b.parameters(), ...this.s.parameters()], { lr: 0.1 }),
    ]
  }
}

test('toggleModel freezes what the others alone own, and restores every flag', async () => {
  const module = new Toggling()
  await quietTrainer().fit(module, { train: batches(1) })
  const all = { 'a.weight': true, 'a.bias': true, 's.weight': true, 's.bias': false, 'b.weight': true, 'b.bias': true }
  const first = { ...all, 'b.weight': false, 'b.bias': false }
  const second = { ...all, 'a.weight': false, 'a.bias': false }
  expect(module.seen).toEqual([all, first, all, second, all])
})

test('toggleModel restores after a throw, too, and gives what its body gave', async () => {
  const module = Object.assign(new Toggling(), { fails: true })
  const before = module.flags()
  await expect(quietTrainer().fit(module, { train: batches(1) })).rejects.toThrow('in the toggled body')
  expect(module.flags()).toEqual(before)

  const values: unknown[] = []
  const giving = new Manual(async function () {
    values.push(await this.optimizer().toggleModel(async () => 42, { syncGrad: false }))
  })
  await fit(giving)
  expect(values).toEqual([42, 42, 42])
})

test('globalStep counts batches with a step, each optimizer its own steps', async () => {
  const counts: unknown[] = []
  class Two extends Regression {
    override automaticOptimization = false
    override async trainingStep(batch: Batch, batchIdx: number): Promise<void> {
      const [weights, biases] = this.optimizers<2>()
      weights.zeroGrad()
      biases.zeroGrad()
      await this.manualBackward(this.loss(batch))
      if (batchIdx !== 1) await weights.step()
      if (batchIdx === 2) await biases.step()
      counts.push([this.globalStep, weights.stepCount, biases.stepCount])
    }
    override configureOptimizers(): OptimizerConfig {
      return [new SGD([this.net.weight]), new SGD([this.net.bias!])]
    }
  }
  const trainer = quietTrainer()
  await trainer.fit(new Two(), { train: batches(3) })
  expect(counts).toEqual([
    [0, 1, 0],
    [1, 1, 0],
    [1, 2, 1],
  ])
  expect(trainer.globalStep).toBe(2)
})

test('schedulers move by hand alone, and the hook before an update runs without clipping', async () => {
  const rates: number[] = []
  const onBeforeOptimizerStep = vi.fn()
  const configureGradientClipping = vi.fn()
  class Scheduled extends ManualRegression {
    override configureGradientClipping = configureGradientClipping
    override async trainingStep(batch: Batch, batchIdx: number, optimizerIdx: number): Promise<FreeStepOutput> {
      const loss = await super.trainingStep(batch, batchIdx, optimizerIdx)
      if ((batchIdx + 1) % 2 === 0) this.lrScheduler().step()
      rates.push(this.optimizer().paramGroups[0]!.lr)
      return loss
    }
    override configureOptimizers(): OptimizerConfig {
      const optimizer = new SGD(this.parameters(), { lr: 0.4 })
      return {
        optimizer,
        lrScheduler: { scheduler: new StepLR(optimizer, { stepSize: 1, gamma: 0.5 }), interval: 'step' },
      }
    }
  }
  await quietTrainer({ callbacks: [{ onBeforeOptimizerStep }] }).fit(new Scheduled(), { train: batches(5) })
  expect(rates).toEqual([0.4, 0.2, 0.2, 0.1, 0.1])
  expect(onBeforeOptimizerStep).toHaveBeenCalledTimes(5)
  expect(configureGradientClipping).not.toHaveBeenCalled()
})

test.for<[string, boolean]>([
  ['wrapped optimizer', true],
  ['optimizer itself', false],
])('gradients may be clipped by hand, of the %s', async ([, isWrapped]) => {
  const clipping = new Manual(async function (batch) {
    const optimizer = this.optimizer()
    optimizer.zeroGrad()
    await this.manualBackward(this.loss(batch))
    this.clipGradients(isWrapped ? optimizer : optimizer.optimizer, { gradientClipVal: 0.05 })
    await optimizer.step()
  })
  await fit(clipping)
  const automatic = new Regression()
  await quietTrainer({ gradientClipVal: 0.05 }).fit(automatic, { train: batches(3) })
  expect(await clipping.numbers()).toEqual(await automatic.numbers())
})

test.for<[string, unknown]>([
  ['a tensor', null],
  ['an object', { anything: 1 }],
  ['nothing', undefined],
])('trainingStep may return %s', async ([, value]) => {
  await fit(new Manual((batch) => (value === null ? batch.x.mean() : value)))
})

test('trainingStep may not return a text', async () => {
  await expect(fit(new Manual(() => 'done'))).rejects.toThrow(
    'trainingStep: may return a tensor, an object or nothing, got string',
  )
})

test('optimizer() and lrScheduler() ask for the only one', async () => {
  await expect(
    fit(
      new Manual(function () {
        this.lrScheduler()
      }),
    ),
  ).rejects.toThrow('lrScheduler: there is not exactly one, got 0; use lrSchedulers()')
  expect(() => new ManualRegression().optimizer()).toThrow('ManualRegression: is not being trained')
})
