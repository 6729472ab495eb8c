import { expect, test, vi } from 'vitest'
import { MisconfigurationError } from '../../src/errors/errors.ts'
import type { OptimizerConfig } from '../../src/module/optimizer-config.ts'
import type { FreeStepOutput, GradientClippingOptions, OptimizerStepOptions } from '../../src/module/training-module.ts'
import { SGD } from '../../src/optim/sgd.ts'
import { tensor } from '../../src/tensor/creation.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { expectWithin } from '../support/close.ts'
import { type Batch, batches, quietTrainer, Regression } from '../support/training.ts'

/** Steps as a function says. */
class Stepping extends Regression {
  readonly step: (this: Stepping, batch: Batch, batchIdx: number) => FreeStepOutput

  constructor(step: (this: Stepping, batch: Batch, batchIdx: number) => FreeStepOutput) {
    super()
    this.step = step
  }

  override trainingStep(batch: Batch, batchIdx: number): FreeStepOutput {
    return this.step(batch, batchIdx)
  }
}

/** Weights after `module` was fitted on three batches. */
async function fitted(module: Regression): Promise<number[]> {
  await quietTrainer().fit(module, { train: batches(3) })
  return module.numbers()
}

test('trainingStep may return an object with the loss; hooks get the rest of it too, detached', async () => {
  const seen: Record<string, unknown>[] = []
  const module = new Stepping(function (batch) {
    const loss = this.loss(batch)
    return { loss, prediction: this.net.forward(batch.x), nested: { twice: [loss.mul(2)] }, text: 'as it is' }
  })
  const onTrainBatchEnd = async (_trainer: unknown, _module: unknown, outputs: unknown) => {
    const { loss, prediction, nested, text } = outputs as {
      loss: Tensor
      prediction: Tensor
      nested: { twice: [Tensor] }
      text: string
    }
    const twice = nested.twice[0]
    expect([loss, prediction, twice].map(({ requiresGrad }) => requiresGrad)).toEqual([false, false, false])
    seen.push({ shape: prediction.shape, text, ratio: (await twice.item()) / (await loss.item()) })
  }
  await quietTrainer({ callbacks: [{ onTrainBatchEnd }] }).fit(module, { train: batches(1) })
  expect(seen).toEqual([{ shape: [2, 2], text: 'as it is', ratio: 2 }])
  expect(await fitted(module)).not.toEqual(await new Regression().numbers())
})

test('null skips the backward pass, warns once, and the step runs on empty gradients', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const module = new Stepping(function (batch, batchIdx) {
    return batchIdx === 1 ? this.loss(batch) : null
  })
  const trainer = quietTrainer()
  await trainer.fit(module, { train: batches(4) })
  expect(warn.mock.calls).toEqual([['trainingStep: returned null; the batch has no backward pass']])
  expect(trainer.globalStep).toBe(4)
  const only = new Regression()
  await quietTrainer().fit(only, { train: batches(2).slice(1) })
  expect(await module.numbers()).toEqual(await only.numbers())
  warn.mockRestore()
})

test.for<[string, () => unknown, string]>([
  ['a number', () => 3, 'got number'],
  ['an object without a loss', () => ({ accuracy: 1 }), 'got an object without one'],
  ['a list', () => [tensor([1])], 'got an object without one'],
  ['a text', () => 'loss', 'got string'],
])('%s is refused and says what to return', async ([, step, got]) => {
  const fit = quietTrainer().fit(new Stepping(step as () => FreeStepOutput), { train: batches(1) })
  await expect(fit).rejects.toThrow(MisconfigurationError)
  await expect(fit).rejects.toThrow(
    `trainingStep: automatic optimization needs the loss, ${got}; return a tensor, an object with a tensor \`loss\`, or null to skip the batch`,
  )
})

test('a loss that depends on no parameter says so', async () => {
  const module = new Stepping(({ y }) => y.mean())
  await expect(fitted(module)).rejects.toThrow('backward: it depends on nothing that requires a gradient')
})

class Overriding extends Regression {
  readonly override: (options: OptimizerStepOptions) => unknown

  constructor(override: (options: OptimizerStepOptions) => unknown) {
    super()
    this.override = override
  }

  override async optimizerStep(options: OptimizerStepOptions): Promise<void> {
    await this.override(options)
  }
}

