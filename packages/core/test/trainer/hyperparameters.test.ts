import { expect, test, vi } from 'vitest'
import { batches, quietTrainer, Regression } from '../support/training.ts'

class Tuned extends Regression {
  constructor() {
    super()
    this.saveHyperparameters({ lr: 0.1, depth: 2 })
  }

  override validationStep(): void {}
}

function noting() {
  const noted: unknown[] = []
  return { noted, logger: { logMetrics: () => {}, logHyperparams: (params: object) => void noted.push(params) } }
}

test('loggers get the hyper-parameters of a module when a fit begins, and of one without none', async () => {
  const { noted, logger } = noting()
  const trainer = quietTrainer({ logger: [logger, { logMetrics: () => {} }] })
  await trainer.fit(new Tuned(), { train: batches(1), val: batches(1) })
  expect(noted).toEqual([{ lr: 0.1, depth: 2 }])
  await trainer.validate(new Tuned(), batches(1))
  await trainer.fit(new Regression(), { train: batches(1) })
  expect(noted).toHaveLength(1)
})

test('a table of the module is printed where it is asked for', async () => {
  const info = vi.spyOn(console, 'info').mockImplementation(() => {})
  await quietTrainer({ enableModelSummary: true }).fit(new Regression(), { train: batches(1) })
  await quietTrainer().fit(new Regression(), { train: batches(1) })
  expect(info.mock.calls.map(([table]) => String(table).split('\n')[0])).toEqual(['name  type    parameters'])
  info.mockRestore()
})
