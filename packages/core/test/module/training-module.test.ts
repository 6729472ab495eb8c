import { expect, test } from 'vitest'
import { batches, quietTrainer, Regression } from '../support/training.ts'

test('counters follow the fit, and are 0 outside of one', async () => {
  const seen: number[][] = []
  class Counting extends Regression {
    override onTrainBatchEnd(): void {
      seen.push([this.currentEpoch, this.globalStep])
    }
  }
  const module = new Counting()
  await quietTrainer({ maxEpochs: 2 }).fit(module, { train: batches(2) })
  expect(seen).toEqual([
    [0, 1],
    [0, 2],
    [1, 3],
    [1, 4],
  ])
  expect([module.currentEpoch, module.globalStep]).toEqual([0, 0])
})

test('the optimizers are the same objects in every step, and gone with the fit', async () => {
  const seen = new Set<unknown>()
  class Looking extends Regression {
    override onTrainBatchStart(): void {
      seen.add(this.optimizer())
      seen.add(this.optimizers()[0])
    }
  }
  const module = new Looking()
  await quietTrainer().fit(module, { train: batches(3) })
  expect(seen.size).toBe(1)
  expect(() => module.optimizers()).toThrow('Looking: is not being trained')
})

test('a hook may be asynchronous, and an instance may bring its own', async () => {
  const events: string[] = []
  const module = new Regression()
  module.onTrainStart = async () => {
    await new Promise((resolve) => setTimeout(resolve, 1))
    events.push('start')
  }
  module.onTrainEnd = () => void events.push('end')
  await quietTrainer().fit(module, { train: batches(1) })
  expect(events).toEqual(['start', 'end'])
})