test('an optimizerStep override gets everything by name, and may change the rate', async () => {
  const seen: unknown[] = []
  const module = new Overriding(async ({ epoch, batchIdx, optimizer, optimizerIdx, optimizerClosure }) => {
    for (const group of optimizer.paramGroups) group.lr = 0.1 * (batchIdx + 1)
    const loss = await optimizer.step(optimizerClosure)
    seen.push({ epoch, batchIdx, optimizerIdx, stepCount: optimizer.stepCount, loss: loss?.shape })
  })
  await quietTrainer({ maxEpochs: 2 }).fit(module, { train: batches(2) })
  expect(seen).toEqual([
    { epoch: 0, batchIdx: 0, optimizerIdx: 0, stepCount: 1, loss: [] },
    { epoch: 0, batchIdx: 1, optimizerIdx: 0, stepCount: 2, loss: [] },
    { epoch: 1, batchIdx: 0, optimizerIdx: 0, stepCount: 3, loss: [] },
    { epoch: 1, batchIdx: 1, optimizerIdx: 0, stepCount: 4, loss: [] },
  ])
})

test('a step of the inner optimizer bypasses hooks and counters', async () => {
  const onBeforeOptimizerStep = vi.fn()
  const module = new Overriding(async ({ optimizer, optimizerClosure }) => {
    await optimizer.optimizer.step(optimizerClosure)
  })
  const trainer = quietTrainer({ callbacks: [{ onBeforeOptimizerStep }] })
  await trainer.fit(module, { train: batches(3) })
  expect(await module.numbers()).toEqual(await fitted(new Regression()))
  expect(onBeforeOptimizerStep).not.toHaveBeenCalled()
  expect(trainer.globalStep).toBe(0)
})

test('the closure alone goes forward and backward without a step', async () => {
  const module = new Overriding(({ optimizerClosure }) => optimizerClosure())
  const before = await module.numbers()
  const trainer = quietTrainer()
  await trainer.fit(module, { train: batches(2) })
  expect(await module.numbers()).toEqual(before)
  expect(trainer.globalStep).toBe(0)
})

test('an override that never runs the closure is an error', async () => {
  const module = new Overriding(({ optimizer }) => optimizer.step())
  const before = await module.numbers()
  await expect(fitted(module)).rejects.toThrow(MisconfigurationError)
  await expect(fitted(module)).rejects.toThrow(
    'optimizerStep: the closure was not run; call optimizer.step(optimizerClosure), or optimizerClosure() itself',
  )
  expect(await module.numbers()).toEqual(before)
})

test('an override that does not await its step is an error, and the weights stay', async () => {
  const module = new Overriding(({ optimizer, optimizerClosure }) => {
    void optimizer.step(optimizerClosure)
  })
  const before = await module.numbers()
  await expect(fitted(module)).rejects.toThrow(
    'optimizer.step(): its promise was not awaited; write "await optimizer.step()"',
  )
  expect(await module.numbers()).toEqual(before)
  expect(await fitted(new Regression())).not.toEqual(before)
})

test('a closure that is no function is refused', async () => {
  const module = new Overriding(({ optimizer }) => optimizer.step(3 as never))
  await expect(fitted(module)).rejects.toThrow('optimizer.step: the closure is a function, got number')
})

class Clipping extends Regression {
  readonly seen: unknown[] = []
  clip: Partial<GradientClippingOptions> = {}

  override configureGradientClipping(options: GradientClippingOptions): void {
    const { optimizerIdx, gradientClipVal, gradientClipAlgorithm } = options
    this.seen.push({ optimizerIdx, gradientClipVal, gradientClipAlgorithm })
    super.configureGradientClipping({ ...options, ...this.clip })
  }
}

test('clipping by value limits every element of the accumulated gradient, once a window', async () => {
  const rate = 0.1
  const module = new Clipping()
  const before = await module.numbers()
  const options = { gradientClipVal: 0.02, gradientClipAlgorithm: 'value', accumulateGradBatches: 2 } as const
  await quietTrainer(options).fit(module, { train: batches(2) })
  const after = await module.numbers()
  // Every element of the first recorded mean gradient is larger than the limit.
  expectWithin(
    after.map((x, i) => Math.abs(x - before[i]!)),
    after.map(() => rate * 0.02),
    1e-12,
  )
  expect(module.seen).toEqual([{ optimizerIdx: 0, gradientClipVal: 0.02, gradientClipAlgorithm: 'value' }])
})

test('the clipping hook runs where nothing is to be clipped, and may clip as it likes', async () => {
  const module = new Clipping()
  await quietTrainer().fit(module, { train: batches(1) })
  expect(module.seen).toEqual([{ optimizerIdx: 0, gradientClipVal: null, gradientClipAlgorithm: null }])

  const [own, trainers] = [Object.assign(new Clipping(), { clip: { gradientClipVal: 0.05 } }), new Regression()]
  await quietTrainer().fit(own, { train: batches(3) })
  await quietTrainer({ gradientClipVal: 0.05 }).fit(trainers, { train: batches(3) })
  expect(await own.numbers()).toEqual(await trainers.numbers())
})

