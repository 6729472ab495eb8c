import { expect, test, vi } from 'vitest'
import {
  type AccumulationSchedule,
  GradientAccumulationScheduler,
} from '../../src/callbacks/gradient-accumulation-scheduler.ts'
import { MisconfigurationError } from '../../src/errors/errors.ts'
import { batches, ManualRegression, quietTrainer, Regression } from '../support/training.ts'

async function stepsWith(schedule: AccumulationSchedule, maxEpochs: number): Promise<number> {
  const trainer = quietTrainer({ maxEpochs, callbacks: [new GradientAccumulationScheduler(schedule)] })
  await trainer.fit(new Regression(), { train: batches(6) })
  return trainer.globalStep
}

test.for<[AccumulationSchedule, number, number]>([
  [{ 0: 3 }, 2, 2 + 2],
  [{ 0: 6, 1: 2, 3: 1 }, 4, 1 + 3 + 3 + 6],
  [{ 1: 4 }, 2, 6 + 2],
])('%o takes over %i epochs %i steps', async ([schedule, epochs, steps]) => {
  expect(await stepsWith(schedule, epochs)).toBe(steps)
})

test('the last window of an epoch is as wide as the schedule says for that epoch', async () => {
  const [scheduled, fixed] = [new Regression(), new Regression()]
  await quietTrainer({ callbacks: [new GradientAccumulationScheduler({ 0: 4 })] }).fit(scheduled, { train: batches(6) })
  await quietTrainer({ accumulateGradBatches: 4 }).fit(fixed, { train: batches(6) })
  expect(await scheduled.numbers()).toEqual(await fixed.numbers())
})

test.for([{}, null, undefined])('%o is a TypeError', (schedule) => {
  const make = () => new GradientAccumulationScheduler(schedule as never)
  expect(make).toThrow(TypeError)
  expect(make).toThrow('GradientAccumulationScheduler: takes batches by epoch, got')
})

test.for([{ '-1': 2 }, { 0: 0 }, { 0: 1.5 }, { 0: '2' }, { x: 2 }])('%o is refused', (schedule) => {
  const make = () => new GradientAccumulationScheduler(schedule as never)
  expect(make).toThrow(MisconfigurationError)
})

test('with manual optimization it is refused, and beside accumulateGradBatches', async () => {
  const callbacks = [new GradientAccumulationScheduler({ 0: 2 })]
  await expect(quietTrainer({ callbacks }).fit(new ManualRegression(), { train: batches(1) })).rejects.toThrow(
    'GradientAccumulationScheduler: is for automatic optimization',
  )
  await expect(
    quietTrainer({ callbacks, accumulateGradBatches: 2 }).fit(new Regression(), { train: batches(1) }),
  ).rejects.toThrow('got accumulateGradBatches 2 as well')
})

test.for<[string, (module: Regression) => void]>([
  [
    'optimizerStep',
    (module) =>
      (module.optimizerStep = async ({ optimizer, optimizerClosure: run }) => void (await optimizer.step(run))),
  ],
  ['optimizerZeroGrad', (module) => (module.optimizerZeroGrad = ({ optimizer }) => optimizer.zeroGrad())],
])('an override of %s is told that it runs once a window, by schedule or by number', async ([name, override]) => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const callback = (batches: number) => ({ callbacks: [new GradientAccumulationScheduler({ 0: batches })] })
  for (const options of [callback(2), { accumulateGradBatches: 2 }, callback(1), {}]) {
    const module = new Regression()
    override(module)
    await quietTrainer(options).fit(module, { train: batches(2) })
  }
  await quietTrainer(callback(2)).fit(new Regression(), { train: batches(2) })
  const message = `where gradients are accumulated, ${name} is called once a window and not in every batch`
  expect(warn.mock.calls).toEqual([[`GradientAccumulationScheduler: ${message}`], [`Trainer: ${message}`]])
  warn.mockRestore()
})
