import { expect, test } from 'vitest'
import { reference } from '../../src/accelerator/reference/reference.ts'
import { DeviceStatsMonitor } from '../../src/callbacks/device-stats-monitor.ts'
import { MisconfigurationError } from '../../src/errors/errors.ts'
import { batches, quietTrainer, Regression } from '../support/training.ts'

test('the counters of the device are logged around the batches of each log step', async () => {
  const rows: [step: number, metrics: Readonly<Record<string, number>>][] = []
  const logger = {
    logMetrics: (metrics: Readonly<Record<string, number>>, step: number) => void rows.push([step, metrics]),
  }
  const accelerator = reference()
  const trainer = quietTrainer({ accelerator, logger, logEveryNSteps: 2, callbacks: [new DeviceStatsMonitor()] })
  await trainer.fit(new Regression(), { train: batches(4) })
  const stats = rows.filter(([, metrics]) => Object.keys(metrics).some((name) => name.startsWith('DeviceStatsMonitor')))
  expect(stats.map(([step, metrics]) => [step, Object.keys(metrics)[1]])).toEqual([
    [1, 'DeviceStatsMonitor.onTrainBatchStart/liveBytes'],
    [1, 'DeviceStatsMonitor.onTrainBatchEnd/liveBytes'],
    [3, 'DeviceStatsMonitor.onTrainBatchStart/liveBytes'],
    [3, 'DeviceStatsMonitor.onTrainBatchEnd/liveBytes'],
  ])
  const executions = stats.flatMap(([, metrics]) =>
    Object.entries(metrics).flatMap(([name, value]) => (name.endsWith('/executions') ? [value] : [])),
  )
  expect(executions.toSorted((a, b) => a - b)).toEqual(executions)
  expect(executions.at(-1)).toBe(accelerator.stats().executions)
})

test('without a logger it is refused', async () => {
  const fit = quietTrainer({ callbacks: [new DeviceStatsMonitor()] }).fit(new Regression(), { train: batches(1) })
  await expect(fit).rejects.toThrow(MisconfigurationError)
})
