import { expect, test } from 'vitest'
import type { Callback } from '../../src/callbacks/callback.ts'
import { MisconfigurationError } from '../../src/errors/errors.ts'
import type { ZeroGradOptions } from '../../src/module/training-module.ts'
import type { LRSchedulerLike } from '../../src/optim/lr-scheduler/lr-scheduler.ts'
import { StepLR } from '../../src/optim/lr-scheduler/step-lr.ts'
import { SGD } from '../../src/optim/sgd.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { type Batch, batches, type HostBatch, quietTrainer, Regression, recordedLinear } from '../support/training.ts'

const aWhile = () => new Promise((resolve) => setTimeout(resolve, 2))

test('transfer hooks change what a step gets, on the host and on the device', async () => {
  const seen: unknown[] = []
  class Transferring extends Regression {
    override async onBeforeBatchTransfer({ x, y }: HostBatch, dataloaderIdx: number): Promise<HostBatch> {
      await aWhile()
      seen.push(['before', dataloaderIdx, x.data.length])
      return { x: { ...x, data: Float64Array.from(x.data, (value) => Number(value) + 1) }, y }
    }
    override transferBatchToDevice(batch: HostBatch, dataloaderIdx: number): Batch | Promise<Batch> {
      seen.push('transfer')
      return super.transferBatchToDevice(batch, dataloaderIdx)
    }
    override onAfterBatchTransfer({ x, y }: Batch): Batch {
      seen.push('after')
      return { x: x.sub(1), y }
    }
  }
  const [module, plain] = [new Transferring(), new Regression()]
  await quietTrainer().fit(module, { train: batches(1) })
  await quietTrainer().fit(plain, { train: batches(1) })
  expect(seen).toEqual([['before', 0, 6], 'transfer', 'after'])
  const numbers = await plain.numbers()
  for (const [i, number] of (await module.numbers()).entries()) expect(number).toBeCloseTo(numbers[i]!, 14)
})

test.for(['onBeforeBatchTransfer', 'transferBatchToDevice', 'onAfterBatchTransfer'] as const)(
  '%s that gives nothing back is an error that says so',
  async (hook) => {
    const module = Object.assign(new Regression(), { [hook]: () => undefined })
    await expect(quietTrainer().fit(module, { train: batches(1) })).rejects.toThrow(
      `${hook}: returns the batch, got undefined; return what the step is to get`,
    )
  },
)

test('setup comes before the optimizers: a layer made in it is trained', async () => {
  class Late extends Regression {
    late: ReturnType<typeof recordedLinear> | null = null
    override setup(stage: string): void {
      if (stage === 'fit') this.late = recordedLinear()
    }
    override loss({ x, y }: Batch): Tensor {
      return this.late!.forward(x).tanh().sub(y).square().mean()
    }
    override configureOptimizers() {
      return new SGD(this.late!.parameters(), { lr: 0.1 })
    }
  }
  const [module, plain] = [new Late(), new Regression()]
  await quietTrainer().fit(module, { train: batches(2) })
  await quietTrainer().fit(plain, { train: batches(2) })
  expect(await module.late!.weight.array()).toEqual(await plain.net.weight.array())
})

test.for(['fit', 'validate', 'test', 'predict'] as const)('%s names its stage to setup and teardown', async (run) => {
  const events: string[] = []
  class Staged extends Regression {
    override setup(stage: string): void {
      events.push(`M.setup ${stage}`)
    }
    override teardown(stage: string): void {
      events.push(`M.teardown ${stage}`)
    }
    override validationStep(): void {}
    override testStep(): void {}
    override predictStep(): null {
      return null
    }
  }
  const callback: Callback = {
    setup: (_trainer, _module, stage) => void events.push(`C.setup ${stage}`),
    teardown: (_trainer, _module, stage) => void events.push(`C.teardown ${stage}`),
  }
  const trainer = quietTrainer({ callbacks: [callback] })
  const data = run === 'fit' ? { train: batches(1), val: batches(1) } : batches(1)
  await trainer[run](new Staged(), data as never)
  expect(events).toEqual([`C.setup ${run}`, `M.setup ${run}`, `C.teardown ${run}`, `M.teardown ${run}`])
})

test('teardown comes after a throw, too, with parameters on the host', async () => {
  const torn: unknown[] = []
  class Failing extends Regression {
    override trainingStep(): Tensor {
      throw new Error('broken')
    }
    override async teardown(): Promise<void> {
      torn.push(await this.net.bias!.array())
    }
  }
  await expect(quietTrainer().fit(new Failing(), { train: batches(1) })).rejects.toThrow('broken')
  expect(torn).toEqual([[0.05, -0.1]])
})

