import { expect, test } from 'vitest'
import type { Accelerator } from '../../src/accelerator/accelerator.ts'
import { reference } from '../../src/accelerator/reference/reference.ts'
import type { Callback } from '../../src/callbacks/callback.ts'
import { ModelCheckpoint } from '../../src/callbacks/model-checkpoint.ts'
import { OnExceptionCheckpoint } from '../../src/callbacks/on-exception-checkpoint.ts'
import { DeviceLostError } from '../../src/errors/errors.ts'
import { Profiler } from '../../src/profiler/profiler.ts'
import { MemoryStore } from '../support/memory-store.ts'
import { batches, quietTrainer, Regression } from '../support/training.ts'

/** A reference that can be lost; downloads fail from then on. */
function losable(): { readonly accelerator: Accelerator; lose(): void } {
  const inner = reference()
  const loss = new DeviceLostError('reference: the device is gone, got "unplugged"')
  let isGone = false
  let tell: (error: DeviceLostError) => void = () => {}
  const lost = new Promise<DeviceLostError>((resolve) => {
    tell = resolve
  })
  const download: Accelerator['download'] = async (buffers) => {
    if (isGone) throw new Error('the driver has no such buffer')
    return inner.download(buffers)
  }
  return {
    accelerator: { ...inner, lost, download },
    lose() {
      isGone = true
      tell(loss)
    },
  }
}

/** Logs a score that is better the less it is, and gets worse with each epoch. */
class Worsening extends Regression {
  override onTrainEpochEnd(): void {
    this.log('score', this.trainer.currentEpoch)
  }
}

/** Loses the device with batch `at` of all. */
function losing(lose: () => void, at: number): Callback & { batches: number; hooks: string[] } {
  return {
    batches: 0,
    hooks: [],
    onTrainBatchEnd() {
      if (this.batches++ === at) lose()
    },
    onException() {
      this.hooks.push('onException')
    },
    onTrainEnd() {
      this.hooks.push('onTrainEnd')
    },
    teardown() {
      this.hooks.push('teardown')
    },
  }
}

test('a fit on a lost device ends after the running batch, with the loss and the hooks of an end', async () => {
  const { accelerator, lose } = losable()
  const seen = losing(lose, 1)
  const fit = quietTrainer({ accelerator, callbacks: [seen] }).fit(new Regression(), { train: batches(5) })
  await expect(fit).rejects.toThrow(DeviceLostError)
  await expect(fit).rejects.toThrow('the device is gone, got "unplugged"')
  expect(seen.batches).toBe(2)
  expect(seen.hooks).toEqual(['onException', 'teardown'])
})

test('the loss names the newest checkpoint, which need not be the best', async () => {
  const { accelerator, lose } = losable()
  const store = new MemoryStore()
  const saving = new ModelCheckpoint({ store, monitor: 'score', saveTopK: 2 })
  const callbacks = [losing(lose, 5), saving]
  const fit = quietTrainer({ accelerator, callbacks, maxEpochs: 9 }).fit(new Worsening(), { train: batches(2) })
  const error: unknown = await fit.catch((reason: unknown) => reason)
  expect(saving.bestModelPath).toBe('memory/epoch=0-step=2.safetensors')
  expect((error as Error).message).toMatch(/; the last checkpoint is memory\/epoch=1-step=4\.safetensors$/)
  expect((error as Error).stack).toContain('the last checkpoint is memory/epoch=1-step=4.safetensors')
})

test('a resumed fit that saves nothing names the file that it went on from', async () => {
  const { accelerator, lose } = losable()
  const store = new MemoryStore()
  const saving = () => new ModelCheckpoint({ store, monitor: 'score', saveTopK: 2 })
  await quietTrainer({ callbacks: [saving()], maxEpochs: 2 }).fit(new Worsening(), { train: batches(2) })
  const checkpoint = store.read('epoch=1-step=4.safetensors')
  const trainer = quietTrainer({ accelerator, callbacks: [losing(lose, 0), saving()], maxEpochs: 3 })
  const fit = trainer.fit(new Worsening(), { train: batches(2) }, { checkpoint })
  await expect(fit).rejects.toThrow(/; the last checkpoint is memory\/epoch=1-step=4\.safetensors$/)
})

test('a file that the loss kept from being written is not named', async () => {
  const { accelerator, lose } = losable()
  const store = new MemoryStore()
  const callbacks: Callback[] = [new ModelCheckpoint({ store }), { onTrainEpochEnd: () => lose() }]
  const fit = quietTrainer({ accelerator, callbacks }).fit(new Regression(), { train: batches(2) })
  await expect(fit).rejects.toThrow(/got "unplugged"$/)
  expect(store.names).toEqual([])
})

test('a second run on the lost device names its own checkpoints alone', async () => {
  const { accelerator, lose } = losable()
  const callbacks = [new ModelCheckpoint({ store: new MemoryStore() }), losing(lose, 2)]
  const trainer = quietTrainer({ accelerator, callbacks, maxEpochs: 2 })
  await expect(trainer.fit(new Regression(), { train: batches(2) })).rejects.toThrow(/epoch=0-step=2/)
  const again = quietTrainer({ accelerator }).fit(new Regression(), { train: batches(1) })
  await expect(again).rejects.toThrow(/got "unplugged"$/)
})

test('what could not be read from a lost device is not saved, and hides no loss', async () => {
  const { accelerator, lose } = losable()
  const store = new MemoryStore()
  const callbacks = [new OnExceptionCheckpoint({ store }), new ModelCheckpoint({ store }), losing(lose, 2)]
  const fit = quietTrainer({ accelerator, callbacks, maxEpochs: 2 }).fit(new Regression(), { train: batches(2) })
  await expect(fit).rejects.toThrow(/"unplugged"; the last checkpoint is memory\/epoch=0-step=2\.safetensors$/)
  expect(store.names).toEqual(['epoch=0-step=2.safetensors'])
})

test('a profiled run hears of the loss, too', async () => {
  const { accelerator, lose } = losable()
  const options = { accelerator, callbacks: [losing(lose, 0)], profiler: new Profiler() }
  const fit = quietTrainer(options).fit(new Regression(), { train: batches(2) })
  await expect(fit).rejects.toThrow(DeviceLostError)
})

test('validation on a lost device ends with the loss', async () => {
  const { accelerator, lose } = losable()
  class Losing extends Regression {
    override validationStep(): void {
      lose()
    }
  }
  await expect(quietTrainer({ accelerator }).validate(new Losing(), batches(2))).rejects.toThrow(DeviceLostError)
})
