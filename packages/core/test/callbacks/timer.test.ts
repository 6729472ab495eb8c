import { expect, test } from 'vitest'
import { type Duration, secondsOf } from '../../src/callbacks/duration.ts'
import { Timer } from '../../src/callbacks/timer.ts'
import { MisconfigurationError } from '../../src/errors/errors.ts'
import { batches, quietTrainer, Regression } from '../support/training.ts'

test.for<[Duration, number]>([
  ['00:00:00:05', 5],
  ['01:02:03:04', 93_784],
  [{ minutes: 2 }, 120],
  [{ weeks: 1, days: 1, hours: 1, seconds: 0.5 }, 694_800.5],
])('%o are %d seconds', ([duration, seconds]) => {
  expect(secondsOf('test', duration)).toBe(seconds)
})

test.for([
  ['5 minutes'],
  [''],
  ['1:00'],
  [{}],
  [{ minutes: -1 }],
  [{ fortnights: 1 }],
  [{ hours: 'two' }],
  [null],
  [7],
])('%o is no duration', ([duration]) => {
  expect(() => new Timer({ duration: duration as never })).toThrow(MisconfigurationError)
  expect(() => quietTrainer({ maxTime: duration as never })).toThrow(MisconfigurationError)
})

test('without time nothing is trained', async () => {
  const trainer = quietTrainer({ maxTime: '00:00:00:00', maxEpochs: undefined as never })
  await trainer.fit(new Regression(), { train: batches(3) })
  expect(trainer.globalStep).toBe(0)
})

const slow = { onTrainBatchEnd: () => new Promise<void>((resolve) => setTimeout(resolve, 25)) }

test.for<['step' | 'epoch', number]>([
  ['step', 1],
  ['epoch', 4],
])('looked at in each %s, the time ends a fit', async ([interval, steps]) => {
  const timer = new Timer({ duration: { seconds: 0.02 }, interval })
  const trainer = quietTrainer({ maxEpochs: -1, callbacks: [slow, timer] })
  await trainer.fit(new Regression(), { train: batches(4) })
  expect(trainer.globalStep).toBe(steps)
  expect(timer.timeRemaining()).toBeLessThanOrEqual(0)
})

test('it tells how long each stage took', async () => {
  class Evaluated extends Regression {
    override validationStep(): void {}
  }
  const timer = new Timer()
  expect(timer.timeElapsed()).toBe(0)
  const trainer = quietTrainer({ callbacks: [slow, timer] })
  await trainer.fit(new Evaluated(), { train: batches(2), val: batches(1) })
  expect(timer.timeElapsed('train')).toBeGreaterThan(0.04)
  expect(timer.timeElapsed('validate')).toBeGreaterThan(0)
  expect(timer.timeElapsed('test')).toBe(0)
  expect(timer.timeRemaining()).toBe(Number.POSITIVE_INFINITY)
})

test('an interval that there is not is refused', () => {
  expect(() => new Timer({ interval: 'day' as never })).toThrow(`Timer: interval is 'step' or 'epoch', got "day"`)
})

test('a fit that goes on has the time that is left', async () => {
  const first = new Timer({ duration: { hours: 1 } })
  first.loadStateDict({ trainSeconds: 3000 })
  await quietTrainer({ callbacks: [first, slow] }).fit(new Regression(), { train: batches(1) })
  expect(first.timeElapsed()).toBeGreaterThan(3000)
  expect(first.stateDict().trainSeconds).toBe(first.timeElapsed())

  const second = new Timer({ duration: { hours: 1 } })
  second.loadStateDict({ trainSeconds: 3601 })
  const trainer = quietTrainer({ callbacks: [second] })
  await trainer.fit(new Regression(), { train: batches(3) })
  expect(trainer.globalStep).toBe(0)
})