test('a throw in setup is heard of, and nothing is left open', async () => {
  const heard: unknown[] = []
  const module = Object.assign(new Regression(), {
    setup: () => {
      throw new Error('no data')
    },
  })
  const trainer = quietTrainer({ callbacks: [{ onException: (_t, _m, error) => void heard.push(error) }] })
  await expect(trainer.fit(module, { train: batches(1) })).rejects.toThrow('no data')
  expect(heard).toEqual([new Error('no data')])
  expect(module.isRunning).toBe(false)
  await quietTrainer().fit(new Regression(), { train: batches(1) })
})

test('configureCallbacks adds callbacks, in place of the Trainer’s of their classes', async () => {
  class Noting implements Callback {
    readonly events: string[]
    readonly name: string
    constructor(events: string[], name: string) {
      this.events = events
      this.name = name
    }
    onFitStart(): void {
      this.events.push(this.name)
    }
  }
  class Finer extends Noting {}
  const events: string[] = []
  class Bringing extends Regression {
    override configureCallbacks(): object[] {
      return [new Finer(events, 'of the module'), { onFitStart: () => void events.push('plain') }]
    }
  }
  const callbacks = [new Noting(events, 'of the Trainer'), { onFitStart: () => void events.push('stays') }]
  await quietTrainer({ callbacks }).fit(new Bringing(), { train: batches(1) })
  expect(events).toEqual(['stays', 'of the module', 'plain'])
  const strange = Object.assign(new Regression(), { configureCallbacks: () => ['bar'] })
  await expect(quietTrainer().fit(strange, { train: batches(1) })).rejects.toThrow(MisconfigurationError)
})

test('asynchronous overrides of what the loop calls are awaited', async () => {
  const events: string[] = []
  class Slow extends Regression {
    override async backward(loss: Tensor): Promise<void> {
      await aWhile()
      loss.backward()
      events.push('backward')
    }
    override async optimizerZeroGrad({ optimizer }: ZeroGradOptions): Promise<void> {
      await aWhile()
      optimizer.zeroGrad()
      events.push('zeroGrad')
    }
    override async lrSchedulerStep(scheduler: LRSchedulerLike): Promise<void> {
      await aWhile()
      scheduler.step()
      events.push('scheduler')
    }
    override onTrainBatchEnd(): void {
      events.push('end')
    }
    override configureOptimizers() {
      const optimizer = new SGD(this.parameters(), { lr: 0.1 })
      return {
        optimizer,
        lrScheduler: { scheduler: new StepLR(optimizer, { stepSize: 1, gamma: 0.5 }), interval: 'step' },
      } as const
    }
  }
  class Quick extends Regression {
    override configureOptimizers() {
      return Slow.prototype.configureOptimizers.call(this)
    }
  }
  const [slow, quick] = [new Slow(), new Quick()]
  await quietTrainer().fit(slow, { train: batches(2) })
  await quietTrainer().fit(quick, { train: batches(2) })
  expect(events).toEqual([
    ...['zeroGrad', 'backward', 'scheduler', 'end'],
    ...['zeroGrad', 'backward', 'scheduler', 'end'],
  ])
  expect(await slow.numbers()).toEqual(await quick.numbers())
})

test('a scheduler that fails after a while fails the fit', async () => {
  class Failing extends Regression {
    override async lrSchedulerStep(): Promise<void> {
      await aWhile()
      throw new Error('no rate')
    }
    override configureOptimizers() {
      const optimizer = new SGD(this.parameters(), { lr: 0.1 })
      return { optimizer, lrScheduler: new StepLR(optimizer, { stepSize: 1 }) }
    }
  }
  await expect(quietTrainer().fit(new Failing(), { train: batches(1) })).rejects.toThrow('no rate')
})

test('onValidationModelTrain takes the place of restoring modes', async () => {
  class Own extends Regression {
    override validationStep(): void {}
    override onValidationModelTrain(): void {
      this.net.eval()
    }
  }
  const module = new Own()
  await quietTrainer().validate(module, batches(1))
  expect([module.training, module.net.training]).toEqual([false, false])
})

test('gradients of a closed window are emptied before a validation; in manual optimization they stay', async () => {
  const seen: boolean[] = []
  const hooks = {
    validationStep(this: Regression) {
      seen.push(this.net.weight.grad === null)
    },
    // Gradients are kept from batch to batch for whoever overrides this.
    onBeforeZeroGrad: () => {},
  }
  await quietTrainer().fit(Object.assign(new Regression(), hooks), { train: batches(1), val: batches(1) })
  class Manual extends Regression {
    override automaticOptimization = false
    override async trainingStep(batch: Batch): Promise<void> {
      await this.manualBackward(this.loss(batch))
    }
  }
  await quietTrainer().fit(Object.assign(new Manual(), hooks), { train: batches(1), val: batches(1) })
  expect(seen).toEqual([true, false])
})
