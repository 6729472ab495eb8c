import { expect, test, vi } from 'vitest'
import { reference } from '../../src/accelerator/reference/reference.ts'
import { MisconfigurationError } from '../../src/errors/errors.ts'
import type { OptimizerConfig } from '../../src/module/optimizer-config.ts'
import { Linear } from '../../src/nn/linear.ts'
import { FullPrecision } from '../../src/precision/full-precision.ts'
import { SingleDeviceStrategy } from '../../src/strategy/single-device-strategy.ts'
import { useAccelerator } from '../../src/tensor/accelerator-in-use.ts'
import { ones } from '../../src/tensor/creation.ts'
import { Trainer } from '../../src/trainer/trainer.ts'
import { batches, quietTrainer, Regression } from '../support/training.ts'

test.for<[string, (trainer: Trainer) => Promise<unknown>, string]>([
  [
    'fit of what is no module',
    (t) => t.fit({} as never, { train: [] }),
    'fit: trains and runs TrainingModules, got Object',
  ],
  [
    'fit of a plain module',
    (t) => t.fit(new Linear(1, 1) as never, { train: [] }),
    'fit: trains and runs TrainingModules, got Linear; extend TrainingModule',
  ],
  [
    'fit without data',
    (t) => t.fit(new Regression(), undefined as never),
    'fit: takes { train, val }, got undefined without train; pass { train: loader }',
  ],
  [
    'fit on a loader itself',
    (t) => t.fit(new Regression(), batches(1) as never),
    'fit: takes { train, val }, got Array without train; pass { train: loader }',
  ],
  [
    'fit on a number',
    (t) => t.fit(new Regression(), { train: 3 as never }),
    'fit: batches come from what can be iterated, got number; pass a DataLoader, say',
  ],
  [
    'fit with bad validation data',
    (t) => t.fit(new Regression(), { train: batches(1), val: {} as never }),
    'fit: batches come from what can be iterated, got object',
  ],
  [
    'validate without a step',
    (t) => t.validate(new Regression(), []),
    'validate: Regression has no validationStep; write one',
  ],
  ['test without a step', (t) => t.test(new Regression(), []), 'test: Regression has no testStep; write one'],
  ['predict without data', (t) => t.predict(new Regression(), null as never), 'predict: batches come from'],
])('%s is refused, and says why', async ([, run, message]) => {
  await expect(run(quietTrainer())).rejects.toThrow(MisconfigurationError)
  await expect(run(quietTrainer())).rejects.toThrow(message)
})

test('a validation step without data, and data without a step, are warned about and skipped', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  class Validated extends Regression {
    override validationStep = vi.fn()
  }
  const validated = new Validated()
  await quietTrainer().fit(validated, { train: batches(1) })
  expect(validated.validationStep).not.toHaveBeenCalled()
  await quietTrainer().fit(new Regression(), { train: batches(1), val: batches(1) })
  expect(warn.mock.calls).toEqual([
    ['fit: Validated has a validationStep, got no val; pass { train, val } to run it'],
    ['fit: Regression has no validationStep, got val; write one to use it'],
  ])
  await quietTrainer().fit(validated, { train: batches(1), val: batches(1) })
  await quietTrainer().fit(new Regression(), { train: batches(1) })
  expect(validated.validationStep).toHaveBeenCalledTimes(1)
  expect(warn).toHaveBeenCalledTimes(2)
  warn.mockRestore()
})

test('two fits of one trainer count each for itself, and the second goes on from the weights of the first', async () => {
  const [twice, once] = [new Regression(), new Regression()]
  const trainer = quietTrainer()
  await trainer.fit(twice, { train: batches(3) })
  await trainer.fit(twice, { train: batches(3) })
  expect(trainer.globalStep).toBe(3)
  await quietTrainer({ maxEpochs: 2 }).fit(once, { train: batches(3) })
  expect(await twice.numbers()).toEqual(await once.numbers())
})

test('a strategy is used as it is', async () => {
  const accelerator = reference()
  const strategy = new SingleDeviceStrategy(accelerator, new FullPrecision())
  await quietTrainer({ strategy }).fit(new Regression(), { train: batches(1) })
  expect(accelerator.stats().executions).toBeGreaterThan(0)
})

test('without an accelerator the one in use trains, and stays open', async () => {
  const accelerator = reference()
  await useAccelerator(accelerator)
  const before = ones([3]).mul(2)
  await before.data()
  await new Trainer({ maxEpochs: 1, enableProgressBar: false }).fit(new Regression(), { train: batches(1) })
  expect(accelerator.stats().executions).toBeGreaterThan(1)
  expect(await before.add(1).array()).toEqual([3, 3, 3])
})

test('a fit on one accelerator leaves the default one as it was', async () => {
  const accelerator = reference()
  await useAccelerator(accelerator)
  const module = new Regression()
  await quietTrainer().fit(module, { train: batches(1) })
  const { executions } = accelerator.stats()
  await module.net.weight.mul(2).data()
  expect(accelerator.stats().executions).toBe(executions + 1)
})

test('configureOptimizers that fails closes the accelerator, too', async () => {
  class Failing extends Regression {
    override configureOptimizers(): OptimizerConfig {
      throw new Error('no optimizer')
    }
  }
  const accelerator = reference()
  await expect(quietTrainer({ accelerator }).fit(new Failing(), { train: batches(1) })).rejects.toThrow('no optimizer')
  expect(accelerator.stats().liveBuffers).toBe(0)
  await expect(accelerator.synchronize()).rejects.toThrow('not set up')
})

test('two fits at once on one accelerator take turns, and learn what each would alone', async () => {
  const accelerator = reference()
  const modules = [new Regression(), new Regression()]
  const fits = modules.map((module) => quietTrainer({ accelerator }).fit(module, { train: batches(3) }))
  await Promise.all(fits)
  const alone = new Regression()
  await quietTrainer().fit(alone, { train: batches(3) })
  for (const module of modules) expect(await module.numbers()).toEqual(await alone.numbers())
  expect(await ones([2]).add(1).array()).toEqual([2, 2])
})
