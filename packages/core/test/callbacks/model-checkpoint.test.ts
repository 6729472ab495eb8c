import { describe, expect, test } from 'vitest'
import { reference } from '../../src/accelerator/reference/reference.ts'
import type { Callback } from '../../src/callbacks/callback.ts'
import { ModelCheckpoint } from '../../src/callbacks/model-checkpoint.ts'
import type { ModelCheckpointOptions } from '../../src/callbacks/model-checkpoint-options.ts'
import { DeviceLostError, MisconfigurationError } from '../../src/errors/errors.ts'
import type { OptimizerConfig } from '../../src/module/optimizer-config.ts'
import { SGD } from '../../src/optim/sgd.ts'
import type { TrainerOptions } from '../../src/trainer/options.ts'
import { MemoryStore } from '../support/memory-store.ts'
import { batches, quietTrainer, Regression } from '../support/training.ts'

/** Logs `scores` as `score`, one a validation. */
class Scored extends Regression {
  readonly #scores: readonly number[]
  #validations = 0

  constructor(scores: readonly number[] = []) {
    super()
    this.#scores = scores
  }

  override validationStep(): void {
    this.log('score', this.#scores[this.#validations] ?? 0)
  }

  override onValidationEnd(): void {
    this.#validations++
  }
}

interface Saving extends Omit<ModelCheckpointOptions, 'store'> {
  readonly trainer?: TrainerOptions
  readonly scores?: readonly number[]
  readonly store?: MemoryStore
  readonly train?: number
}

async function saving({ trainer = {}, scores, store = new MemoryStore(), train = 4, ...options }: Saving) {
  const callback = new ModelCheckpoint({ store, ...options })
  const callbacks = [callback, ...(trainer.callbacks ?? [])]
  const fit = quietTrainer({ maxEpochs: 3, numSanityValSteps: 0, ...trainer, callbacks })
  const val = scores === undefined ? {} : { val: batches(1) }
  await fit.fit(new Scored(scores), { train: batches(train), ...val })
  return { callback, store }
}

test('by default the latest epoch is kept', async () => {
  const { callback, store } = await saving({})
  expect(store.names).toEqual(['epoch=2-step=12.safetensors'])
  expect(callback.bestModelPath).toBe('memory/epoch=2-step=12.safetensors')
  expect(store.events.slice(0, 3)).toEqual([
    'write epoch=0-step=4.safetensors',
    'write epoch=1-step=8.safetensors',
    'remove epoch=0-step=4.safetensors',
  ])
  const { epoch, globalStep } = store.read('epoch=2-step=12.safetensors')
  expect([epoch, globalStep]).toEqual([3, 12])
})

test('every three steps, all of them', async () => {
  const { store } = await saving({ everyNTrainSteps: 3, saveTopK: -1, trainer: { maxEpochs: 2 } })
  expect(store.names).toEqual(['epoch=0-step=3.safetensors', 'epoch=1-step=6.safetensors'])
  const { epoch, globalStep, loop } = store.read('epoch=1-step=6.safetensors')
  expect([epoch, globalStep, (loop as { batch: number }).batch]).toEqual([1, 6, 2])
})

test('a step that takes several batches is saved once', async () => {
  const trainer = { accumulateGradBatches: 2, maxEpochs: 1 }
  const { store } = await saving({ everyNTrainSteps: 1, saveTopK: -1, trainer })
  expect(store.events).toEqual(['write epoch=0-step=1.safetensors', 'write epoch=0-step=2.safetensors'])
})

test('every other epoch', async () => {
  const { store } = await saving({ everyNEpochs: 2, saveTopK: -1, trainer: { maxEpochs: 5 } })
  expect(store.names).toEqual(['epoch=1-step=8.safetensors', 'epoch=3-step=16.safetensors'])
})

test('after each batch with which the time is over', async () => {
  const { store } = await saving({ trainTimeInterval: { seconds: 0 }, saveTopK: -1, trainer: { maxEpochs: 1 } })
  expect(store.names).toHaveLength(4)
  const rarely = await saving({ trainTimeInterval: '01:00:00:00', trainer: { maxEpochs: 1 } })
  expect(rarely.store.names).toEqual([])
})

describe('with a monitor the best are kept', () => {
  const scores = [3, 1, Number.NaN, 2, 5]
  const options = { monitor: 'score', filename: '{epoch}', scores, trainer: { maxEpochs: 5 } }

  test.each<[mode: 'min' | 'max', saveTopK: number, kept: [name: number, score: number][]]>([
    ['min', 1, [[1, 1]]],
    [
      'min',
      2,
      [
        [1, 1],
        [3, 2],
      ],
    ],
    [
      'max',
      3,
      [
        [4, 5],
        [0, 3],
        [3, 2],
      ],
    ],
    [
      'min',
      -1,
      [
        [1, 1],
        [3, 2],
        [0, 3],
        [4, 5],
        [2, Number.NaN],
      ],
    ],
    ['min', 0, []],
  ])('%s, %d of them', async (mode, saveTopK, kept) => {
    const { callback, store } = await saving({ ...options, mode, saveTopK })
    const files = kept.map(([epoch]) => `epoch=${epoch}.safetensors`)
    expect(store.names).toEqual(files.toSorted())
    expect([...callback.bestKModels]).toEqual(kept.map(([, score], i) => [`memory/${files[i]}`, score]))
    expect(callback.bestModelScore).toBe(kept[0]?.[1] ?? null)
  })

  test('a file goes once the one in its place is whole', async () => {
    const { store } = await saving({ ...options, scores: [3, 2], trainer: { maxEpochs: 2 } })
    expect(store.events).toEqual([
      'write epoch=0.safetensors',
      'write epoch=1.safetensors',
      'remove epoch=0.safetensors',
    ])
  })

  test('and one that is not among them is not written', async () => {
    const { store } = await saving({ ...options, scores: [1, 2], trainer: { maxEpochs: 2 } })
    expect(store.events).toEqual(['write epoch=0.safetensors'])
  })

  test('with a metric that was not logged there is an error', async () => {
    await expect(saving({ ...options, monitor: 'other' })).rejects.toThrow(
      'ModelCheckpoint: its metric was not logged, got monitor "other"; there are score',
    )
  })
})

test('a validation in the middle of an epoch is saved where it was', async () => {
  const trainer = { maxEpochs: 1, valCheckInterval: 2 }
  const { store } = await saving({ monitor: 'score', scores: [2, 1], saveTopK: -1, trainer })
  expect(store.names).toEqual(['epoch=0-step=2.safetensors', 'epoch=0-step=4.safetensors'])
  expect((store.read('epoch=0-step=2.safetensors').loop as { batch: number }).batch).toBe(2)
})

test('the latest is also kept as last, and weights may be all that is saved', async () => {
  const { callback, store } = await saving({ saveLast: true, saveWeightsOnly: true, saveTopK: 0 })
  expect(store.names).toEqual(['last.safetensors'])
  expect(callback.lastModelPath).toBe('memory/last.safetensors')
  expect(Object.keys(store.read('last.safetensors')).sort()).toEqual(['epoch', 'globalStep', 'stateDict'])
})

test('a name that is taken gets a version, and what was there stays', async () => {
  const store = new MemoryStore()
  store.files.set('best.safetensors', Uint8Array.of(1))
  const { callback } = await saving({ store, filename: 'best', trainer: { maxEpochs: 2 } })
  expect(store.names).toEqual(['best-v1.safetensors', 'best.safetensors'])
  expect([...store.files.get('best.safetensors')!]).toEqual([1])
  expect(callback.bestModelPath).toBe('memory/best-v1.safetensors')
})

test('names hold metrics', async () => {
  const options = { monitor: 'score', scores: [0.123], filename: '{epoch:02d}-{score:.1f}' }
  const { store } = await saving({ ...options, trainer: { maxEpochs: 1 } })
  expect(store.names).toEqual(['epoch=00-score=0.1.safetensors'])
  const bare = await saving({ ...options, autoInsertMetricName: false, trainer: { maxEpochs: 1 } })
  expect(bare.store.names).toEqual(['00-0.1.safetensors'])
})

test('a sanity check and a trial leave nothing', async () => {
  const trial = await saving({ trainer: { fastDevRun: true }, scores: [1] })
  expect(trial.store.names).toEqual([])
  const sane = await saving({ monitor: 'score', scores: [1, 2], trainer: { numSanityValSteps: 1, maxEpochs: 1 } })
  expect(sane.store.events).toEqual(['write epoch=0-step=4.safetensors'])
})

test('a file that cannot be written ends the fit, and those before stay', async () => {
  const store = new MemoryStore()
  const fill: Callback = { onTrainEpochStart: ({ currentEpoch }) => void (store.isFull = currentEpoch === 1) }
  await expect(saving({ store, trainer: { callbacks: [fill] } })).rejects.toThrow('the disk is full')
  expect(store.names).toEqual(['epoch=0-step=4.safetensors'])
})

test('what was written is given back: as many buffers live after step 3 and step 30', async () => {
  const accelerator = reference()
  const live: number[] = []
  const look: Callback = { onTrainBatchStart: () => void live.push(accelerator.stats().liveBuffers) }
  class Momentum extends Regression {
    override configureOptimizers(): OptimizerConfig {
      return new SGD(this.parameters(), { lr: 0.1, momentum: 0.9 })
    }
  }
  const callbacks = [new ModelCheckpoint({ store: new MemoryStore(), everyNTrainSteps: 1 }), look]
  await quietTrainer({ accelerator, callbacks }).fit(new Momentum(), { train: batches(31) })
  expect(live[30]).toBe(live[3])
})

test('a resumed fit knows what was kept', async () => {
  const first = await saving({ monitor: 'score', scores: [1], filename: '{epoch}', trainer: { maxEpochs: 1 } })
  const checkpoint = first.store.read('epoch=0.safetensors')
  const second = new ModelCheckpoint({ store: first.store, monitor: 'score', filename: '{epoch}' })
  const trainer = quietTrainer({ callbacks: [second], maxEpochs: 3 })
  await trainer.fit(new Scored([2, 0.5]), { train: batches(4), val: batches(1) }, { checkpoint })
  expect(first.store.names).toEqual(['epoch=2.safetensors'])
  expect(second.bestModelScore).toBe(0.5)
})

test('who loses the device is told where to go on', async () => {
  const lose: Callback = {
    onTrainEpochStart: ({ currentEpoch }) => {
      if (currentEpoch === 2) throw new DeviceLostError('cpu: the device is gone')
    },
  }
  await expect(saving({ trainer: { callbacks: [lose] } })).rejects.toThrow(
    /the device is gone; the last checkpoint is memory\/epoch=1-step=8\.safetensors/,
  )
})

test.each<[fault: string, options: Partial<ModelCheckpointOptions>]>([
  ['saveTopK is −1, 0 or 1', { saveTopK: 2 }],
  ['saveTopK is a whole number ≥ −1', { saveTopK: -2, monitor: 'a' }],
  ['exclude each other', { everyNEpochs: 1, everyNTrainSteps: 1 }],
  ['exclude each other', { everyNEpochs: 1, trainTimeInterval: { hours: 1 } }],
  ['everyNTrainSteps is a whole number ≥ 0', { everyNTrainSteps: -1 }],
  ["mode is 'min' or 'max'", { mode: 'best' as 'min' }],
  ['store is where files go', { store: undefined as never }],
  ['a field of a file name', { filename: '{epoch' }],
])('options are refused: %s', (fault, options) => {
  const make = () => new ModelCheckpoint({ store: new MemoryStore(), ...options })
  expect(make).toThrow(MisconfigurationError)
  expect(make).toThrow(fault)
})
