import { expect, test } from 'vitest'
import { MisconfigurationError } from '../../src/errors/errors.ts'
import type { OptimizerConfig } from '../../src/module/optimizer-config.ts'
import { type OptimizerStepOptions, TrainingModule } from '../../src/module/training-module.ts'
import { Linear } from '../../src/nn/linear.ts'
import { StepLR } from '../../src/optim/lr-scheduler/step-lr.ts'
import { SGD } from '../../src/optim/sgd.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import { type Batch, batches, quietTrainer, recordedLinear, withWeights } from '../support/training.ts'

/** Two optimizers in automatic optimization: `first` learns y from x, `second` from what the first makes of x. */
class Two extends TrainingModule<Batch> {
  readonly first = recordedLinear()
  readonly second = withWeights(
    new Linear(2, 2, { dtype: 'float64' }),
    [
      [0.3, 0.3],
      [0.3, 0.3],
    ],
    [-0.2, -0.2],
  )
  readonly events: string[] = []

  trainingStep({ x, y }: Batch, batchIdx: number, optimizerIdx: number): Tensor {
    const flags = [this.first, this.second].map((layer) => (layer.weight.requiresGrad ? 'learns' : 'rests'))
    this.events.push(`${batchIdx}.${optimizerIdx}: ${flags.join(', ')}`)
    const h = this.first.forward(x).tanh()
    return (optimizerIdx === 0 ? h : this.second.forward(h)).sub(y).square().mean()
  }

  configureOptimizers(): OptimizerConfig {
    return this.optimizersOf()
  }

  optimizersOf(): [SGD, SGD] {
    return [
      new SGD(this.first.parameters(), { lr: 0.1, momentum: 0.5 }),
      new SGD(this.second.parameters(), { lr: 0.2 }),
    ]
  }
}

class Taking extends Two {
  override configureOptimizers(): OptimizerConfig {
    const [optimizer, other] = this.optimizersOf()
    return [
      {
        optimizer,
        frequency: 2,
        lrScheduler: { scheduler: new StepLR(optimizer, { stepSize: 1, gamma: 0.5 }), interval: 'step' },
      },
      {
        optimizer: other,
        frequency: 1,
        lrScheduler: { scheduler: new StepLR(other, { stepSize: 1, gamma: 0.5 }), interval: 'step' },
      },
    ]
  }

  rates: number[] = []

  override onTrainBatchEnd(): void {
    this.rates.push(...this.optimizers().map(({ paramGroups }) => paramGroups[0]!.lr))
  }
}

test('each optimizer has a closure of its own in each batch, and the parameters of the others rest', async () => {
  const module = new Two()
  const trainer = quietTrainer()
  await trainer.fit(module, { train: batches(2) })
  expect(module.events).toEqual([
    '0.0: learns, rests',
    '0.1: rests, learns',
    '1.0: learns, rests',
    '1.1: rests, learns',
  ])
  expect(trainer.globalStep).toBe(2)
  expect(module.parameters().every((parameter) => parameter.requiresGrad)).toBe(true)
})

test('a frozen parameter stays frozen', async () => {
  const module = new Two()
  module.first.bias!.requiresGrad = false
  const before = await module.first.bias!.array()
  await quietTrainer().fit(module, { train: batches(2) })
  expect(module.first.bias!.requiresGrad).toBe(false)
  expect(await module.first.bias!.array()).toEqual(before)
})

test('flags are put back after a throw', async () => {
  class Throwing extends Two {
    override onAfterBackward(): void {
      throw new Error('mine')
    }
  }
  const module = new Throwing()
  await expect(quietTrainer().fit(module, { train: batches(1) })).rejects.toThrow('mine')
  expect(module.parameters().every((parameter) => parameter.requiresGrad)).toBe(true)
})

test('frequencies take turns batch by batch, and each scheduler steps with its optimizer, in every epoch', async () => {
  const module = new Taking()
  await quietTrainer({ maxEpochs: 2 }).fit(module, { train: batches(4) })
  const order = module.events.map((event) => event.slice(0, 3))
  expect(order).toEqual(['0.0', '1.0', '2.1', '3.0', '0.0', '1.0', '2.1', '3.0'])
  const halvings = module.rates.map((lr, i) => Math.round(Math.log2((i % 2 === 0 ? 0.1 : 0.2) / lr)))
  expect(halvings).toEqual([1, 0, 2, 0, 2, 1, 3, 1, 4, 1, 5, 1, 5, 2, 6, 2])
})

test.for<[string, (config: [SGD, SGD]) => OptimizerConfig, string]>([
  [
    'a frequency of one optimizer alone',
    ([a, b]) => [{ optimizer: a, frequency: 1 }, { optimizer: b }],
    'configureOptimizers: all optimizers have a frequency or none has, got 1 of 2',
  ],
  [
    'a frequency of 0',
    ([a, b]) => [
      { optimizer: a, frequency: 0 },
      { optimizer: b, frequency: 1 },
    ],
    "configureOptimizers: an optimizer's frequency is a whole number ≥ 1, got 0",
  ],
  ['one optimizer twice', ([a]) => [a, a], 'configureOptimizers: each optimizer is returned once, got one twice'],
])('%s is refused', async ([, config, message]) => {
  class Wrong extends Two {
    override configureOptimizers(): OptimizerConfig {
      return config(this.optimizersOf())
    }
  }
  await expect(quietTrainer().fit(new Wrong(), { train: batches(1) })).rejects.toThrow(message)
})

test('a loss that is not the running optimizer’s is refused', async () => {
  class OneLoss extends Two {
    override trainingStep({ x, y }: Batch): Tensor {
      return this.first.forward(x).sub(y).square().mean()
    }
  }
  const fit = quietTrainer().fit(new OneLoss(), { train: batches(1) })
  await expect(fit).rejects.toThrow(MisconfigurationError)
  await expect(fit).rejects.toThrow(
    'trainingStep: the loss depends on no parameter that learns, got one for optimizerIdx 1; return the loss of that optimizer, or null to leave it out',
  )
})

test('hooks get the outputs of a batch as a list, and the epoch’s by optimizer', async () => {
  const seen: unknown[] = []
  class Watching extends Two {
    override onTrainBatchEnd(outputs: unknown): void {
      seen.push((outputs as { readonly loss: Tensor }[]).map(({ loss }) => loss.shape))
    }

    override trainingEpochEnd(outputs: readonly unknown[]): void {
      seen.push((outputs as { readonly loss: number }[][]).map((ofOne) => ofOne.map(({ loss }) => typeof loss)))
    }
  }
  await quietTrainer().fit(new Watching(), { train: batches(2) })
  expect(seen).toEqual([
    [[], []],
    [[], []],
    [
      ['number', 'number'],
      ['number', 'number'],
    ],
  ])
})

test('the closure alone moves nothing: what it adds up is zeroed by the next', async () => {
  class Alternating extends Two {
    override async optimizerStep({ optimizer, optimizerIdx, batchIdx, optimizerClosure }: OptimizerStepOptions) {
      if (optimizerIdx === 0 || (batchIdx + 1) % 2 === 0) await optimizer.step(optimizerClosure)
      else await optimizerClosure()
    }
  }
  const module = new Alternating()
  const before = await module.second.weight.array()
  const trainer = quietTrainer()
  await trainer.fit(module, { train: batches(1) })
  expect(await module.second.weight.array()).toEqual(before)
  expect(trainer.globalStep).toBe(1)
})
