import { expect, test } from 'vitest'
import type { Callback } from '../../src/callbacks/callback.ts'
import { Profiler } from '../../src/profiler/profiler.ts'
import { batches, quietTrainer, Regression } from '../support/training.ts'

test('hooks and executables of a fit are timed', async () => {
  const profiler = new Profiler()
  const slow: Callback = { onTrainEpochEnd: () => new Promise((resolve) => setTimeout(resolve, 20)) }
  await quietTrainer({ profiler, callbacks: [slow], maxEpochs: 2 }).fit(new Regression(), { train: batches(3) })
  const found = new Map(profiler.summary().map((action) => [`${action.kind} ${action.name}`, action]))
  expect(found.get('hook onTrainBatchEnd')?.count).toBe(6)
  expect(found.get('hook onFitStart')?.count).toBe(1)
  expect(found.get('hook onTrainEpochEnd')?.total).toBeGreaterThan(2 * 19)
  const runs = [...found.values()]
    .filter(({ kind }) => kind === 'executable')
    .reduce((sum, { count }) => sum + count, 0)
  expect(runs).toBeGreaterThanOrEqual(6)
  expect(profiler.describe()).toMatch(/^action +kind +count +total ms/)
  const events = profiler.chromeTrace().traceEvents.filter(({ ph }) => ph === 'X')
  expect(events).toHaveLength(profiler.summary().reduce((sum, { count }) => sum + count, 0))
})