test.for<[string, Partial<GradientClippingOptions>, string]>([
  ['algorithm', { gradientClipVal: 1, gradientClipAlgorithm: 'max' as never }, `'norm' or 'value', got "max"`],
  ['value', { gradientClipVal: '1' as never }, 'gradientClipVal is a number or null, got string'],
])('an override with a bad %s is refused', async ([, clip, message]) => {
  const module = Object.assign(new Clipping(), { clip })
  await expect(fitted(module)).rejects.toThrow(message)
})

test('manualBackward is refused', async () => {
  const module = new Stepping(function (batch) {
    void this.manualBackward(this.loss(batch))
    return null
  })
  await expect(fitted(module)).rejects.toThrow(MisconfigurationError)
  await expect(fitted(module)).rejects.toThrow(
    'manualBackward: is for manual optimization, got automaticOptimization = true; set it to false, or return the loss from trainingStep',
  )
})

test('gradients of a closed window are seen in onTrainBatchEnd and released after it', async () => {
  const seen: (readonly number[] | undefined)[] = []
  const module = new Regression()
  const callback = {
    onTrainBatchEnd: () => {
      seen.push(module.net.weight.grad?.shape)
    },
    onTrainBatchStart: () => {
      seen.push(module.net.weight.grad?.shape)
    },
  }
  await quietTrainer({ accumulateGradBatches: 2, callbacks: [callback] }).fit(module, { train: batches(3) })
  const shape = [2, 3]
  expect(seen).toEqual([undefined, shape, shape, shape, undefined, shape])
  expect(module.net.weight.grad).toBeNull()
})

test('whoever overrides onBeforeZeroGrad sees the gradients of the step before', async () => {
  const seen: (readonly number[] | undefined)[] = []
  class Looking extends Regression {
    override onBeforeZeroGrad(): void {
      seen.push(this.net.weight.grad?.shape)
    }
  }
  await fitted(new Looking())
  expect(seen).toEqual([undefined, [2, 3], [2, 3]])
})

test('training data without a batch is an error, as is a generator that is asked twice', async () => {
  const fit = (train: Iterable<never>) => quietTrainer({ maxEpochs: 2 }).fit(new Regression(), { train })
  await expect(fit([])).rejects.toThrow(
    'fit: the training data has no batch, got none in epoch 0; is the dataset empty?',
  )
  const once = (function* () {
    yield* batches(1)
  })()
  await expect(fit(once as never)).rejects.toThrow('got none in epoch 1; a generator runs only once')
})

test('what a hook assigns after the commit, and between steps, stays', async () => {
  class Averaged extends Regression {
    readonly average = new Regression().net.freeze()
    override onTrainBatchEnd(): void {
      const { weight } = this.average
      weight.assign(weight.mul(0.5).add(this.net.weight.detach().mul(0.5)))
    }
    override onTrainEpochStart(): void {
      this.average.bias!.assign(this.average.bias!.add(1))
    }
    override onTrainBatchStart(_batch: Batch, batchIdx: number): -1 | undefined {
      if (batchIdx < 2) return undefined
      this.average.bias!.assign(this.average.bias!.mul(2))
      return -1
    }
    override configureOptimizers(): OptimizerConfig {
      return new SGD(this.net.parameters(), { lr: 0.1 })
    }
  }
  const module = new Averaged()
  const weights: number[][] = []
  const onTrainBatchEnd = async () => {
    weights.push(Array.from(await module.net.weight.data()))
  }
  const first = Array.from(await module.average.weight.data())
  await quietTrainer({ callbacks: [{ onTrainBatchEnd }], maxEpochs: 2 }).fit(module, { train: batches(3) })
  const expected = weights.reduce((mean, now) => mean.map((x, i) => 0.5 * x + 0.5 * now[i]!), first)
  expectWithin(await module.average.weight.data(), expected, 1e-12)
  expectWithin(
    await module.average.bias!.data(),
    [(0.05 + 1) * 2, (-0.1 + 1) * 2].map((x) => (x + 1) * 2),
    1e-12,
  )
})

test('without an optimizer batches go forward and backward, a warning says so, and a fit by steps is refused', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  class Idle extends Regression {
    override configureOptimizers(): OptimizerConfig {
      return null
    }
  }
  const module = new Idle()
  const onAfterBackward = vi.fn()
  await quietTrainer({ callbacks: [{ onAfterBackward }] }).fit(module, { train: batches(2) })
  expect(onAfterBackward).toHaveBeenCalledTimes(2)
  expect(await module.numbers()).toEqual(await new Regression().numbers())
  expect(warn.mock.calls).toEqual([
    ['configureOptimizers: returned null; batches go forward and backward, and nothing is learned'],
  ])
  const endless = quietTrainer({ maxEpochs: -1, maxSteps: 3 }).fit(module, { train: batches(2) })
  await expect(endless).rejects.toThrow('fit: without an optimizer no step is ever counted, got maxSteps 3')
  warn.mockRestore()
})
