import { expect, test, vi } from 'vitest'
import type { Callback } from '../../src/callbacks/callback.ts'
import { DataLoader } from '../../src/data/data-loader.ts'
import { defaultGenerator, manualSeed } from '../../src/tensor/generator.ts'
import { rand } from '../../src/tensor/random.ts'
import { type Batch, batches, quietTrainer, Regression } from '../support/training.ts'

class Validated extends Regression {
  readonly seen: string[] = []
  override validationStep(batch: Batch, batchIdx: number): void {
    this.seen.push(`${this.trainer.sanityChecking ? 'sanity ' : ''}${batchIdx}`)
    this.log('val_loss', this.loss(batch), { progBar: true })
    rand([1])
  }
}

const data = { train: batches(1), val: batches(3) }

test.for<[number, string[]]>([
  [0, []],
  [1, ['sanity 0']],
  [2, ['sanity 0', 'sanity 1']],
  [9, ['sanity 0', 'sanity 1', 'sanity 2']],
  [-1, ['sanity 0', 'sanity 1', 'sanity 2']],
])('numSanityValSteps %d validates so many batches before the training', async ([numSanityValSteps, before]) => {
  const module = new Validated()
  await quietTrainer({ numSanityValSteps }).fit(module, data)
  expect(module.seen).toEqual([...before, '0', '1', '2'])
})

test('its metrics leave no trace, and its random numbers neither', async () => {
  const seen: unknown[] = []
  const callback: Callback = {
    onSanityCheckStart: ({ sanityChecking }) => void seen.push(sanityChecking),
    onSanityCheckEnd: ({ sanityChecking }) => void seen.push(sanityChecking),
    onTrainStart: async (trainer) => {
      const { sanityChecking, callbackMetrics } = trainer
      seen.push([sanityChecking, callbackMetrics, await trainer.readProgressMetrics(), defaultGenerator.state])
    },
  }
  const module = new Validated()
  manualSeed(3)
  await quietTrainer({ numSanityValSteps: 2, callbacks: [callback] }).fit(module, data)
  expect(seen).toEqual([true, true, [false, {}, {}, { seed: 3, draws: 0 }]])
})

test('a shuffled loader is in the order of its first epoch after it', async () => {
  const val = new DataLoader(batches(4), { shuffle: true, collate: ([batch]) => batch! })
  const epochs: number[] = []
  const onTrainStart = () => void epochs.push(val.epoch)
  await quietTrainer({ numSanityValSteps: 2, callbacks: [{ onTrainStart }] }).fit(new Validated(), { ...data, val })
  expect([...epochs, val.epoch]).toEqual([0, 1])
})

test('by default it has two batches', async () => {
  const module = new Validated()
  await quietTrainer({ numSanityValSteps: undefined as never }).fit(module, data)
  expect(module.seen.slice(0, 3)).toEqual(['sanity 0', 'sanity 1', '0'])
})

test('what fails in it fails the fit before a step was taken', async () => {
  const module = new Validated()
  module.validationStep = vi.fn(() => {
    throw new Error('broken')
  })
  const trainer = quietTrainer({ numSanityValSteps: 1 })
  await expect(trainer.fit(module, data)).rejects.toThrow('broken')
  expect(trainer.globalStep).toBe(0)
})

test('a metric of an epoch begins anew after it', async () => {
  const means: number[] = []
  const onValidationEnd: Callback['onValidationEnd'] = ({ callbackMetrics }) =>
    void means.push(callbackMetrics.val_loss!)
  const module = new Validated()
  module.configureOptimizers = () => null
  await quietTrainer({ numSanityValSteps: -1, callbacks: [{ onValidationEnd }] }).fit(module, data)
  expect(means[0]).toBe(means[1])
})
