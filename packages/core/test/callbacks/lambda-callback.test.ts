import { expect, test } from 'vitest'
import { LambdaCallback } from '../../src/callbacks/lambda-callback.ts'
import { MisconfigurationError } from '../../src/errors/errors.ts'
import { batches, quietTrainer, Regression } from '../support/training.ts'

test('functions are called as hooks', async () => {
  const events: unknown[] = []
  const callback = new LambdaCallback({
    onTrainStart: () => void events.push('start'),
    onTrainBatchEnd: (trainer, _module, _outputs, _batch, batchIdx) => void events.push([trainer.globalStep, batchIdx]),
  })
  await quietTrainer({ callbacks: [callback] }).fit(new Regression(), { train: batches(2) })
  expect(events).toEqual(['start', [1, 0], [2, 1]])
})

test('a hook that there is not, or that is no function, is refused', () => {
  expect(() => new LambdaCallback({ onTrainEpochsEnd: () => {} } as object)).toThrow(MisconfigurationError)
  expect(() => new LambdaCallback({ onTrainEnd: 3 } as object)).toThrow(
    'a hook is a function, got number for onTrainEnd',
  )
})
