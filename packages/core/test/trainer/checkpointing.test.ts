import { describe, expect, test } from 'vitest'
import { ModelCheckpoint } from '../../src/callbacks/model-checkpoint.ts'
import type { TrainerOptions } from '../../src/trainer/options.ts'
import { MemoryStore } from '../support/memory-store.ts'
import { batches, quietTrainer, Regression } from '../support/training.ts'

/** What a fit of two epochs leaves in its default root. */
async function saved(options: TrainerOptions): Promise<string[]> {
  const store = new MemoryStore()
  const trainer = quietTrainer({ maxEpochs: 2, defaultRootDir: store, ...options })
  await trainer.fit(new Regression(), { train: batches(3) })
  return store.names
}

describe('with a default root', () => {
  test.each<TrainerOptions>([{}, { enableCheckpointing: true }])('%o saves the latest epoch', async (options) => {
    expect(await saved(options)).toEqual(['epoch=1-step=6.safetensors'])
  })

  test.each<TrainerOptions>([{ enableCheckpointing: false }, { fastDevRun: true }])(
    '%o saves nothing',
    async (options) => {
      expect(await saved(options)).toEqual([])
    },
  )

  test('a ModelCheckpoint among the callbacks is the only one', async () => {
    const store = new MemoryStore()
    const callbacks = [new ModelCheckpoint({ store, everyNTrainSteps: 2 })]
    expect(await saved({ callbacks, enableCheckpointing: true })).toEqual([])
    expect(store.names).toEqual(['epoch=1-step=6.safetensors'])
  })

  test('a ModelCheckpoint of the module takes the place of the added one', async () => {
    const [ofTrainer, ofModule] = [new MemoryStore(), new MemoryStore()]
    class Saving extends Regression {
      override configureCallbacks(): ModelCheckpoint {
        return new ModelCheckpoint({ store: ofModule })
      }
    }
    const trainer = quietTrainer({ maxEpochs: 1, defaultRootDir: ofTrainer })
    await trainer.fit(new Saving(), { train: batches(1) })
    expect([ofTrainer.names, ofModule.names]).toEqual([[], ['epoch=0-step=1.safetensors']])
  })

  test('a fit goes on from what was saved', async () => {
    const store = new MemoryStore()
    await quietTrainer({ maxEpochs: 1, defaultRootDir: store }).fit(new Regression(), { train: batches(3) })
    const checkpoint = store.read('epoch=0-step=3.safetensors')
    const trainer = quietTrainer({ maxEpochs: 2, defaultRootDir: store })
    await trainer.fit(new Regression(), { train: batches(3) }, { checkpoint })
    expect(store.names).toEqual(['epoch=1-step=6.safetensors'])
  })
})
