import { expect, test, vi } from 'vitest'
import type { Callback } from '../../src/callbacks/callback.ts'
import {
  AnomalyError,
  DTypeError,
  ExpiredTensorError,
  OutOfRangeError,
  ShapeError,
  VoltaicError,
} from '../../src/errors/errors.ts'
import type { OptimizerConfig } from '../../src/module/optimizer-config.ts'
import type { FreeStepOutput } from '../../src/module/training-module.ts'
import { crossEntropy } from '../../src/nn/functional/losses/cross-entropy.ts'
import type { Optimizer } from '../../src/optim/optimizer.ts'
import { SGD } from '../../src/optim/sgd.ts'
import { tensor } from '../../src/tensor/creation.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { failingAccelerator } from '../support/failing-accelerator.ts'
import { type Batch, batches, ManualRegression, quietTrainer, Regression } from '../support/training.ts'

class Observed extends Regression {
  last: Optimizer | null = null

  override configureOptimizers(): OptimizerConfig {
    this.last = new SGD(this.parameters(), { lr: 0.1, momentum: 0.9 }) as unknown as Optimizer
    return this.last
  }

  async state(): Promise<number[]> {
    const { state } = this.last!.stateDict()
    const tensors = Object.values(state).flatMap((entries) => Object.values(entries))
    return (await Promise.all(tensors.map((t) => t.data()))).flatMap((data) => Array.from(data))
  }
}

class ObservedManual extends Observed {
  override automaticOptimization = false

  override async trainingStep(batch: Batch): Promise<FreeStepOutput> {
    const optimizer = this.optimizer()
    optimizer.zeroGrad()
    await this.manualBackward(this.loss(batch))
    await optimizer.step()
    return null
  }
}

class Fault extends Error {}

/** Weights and momentum, as committed by the batches before `batchIdx`. */
async function after(count: number): Promise<readonly [number[], number[]]> {
  const module = new Observed()
  if (count > 0) await quietTrainer().fit(module, { train: batches(count) })
  return [await module.numbers(), count > 0 ? await module.state() : []]
}

type Place = readonly [where: string, break_: (module: Observed, breaks: () => void) => Callback | void]

function hook(name: keyof Callback): Place[1] {
  return (_module, breaks) => ({ [name]: breaks })
}

const places: readonly Place[] = [
  [
    'trainingStep',
    (module, breaks) => {
      const step = module.trainingStep.bind(module)
      module.trainingStep = (...args) => {
        const loss = step(...args)
        breaks()
        return loss
      }
    },
  ],
  [
    'an asynchronous trainingStep',
    (module, breaks) => {
      const step = module.trainingStep.bind(module)
      module.trainingStep = async (...args) => {
        const loss = await step(...args)
        await new Promise((resolve) => setTimeout(resolve, 1))
        breaks()
        return loss
      }
    },
  ],
  [
    'optimizerStep, after the step',
    (module, breaks) => {
      module.optimizerStep = async ({ optimizer, optimizerClosure }) => {
        await optimizer.step(optimizerClosure)
        breaks()
      }
    },
  ],
  ['onTrainBatchStart', hook('onTrainBatchStart')],
  ['onBeforeZeroGrad', hook('onBeforeZeroGrad')],
  ['onBeforeBackward', hook('onBeforeBackward')],
  ['onAfterBackward', hook('onAfterBackward')],
  ['onBeforeOptimizerStep', hook('onBeforeOptimizerStep')],
]

test.for(places.flatMap((place) => [0, 2].map((batchIdx) => [place[0], batchIdx, place[1]] as const)))(
  'a throw in %s of batch %d leaves weights and optimizer as they were, and the next fit works',
  async ([, batchIdx, place]) => {
    const module = new Observed()
    let calls = 0
    const breaks = () => {
      if (calls++ === batchIdx) throw new Fault('broken')
    }
    const callback = place(module, breaks)
    const trainer = quietTrainer({ callbacks: callback ? [callback] : [] })
    await expect(trainer.fit(module, { train: batches(4) })).rejects.toThrow(Fault)
    const [weights, momentum] = await after(batchIdx)
    expect(await module.numbers()).toEqual(weights)
    expect(await module.state()).toEqual(momentum)
    expect(trainer.globalStep).toBe(batchIdx)

    calls = -1000
    await trainer.fit(module, { train: batches(1) })
    expect(await module.numbers()).not.toEqual(weights)
  },
)

test('a throw in onTrainBatchEnd comes after the update, which stays', async () => {
  const module = new Observed()
  const onTrainBatchEnd = () => {
    throw new Fault('broken')
  }
  await expect(quietTrainer({ callbacks: [{ onTrainBatchEnd }] }).fit(module, { train: batches(4) })).rejects.toThrow(
    Fault,
  )
  expect(await module.numbers()).toEqual((await after(1))[0])
})

test.for([
  ['automatic', Observed],
  ['manual', ObservedManual],
] as const)(
  'a run that fails on the device leaves weights and optimizer as they were, in %s mode',
  async ([, Module]) => {
    const module = new Module()
    const device = failingAccelerator()
    const onTrainBatchStart = (_trainer: unknown, _module: unknown, _batch: unknown, batchIdx: number) => {
      device.isBroken = batchIdx === 2
    }
    const trainer = quietTrainer({ accelerator: device.accelerator, callbacks: [{ onTrainBatchStart }] })
    await expect(trainer.fit(module, { train: batches(4) })).rejects.toThrow('the device is on fire')
    const [weights, momentum] = await after(2)
    expect(await module.numbers()).toEqual(weights)
    expect(await module.state()).toEqual(momentum)
    expect(device.accelerator.stats().liveBuffers).toBe(0)
    await trainer.fit(module, { train: batches(1) })
  },
)

