import { expect, test } from 'vitest'
import type { Callback } from '../../src/callbacks/callback.ts'
import {
  StochasticWeightAveraging,
  type StochasticWeightAveragingOptions,
} from '../../src/callbacks/stochastic-weight-averaging.ts'
import { MisconfigurationError } from '../../src/errors/errors.ts'
import type { OptimizerConfig } from '../../src/module/optimizer-config.ts'
import { BatchNorm1d } from '../../src/nn/batch-norm.ts'
import { ExponentialLR } from '../../src/optim/lr-scheduler/exponential-lr.ts'
import { SGD } from '../../src/optim/sgd.ts'
import { tensor } from '../../src/tensor/creation.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { type Batch, batches, quietTrainer, Regression } from '../support/training.ts'

/** Runs a fit of 5 epochs and notes rates and weights as each begins. */
async function averaged(options: StochasticWeightAveragingOptions, module: Regression = new Regression()) {
  const [rates, starts]: [number[][], number[][]] = [[], []]
  const look: Callback = {
    onTrainEpochStart: async () => void starts.push(await module.numbers()),
    onTrainBatchEnd: (trainer) =>
      void (rates[trainer.currentEpoch] ??= []).push(trainer.optimizers[0]!.paramGroups[0]!.lr),
  }
  const swa = new StochasticWeightAveraging(options)
  await quietTrainer({ callbacks: [swa, look], maxEpochs: 5 }).fit(module, { train: batches(2) })
  return { rates, starts, weights: await module.numbers() }
}

function mean(rows: readonly number[][]): number[] {
  return rows[0]!.map((_, i) => rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length)
}

test('the weights become the mean of those with which the last epochs began', async () => {
  const { starts, weights } = await averaged({ swaLrs: 0.05, swaEpochStart: 3 })
  const expected = mean(starts.slice(2))
  for (const [i, x] of weights.entries()) expect(x).toBeCloseTo(expected[i]!, 14)
})

test.each<[what: string, options: Partial<StochasticWeightAveragingOptions>, share: (epochs: number) => number]>([
  ['by a cosine', { annealingEpochs: 3 }, (t) => (1 - Math.cos((Math.PI * t) / 3)) / 2],
  ['on a line', { annealingEpochs: 2, annealingStrategy: 'linear' }, (t) => Math.min(1, t / 2)],
  ['at once', { annealingEpochs: 0 }, () => 1],
])('the learning rate goes to its own %s', async (_, options, share) => {
  const { rates } = await averaged({ swaLrs: 0.01, swaEpochStart: 2, ...options })
  const expected = [0, 1, 2, 3, 4].map((epoch) => {
    const part = epoch < 1 ? 0 : share(epoch - 1)
    return 0.01 * part + 0.1 * (1 - part)
  })
  expect(rates).toEqual(expected.map((lr) => [lr, lr]))
})

test('a scheduler has no say any more', async () => {
  class Scheduled extends Regression {
    override configureOptimizers(): OptimizerConfig {
      const optimizer = new SGD(this.parameters(), { lr: 0.1 })
      return { optimizer, lrScheduler: { scheduler: new ExponentialLR(optimizer, { gamma: 0.5 }), interval: 'step' } }
    }
  }
  const { rates } = await averaged({ swaLrs: 0.2, swaEpochStart: 0.4, annealingEpochs: 0 }, new Scheduled())
  // The batch's scheduler has moved on when the batch ends.
  expect(rates[0]).toEqual([0.05, 0.025])
  expect(rates.slice(1)).toEqual(Array(4).fill([0.1, 0.1]))
})

test('a fit that is stopped early has the mean of what was there', async () => {
  const starts: number[][] = []
  const module = new Regression()
  const stop: Callback = {
    onTrainEpochStart: async () => void starts.push(await module.numbers()),
    onTrainEpochEnd: (trainer) => {
      if (trainer.currentEpoch === 2) trainer.stop()
    },
  }
  const swa = new StochasticWeightAveraging({ swaLrs: 0.1, swaEpochStart: 0 })
  await quietTrainer({ callbacks: [swa, stop], maxEpochs: 9 }).fit(module, { train: batches(2) })
  const expected = mean(starts)
  for (const [i, x] of (await module.numbers()).entries()) expect(x).toBeCloseTo(expected[i]!, 14)
})

test('running statistics of batch norms are those of the averaged weights', async () => {
  class Normed extends Regression {
    readonly norm = new BatchNorm1d(2, { dtype: 'float64' })

    override loss({ x, y }: Batch): Tensor {
      this.log('passes', 1)
      return this.norm.forward(this.net.forward(x)).sub(y).square().mean()
    }
  }
  const module = new Normed()
  const train = batches(3, { extra: 3 })
  const callbacks = [new StochasticWeightAveraging({ swaLrs: 0.05, swaEpochStart: 1 })]
  await quietTrainer({ callbacks, maxEpochs: 3 }).fit(module, { train })
  const outputs = await Promise.all(
    train.map(({ x }) => module.net.forward(tensor(x.data, { shape: x.shape })).array() as Promise<number[][]>),
  )
  for (const channel of [0, 1]) {
    const statistics = outputs.map((rows) => {
      const values = rows.map((row) => row[channel]!)
      const m = values.reduce((sum, x) => sum + x) / values.length
      return [m, values.reduce((sum, x) => sum + (x - m) ** 2, 0) / (values.length - 1)]
    })
    const [expectedMean, expectedVar] = mean(statistics)
    expect((await module.norm.runningMean!.data())[channel]).toBeCloseTo(expectedMean!, 13)
    expect((await module.norm.runningVar!.data())[channel]).toBeCloseTo(expectedVar!, 13)
  }
  expect([await module.norm.numBatchesTracked!.item(), module.norm.momentum]).toEqual([4, 0.1])
})

test.each<Partial<StochasticWeightAveragingOptions>>([
  { swaLrs: 0 },
  { swaLrs: [0.1, -1] },
  { swaEpochStart: 1.5 },
  { swaEpochStart: -1 },
  { annealingEpochs: -1 },
  { annealingEpochs: 0.5 },
  { annealingStrategy: 'exp' as 'cos' },
])('options out of range are refused: %o', (options) => {
  expect(() => new StochasticWeightAveraging({ swaLrs: 0.1, ...options })).toThrow(MisconfigurationError)
})

test('one optimizer, at most one scheduler, a number of epochs and as many rates as groups are needed', async () => {
  const refused = async (module: Regression, options: object, swaLrs: number | number[] = 0.1) => {
    const callbacks = [new StochasticWeightAveraging({ swaLrs })]
    const fit = quietTrainer({ callbacks, ...options }).fit(module, { train: batches(1) })
    return fit.then(() => 'learned', String)
  }
  class Two extends Regression {
    override configureOptimizers(): OptimizerConfig {
      return [new SGD([this.net.weight], { lr: 0.1 }), new SGD([this.net.bias!], { lr: 0.1 })]
    }
  }
  expect(await refused(new Two(), {})).toContain('averages what one optimizer learns, got 2 of them')
  expect(await refused(new Regression(), { maxEpochs: -1, maxSteps: 1 })).toContain('got no maxEpochs')
  expect(await refused(new Regression(), {}, [0.1, 0.2])).toContain('swaLrs are as many as groups, 1, got 0.1,0.2')
})
