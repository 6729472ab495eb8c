import { expect, test } from 'vitest'
import { EarlyStopping, type EarlyStoppingOptions } from '../../src/callbacks/early-stopping.ts'
import { MisconfigurationError } from '../../src/errors/errors.ts'
import type { TrainerOptions } from '../../src/trainer/options.ts'
import { batches, quietTrainer, Regression } from '../support/training.ts'

/** Logs one value an epoch, from a hook of its own choosing. */
class Scored extends Regression {
  readonly scores: readonly number[]
  constructor(scores: readonly number[]) {
    super()
    this.scores = scores
  }
  override validationStep(): void {
    this.log('score', this.scores[this.currentEpoch]!)
  }
}

async function epochsOf(scores: readonly number[], options: EarlyStoppingOptions, trainerOptions: TrainerOptions = {}) {
  const callback = new EarlyStopping('score', options)
  const trainer = quietTrainer({ maxEpochs: scores.length, callbacks: [callback], ...trainerOptions })
  await trainer.fit(new Scored(scores), { train: batches(1), val: batches(1) })
  return { callback, epochs: trainer.currentEpoch }
}

test.for<[EarlyStoppingOptions, readonly number[], number, string | null]>([
  [{ patience: 2 }, [5, 3, 3.5, 3.25, 2, 1], 4, 'patience'],
  [{}, [5, 4, 3, 2], 4, null],
  [{ patience: 1, mode: 'max' }, [1, 2, 1, 3], 3, 'patience'],
  [{ patience: 1, minDelta: 0.5 }, [5, 4.5, 3], 2, 'patience'],
  [{ patience: 1, minDelta: 0.5 }, [5, 4.25, 4], 3, 'patience'],
  [{ stoppingThreshold: 1 }, [3, 1, 0.5, 0.25], 3, 'stopping threshold'],
  [{ divergenceThreshold: 10 }, [3, 11, 2], 2, 'divergence threshold'],
  [{ mode: 'max', stoppingThreshold: 0.9 }, [0.5, 0.95, 1], 2, 'stopping threshold'],
  [{}, [3, Number.NaN, 2], 2, 'not finite'],
  [{ checkFinite: false, patience: 2 }, [3, Number.NaN, Number.NaN, 2], 3, 'patience'],
  [{ patience: 0 }, [3, 2, 2, 1], 3, 'patience'],
])('with %o, scores %o end after %d epochs', async ([options, scores, expected, reason]) => {
  const { epochs, callback } = await epochsOf(scores, options)
  expect([epochs, callback.stoppingReason]).toEqual([expected, reason])
  expect(callback.stoppedEpoch).toBe(reason === null ? null : expected - 1)
})

test('minEpochs goes before it', async () => {
  const { epochs } = await epochsOf([1, 2, 3, 4, 5], { patience: 1 }, { minEpochs: 4 })
  expect(epochs).toBe(4)
})

test('it sees what the module logs at the end of the epoch itself', async () => {
  class Late extends Regression {
    override onTrainEpochEnd(): void {
      this.log('late', this.currentEpoch)
    }
  }
  const callback = new EarlyStopping('late', { patience: 2 })
  const trainer = quietTrainer({ maxEpochs: 9, callbacks: [callback] })
  await trainer.fit(new Late(), { train: batches(1) })
  expect([trainer.currentEpoch, callback.bestScore]).toEqual([3, 0])
})

test('with validations in mid-epoch it looks after each of them', async () => {
  let validations = 0
  class Often extends Regression {
    override validationStep(): void {
      this.log('score', validations++)
    }
  }
  const callback = new EarlyStopping('score', { patience: 2 })
  const trainer = quietTrainer({ callbacks: [callback], valCheckInterval: 1 })
  await trainer.fit(new Often(), { train: batches(9), val: batches(1) })
  expect(trainer.globalStep).toBe(3)
})

test('a metric that was not logged is an error, or with strict: false nothing', async () => {
  const fit = (options: EarlyStoppingOptions, trainerOptions: TrainerOptions = {}) =>
    quietTrainer({ callbacks: [new EarlyStopping('nope', options)], ...trainerOptions }).fit(new Scored([1]), {
      train: batches(1),
      val: batches(1),
    })
  await expect(fit({})).rejects.toThrow(
    'EarlyStopping: its metric was not logged, got monitor "nope"; there are score. Log it, or set strict: false',
  )
  await fit({ strict: false })
  await fit({}, { fastDevRun: true })
})

test('its state goes on where it was saved', async () => {
  const { callback } = await epochsOf([5, 6, 7], { patience: 9 })
  const other = new EarlyStopping('score')
  other.loadStateDict(callback.stateDict())
  expect(other.stateDict()).toEqual({ waitCount: 2, stoppedEpoch: null, stoppingReason: null, bestScore: 5 })
})

test.for<[EarlyStoppingOptions, string]>([
  [{ mode: 'less' as never }, `EarlyStopping: mode is 'min' or 'max', got "less"`],
  [{ patience: 1.5 }, 'EarlyStopping: patience is a whole number ≥ 0, got 1.5'],
  [{ minDelta: -1 }, 'EarlyStopping: minDelta is a number ≥ 0, got -1'],
])('%o is refused', ([options, message]) => {
  expect(() => new EarlyStopping('x', options)).toThrow(new MisconfigurationError(message))
})