test('an accelerator that fails in setting the module up is closed again, and nothing is lost', async () => {
  const device = failingAccelerator()
  device.isBroken = true
  const module = new Regression()
  const trainer = quietTrainer({ accelerator: device.accelerator })
  await expect(trainer.fit(module, { train: batches(1) })).rejects.toThrow('the device is on fire')
  expect(() => device.accelerator.upload(new Float32Array(1), null as never)).toThrow('not set up')
  device.isBroken = false
  await trainer.fit(module, { train: batches(1) })
})

test('onException sees the error, which is thrown all the same', async () => {
  const onException = vi.fn()
  const module = new Regression()
  module.trainingStep = () => {
    throw new Fault('broken')
  }
  const trainer = quietTrainer({ callbacks: [{ onException }] })
  await expect(trainer.fit(module, { train: batches(1) })).rejects.toThrow(Fault)
  expect(onException).toHaveBeenCalledOnce()
  expect(onException.mock.calls[0]![2]).toBeInstanceOf(Fault)
  expect(() => module.host).toThrow('Regression: is not being trained')
})

test('data that fails in mid-epoch ends the fit with its own error, and keeps what was learned', async () => {
  const module = new Regression()
  function* source() {
    yield* batches(3)
    throw new Fault('the file ends here')
  }
  await expect(quietTrainer().fit(module, { train: source() })).rejects.toThrow('the file ends here')
  const untouched = await new Regression().numbers()
  expect(await module.numbers()).not.toEqual(untouched)
})

class Mistaken extends Regression {
  readonly step: (this: Mistaken, batch: Batch) => Tensor

  constructor(step: (this: Mistaken, batch: Batch) => Tensor) {
    super()
    this.step = step
  }

  override trainingStep(batch: Batch): Tensor {
    return this.step(batch)
  }
}

let outside: Tensor | null = null

test.for<[string, (this: Mistaken, batch: Batch) => Tensor, new () => VoltaicError, string, string]>([
  [
    'a shape error',
    function ({ x, y }) {
      return this.net.forward(y).sub(x).mean()
    },
    ShapeError,
    'VOLTAIC_SHAPE',
    'linear',
  ],
  [
    'a dtype error',
    ({ x }) => x.to('int32').mean(),
    DTypeError,
    'VOLTAIC_DTYPE',
    "mean: takes floats, got int32; cast it first, to('float32')",
  ],
  [
    'a label out of range',
    function ({ x }) {
      return crossEntropy(this.net.forward(x), tensor([0, 2], { dtype: 'int32' }))
    },
    OutOfRangeError,
    'VOLTAIC_OUT_OF_RANGE',
    '2',
  ],
  [
    'a tensor of the step before',
    function (batch) {
      const loss = this.loss(batch)
      const before = outside
      outside = loss.mul(2)
      return before === null ? loss : loss.add(before.detach())
    },
    ExpiredTensorError,
    'VOLTAIC_EXPIRED_TENSOR',
    'it expired with its step',
  ],
])('%s says what is wrong, has its code, and the process goes on', async ([, step, Class, code, message]) => {
  const module = new Mistaken(step)
  const error = await quietTrainer()
    .fit(module, { train: batches(2) })
    .then(
      () => null,
      (reason: unknown) => reason,
    )
  expect(error).toBeInstanceOf(VoltaicError)
  expect((error as VoltaicError).message).toContain(message)
  expect(error).toMatchObject({ code })
  expect(error).toBeInstanceOf(Class)
  await quietTrainer().fit(new Regression(), { train: batches(1) })
})

test('a tensor of a step that is read after the fit says how to keep it', async () => {
  let kept: Tensor | null = null
  let lost: Tensor | null = null
  const module = new Mistaken(function (batch) {
    const loss = this.loss(batch)
    lost = loss.mul(2)
    kept = loss.mul(2).keep()
    return loss
  })
  await quietTrainer().fit(module, { train: batches(1) })
  await expect(lost!.item()).rejects.toThrow('return it, log it, or call .keep() on it inside the step')
  expect(await kept!.item()).toBeCloseTo(2 * 0.1838528579731559, 12)
})

test.for<[string, typeof Regression]>([
  ['automatic', Regression],
  ['manual', ManualRegression],
])('detectAnomaly names the line of the first NaN in %s optimization', async ([, Base]) => {
  class Undefined extends Base {
    override loss(batch: Batch): Tensor {
      const residual = super.loss(batch)
      return residual.sub(100).log()
    }
  }
  const module = new Undefined()
  const before = await module.numbers()
  const fit = quietTrainer({ detectAnomaly: true }).fit(module, { train: batches(1) })
  await expect(fit).rejects.toThrow(AnomalyError)
  await expect(fit).rejects.toThrow(/detectAnomaly: log made a NaN.*failures\.test\.ts/s)
  expect(await module.numbers()).toEqual(before)
})

test('detectAnomaly finds nothing in a good run, which learns the same', async () => {
  const [looked, plain] = [new Regression(), new Regression()]
  await quietTrainer({ detectAnomaly: true }).fit(looked, { train: batches(2) })
  await quietTrainer().fit(plain, { train: batches(2) })
  expect(await looked.numbers()).toEqual(await plain.numbers())
})
