import { expect, test } from 'vitest'
import type { Callback } from '../../src/callbacks/callback.ts'
import { ModelCheckpoint } from '../../src/callbacks/model-checkpoint.ts'
import { OnExceptionCheckpoint } from '../../src/callbacks/on-exception-checkpoint.ts'
import { MemoryStore } from '../support/memory-store.ts'
import { adam, expectSame, fit, type Scene } from '../support/resuming.ts'

const accumulating: Scene = { ...adam, options: { accumulateGradBatches: 2 } }

test.each([0, 2, 4, 6])(
  'a fit that is aborted in batch %d is saved, and goes on as if it had not been',
  async (batch) => {
    const straight = await fit(accumulating, 2)
    const store = new MemoryStore()
    const controller = new AbortController()
    const events: string[] = []
    const abort: Callback = {
      onTrainBatchStart: (trainer, _module, _batch, batchIdx) => {
        if (5 * trainer.currentEpoch + batchIdx === batch) controller.abort()
      },
      onInterrupt: () => void events.push('interrupt'),
      onTrainEpochEnd: () => void events.push('epoch end'),
      onTrainEnd: () => void events.push('train end'),
    }
    const aborted: Scene = { ...accumulating, options: { ...accumulating.options!, signal: controller.signal } }
    await fit(aborted, 2, undefined, [abort, new ModelCheckpoint({ store, everyNTrainSteps: 100 })])
    expect(events.filter((event) => event === 'interrupt')).toHaveLength(1)
    expect(events.at(-1)).toBe('train end')
    expect(store.names).toEqual(['last.safetensors'])
    expectSame(await fit(accumulating, 2, store.read('last.safetensors')), straight)
  },
)

test.each([0, 1, 3, 7])(
  'a fit that fails in batch %d is saved as it was before, random numbers included',
  async (batch) => {
    const straight = await fit(accumulating, 2)
    const store = new MemoryStore()
    let batches = 0
    const fail: Callback = {
      onBeforeBackward: () => {
        if (batches++ === batch) throw new Error('in the middle of a batch')
      },
    }
    const saving = new OnExceptionCheckpoint({ store })
    await expect(fit(accumulating, 2, undefined, [fail, saving])).rejects.toThrow('in the middle of a batch')
    expect(saving.path).toBe('memory/on-exception.safetensors')
    expectSame(await fit(accumulating, 2, store.read('on-exception.safetensors')), straight)
  },
)

test('a fit that does not fail, or fails before it began, leaves no such file', async () => {
  const store = new MemoryStore()
  await fit(adam, 1, undefined, [new OnExceptionCheckpoint({ store })])
  const fail: Callback = {
    onFitStart: () => {
      throw new Error('at the beginning')
    },
  }
  await expect(fit(adam, 1, undefined, [fail, new OnExceptionCheckpoint({ store })])).rejects.toThrow(
    'at the beginning',
  )
  expect(store.names).toEqual([])
})
