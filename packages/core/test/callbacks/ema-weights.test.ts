import { describe, expect, test } from 'vitest'
import type { Callback } from '../../src/callbacks/callback.ts'
import { EMAWeights } from '../../src/callbacks/ema-weights.ts'
import { MisconfigurationError, OutOfRangeError } from '../../src/errors/errors.ts'
import { batches, quietTrainer, Regression } from '../support/training.ts'

/** The weights after each step of a fit without averages. */
async function weightsByStep(count: number, options = {}): Promise<number[][]> {
  const weights: number[][] = []
  const look: Callback = {
    onTrainBatchEnd: async (_trainer, module) => void weights.push(await (module as unknown as Regression).numbers()),
  }
  await quietTrainer({ callbacks: [look], ...options }).fit(new Regression(), { train: batches(count) })
  return weights
}

/** Σ of the formula that is in every textbook. */
function closedForm(weights: readonly number[][], decay: number): number[] {
  return weights
    .slice(1)
    .reduce((average, now) => average.map((x, i) => decay * x + (1 - decay) * now[i]!), weights[0]!)
}

function expectClose(found: readonly number[], expected: readonly number[]): void {
  for (const [i, x] of found.entries()) expect(x).toBeCloseTo(expected[i]!, 13)
}

test('after the training the weights are the moving average of those after each step', async () => {
  const weights = await weightsByStep(6)
  const module = new Regression()
  await quietTrainer({ callbacks: [new EMAWeights({ decay: 0.9 })] }).fit(module, { train: batches(6) })
  expectClose(await module.numbers(), closedForm(weights, 0.9))
})

test('updates come every so many steps, from a step on', async () => {
  const weights = await weightsByStep(8)
  const module = new Regression()
  const ema = new EMAWeights({ decay: 0.5, everyNSteps: 2, startStep: 3 })
  await quietTrainer({ callbacks: [ema] }).fit(module, { train: batches(8) })
  expectClose(await module.numbers(), closedForm([weights[3]!, weights[5]!, weights[7]!], 0.5))
})

test('a batch that only accumulates moves no average', async () => {
  const [, second, , fourth] = await weightsByStep(4, { accumulateGradBatches: 2 })
  const module = new Regression()
  const options = { accumulateGradBatches: 2, callbacks: [new EMAWeights({ decay: 0.5 })] }
  await quietTrainer(options).fit(module, { train: batches(4) })
  expectClose(await module.numbers(), closedForm([second!, fourth!], 0.5))
})

describe('validation', () => {
  class Validated extends Regression {
    readonly seen: number[][] = []

    override validationStep(): void {}

    override async onValidationEpochEnd(): Promise<void> {
      this.seen.push(await this.numbers())
    }
  }

  const fit = (module: Validated, callbacks: readonly Callback[]) =>
    quietTrainer({ callbacks, maxEpochs: 2, numSanityValSteps: 1 }).fit(module, { train: batches(3), val: batches(2) })

  test('runs on the averages, and the training goes on with its own weights', async () => {
    const weights = await weightsByStep(3, { maxEpochs: 2 })
    const module = new Validated()
    const before = await module.numbers()
    await fit(module, [new EMAWeights({ decay: 0.8 })])
    expect(module.seen[0]).toEqual(before)
    expectClose(module.seen[1]!, closedForm(weights.slice(0, 3), 0.8))
    expectClose(module.seen[2]!, closedForm(weights, 0.8))
    expectClose(await module.numbers(), closedForm(weights, 0.8))
  })

  test('runs on the weights as trained when told so', async () => {
    const weights = await weightsByStep(3, { maxEpochs: 2 })
    const module = new Validated()
    await fit(module, [new EMAWeights({ decay: 0.8, validate: false })])
    expectClose(module.seen[2]!, weights[5]!)
  })

  test('that fails gives the weights back as trained', async () => {
    const weights = await weightsByStep(3)
    class Failing extends Validated {
      override validationStep(): void {
        if (this.globalStep > 0) throw new Error('in validation')
      }
    }
    const module = new Failing()
    await expect(fit(module, [new EMAWeights({ decay: 0.8 })])).rejects.toThrow('in validation')
    expectClose(await module.numbers(), weights[2]!)
  })
})

test('its state goes on in another fit', async () => {
  const weights = await weightsByStep(3, { maxEpochs: 2 })
  const [module, first, second] = [new Regression(), new EMAWeights({ decay: 0.7 }), new EMAWeights({ decay: 0.7 })]
  expect(() => first.stateDict()).toThrow(MisconfigurationError)
  const trained: Callback = {
    // Before the averages take the place of the weights.
    onTrainEpochEnd: async (_trainer, running) => void (saved = running.stateDict()),
  }
  let saved = module.stateDict()
  await quietTrainer({ callbacks: [trained, first] }).fit(module, { train: batches(3) })
  const state = first.stateDict()
  module.loadStateDict(saved)
  second.loadStateDict({ ...state, lastStep: 0 })
  await quietTrainer({ callbacks: [second] }).fit(module, { train: batches(3) })
  expectClose(await module.numbers(), closedForm(weights, 0.7))
})

test('what is out of range is refused', () => {
  for (const decay of [1, -0.1, Number.NaN]) expect(() => new EMAWeights({ decay })).toThrow(OutOfRangeError)
  expect(() => new EMAWeights({ everyNSteps: 0 })).toThrow('EMAWeights: everyNSteps is a whole number ≥ 1, got 0')
  expect(() => new EMAWeights({ startStep: -1 })).toThrow(OutOfRangeError)
})
