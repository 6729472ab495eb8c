import { describe, expect, test, vi } from 'vitest'
import { reference } from '../../src/accelerator/reference/reference.ts'
import { DataLoader } from '../../src/data/data-loader.ts'
import { MisconfigurationError } from '../../src/errors/errors.ts'
import { hostTensor } from '../../src/graph/host-tensor.ts'
import { DataModule } from '../../src/module/data-module.ts'
import type { OptimizerConfig } from '../../src/module/optimizer-config.ts'
import { type FreeStepOutput, TrainingModule } from '../../src/module/training-module.ts'
import { AdamW } from '../../src/optim/adam.ts'
import { OneCycleLR } from '../../src/optim/lr-scheduler/one-cycle-lr.ts'
import { SGD } from '../../src/optim/sgd.ts'
import { FullPrecision } from '../../src/precision/full-precision.ts'
import { MixedPrecision } from '../../src/precision/mixed-precision.ts'
import { SingleDeviceStrategy } from '../../src/strategy/single-device-strategy.ts'
import { tensor } from '../../src/tensor/creation.ts'
import { defaultGenerator, manualSeed } from '../../src/tensor/generator.ts'
import { Parameter } from '../../src/tensor/parameter.ts'
import type { Tensor } from '../../src/tensor/tensor.ts'
import type { TrainerOptions } from '../../src/trainer/options.ts'
import { Trainer } from '../../src/trainer/trainer.ts'
import { lrFind } from '../../src/tuner/lr-find.ts'
import type { LrFindOptions } from '../../src/tuner/lr-find-options.ts'
import { Model, type Sample, samples } from '../support/resuming.ts'
import { quietTrainer } from '../support/training.ts'

/** Two weights, a mean of weighted squares, and batches that move a little. */
class Quadratic extends TrainingModule<Tensor> {
  readonly w = new Parameter(tensor([1, -2], { dtype: 'float64' }))

  trainingStep(x: Tensor): FreeStepOutput | Promise<FreeStepOutput> {
    return this.w
      .sub(x)
      .square()
      .mul(tensor([1, 3], { dtype: 'float64' }))
      .mean()
  }

  configureOptimizers(): OptimizerConfig {
    return new SGD(this.parameters(), { lr: 0.1 })
  }
}

const batches = Array.from({ length: 10 }, (_, i) => hostTensor(Float64Array.of(0.1 * i, 0.05 * i)))
const found = (options: LrFindOptions = {}, trainerOptions: TrainerOptions = {}, module = new Quadratic()) =>
  lrFind(quietTrainer(trainerOptions), module, { train: batches }, options)

interface Recorded {
  readonly options: LrFindOptions
  readonly accumulateGradBatches: number
  readonly count: number
  /** The first three, and the last one. */
  readonly lrs: readonly number[]
  /** The first three, and the last three. */
  readonly losses: readonly number[]
  readonly suggestion: number
}

// Lightning 2.6.6 on torch 2, with the same module and batches in float64. Its losses are brought to the correction that the
// running mean needs, (1 − βⁿ⁺¹) / (1 − βⁿ), and the suggestion is the least of `numpy.gradient` of these, as in Lightning 2.2.
const recorded: readonly Recorded[] = [
  {
    options: {},
    accumulateGradBatches: 1,
    count: 100,
    lrs: [1e-8, 1.4454397707459274e-8, 1.7378008287493753e-8, 1],
    losses: [6.5, 6.605429102020197, 6.71751247215251, 4.766603885324072, 4.656633023154399, 4.549453037604911],
    suggestion: 0.10964781961431852,
  },
  {
    options: { minLr: 1e-4, maxLr: 10, numTraining: 40 },
    accumulateGradBatches: 1,
    count: 35,
    lrs: [1e-4, 0.0001778279410038923, 0.0002371373705661655, 2.3713737056616555],
    losses: [6.5, 6.603520477272719, 6.712555951577431, 4.039411560473468, 4.728521617904198, 20.130743821683886],
    suggestion: 0.13335214321633243,
  },
  {
    options: { minLr: 1e-3, maxLr: 0.5, numTraining: 20, mode: 'linear' },
    accumulateGradBatches: 1,
    count: 20,
    lrs: [0.001, 0.0509, 0.07585, 0.5],
    losses: [6.5, 6.586365909090903, 6.062617757137315, 1.2198056299529656, 1.1448288827403774, 1.0774056048484453],
    suggestion: 0.27545,
  },
  {
    options: { minLr: 1e-3, maxLr: 1, numTraining: 20 },
    accumulateGradBatches: 2,
    count: 20,
    lrs: [0.001, 0.00199526231496888, 0.002818382931264454, 1],
    losses: [
      3.354375, 3.463013146385728, 3.5761631958615014, 2.0739393122797853, 1.9449158035919447, 1.829461318429233,
    ],
    suggestion: 0.12589254117941667,
  },
]

test.each(recorded)('rates, losses and suggestion are those recorded with $options', async (expected) => {
  const { options, accumulateGradBatches, count } = expected
  const result = await found(options, { accumulateGradBatches })
  const { lrs, losses } = result
  expect(lrs).toHaveLength(count)
  expect(losses).toHaveLength(count)
  for (const [i, lr] of [...lrs.slice(0, 3), lrs.at(-1)!].entries()) expect(lr / expected.lrs[i]!).toBeCloseTo(1, 12)
  for (const [i, loss] of [...losses.slice(0, 3), ...losses.slice(-3)].entries()) {
    expect(loss / expected.losses[i]!).toBeCloseTo(1, 10)
  }
  expect(result.suggestion()! / expected.suggestion).toBeCloseTo(1, 12)
})

describe('the search ends', () => {
  const diverging: LrFindOptions = { minLr: 1e-4, maxLr: 10, numTraining: 40 }

  test('once the smoothed loss is above the threshold', async () => {
    const { losses } = await found({ ...diverging, earlyStopThreshold: 2 })
    const best = Math.min(...losses)
    expect(losses.at(-1)).toBeGreaterThan(2 * best)
    for (const loss of losses.slice(0, -1)) expect(loss).toBeLessThanOrEqual(2 * best)
  })

  test('with the last step when there is no threshold', async () => {
    expect((await found({ ...diverging, earlyStopThreshold: null })).losses).toHaveLength(40)
  })

  test('with the last step when losses are negative', async () => {
    class Negative extends Quadratic {
      override trainingStep(x: Tensor): FreeStepOutput {
        return (super.trainingStep(x) as Tensor).sub(100)
      }
    }
    expect((await found({ numTraining: 20 }, {}, new Negative())).losses).toHaveLength(20)
  })

  test('when the loss is no number', async () => {
    class Broken extends Quadratic {
      override trainingStep(): FreeStepOutput {
        return this.w.log().sum()
      }
    }
    const result = await found({}, {}, new Broken())
    expect(result.losses).toEqual([Number.NaN])
    expect(result.suggestion()).toBeNull()
  })
})

test('a batch without a loss is a NaN that counts for nothing', async () => {
  class Skipping extends Quadratic {
    override trainingStep(x: Tensor): FreeStepOutput | Promise<FreeStepOutput> {
      return this.globalStep === 3 ? null : super.trainingStep(x)
    }
  }
  const train = Array.from({ length: 6 }, () => batches[0]!)
  const { losses } = await lrFind(quietTrainer(), new Skipping(), { train }, { maxLr: 1e-7, numTraining: 6 })
  expect(losses.map((loss) => loss.toFixed(4))).toEqual(['6.5000', '6.5000', '6.5000', 'NaN', '6.5000', '6.5000'])
})

test('manual optimization finds its rate when the step returns the loss', async () => {
  class Manual extends Quadratic {
    override automaticOptimization = false

    override async trainingStep(x: Tensor): Promise<FreeStepOutput> {
      const loss = super.trainingStep(x) as Tensor
      this.optimizer().zeroGrad()
      await this.manualBackward(loss)
      await this.optimizer().step()
      return loss
    }
  }
  class Silent extends Manual {
    override async trainingStep(x: Tensor): Promise<FreeStepOutput> {
      await super.trainingStep(x)
    }
  }
  const options = { minLr: 1e-4, maxLr: 10, numTraining: 40 }
  const automatic = await found(options)
  expect((await found(options, {}, new Manual())).losses).toEqual(automatic.losses)
  await expect(found(options, {}, new Silent())).rejects.toThrow('return it in manual optimization, too')
})

describe('everything is as it was', () => {
  /** With running statistics, dropout, a metric, an optimizer that it holds, and a scheduler that refuses more steps. */
  class Holding extends Model {
    readonly held = new AdamW(this.parameters(), { lr: 0.05 })

    constructor() {
      super(() => {
        throw new Error('configureOptimizers is overridden')
      })
    }

    override configureOptimizers(): OptimizerConfig {
      return {
        optimizer: this.held,
        lrScheduler: { scheduler: new OneCycleLR(this.held, { maxLr: 1, totalSteps: 4 }), interval: 'step' as const },
      }
    }
  }

  const numbersOf = async (entries: Iterable<readonly [string, Tensor | null]>) =>
    Object.fromEntries(
      await Promise.all(
        Array.from(entries, async ([name, value]) => [name, value && Array.from(await value.data())] as const),
      ),
    )

  async function stateOf(module: Holding, train: DataLoader<unknown>) {
    const { state, paramGroups } = module.held.stateDict()
    return {
      weights: await numbersOf(module.stateDict()),
      buffers: await numbersOf(module.namedBuffers()),
      gradients: await numbersOf(module.namedParameters().map(([name, { grad }]) => [name, grad] as const)),
      flags: module.parameters().map(({ requiresGrad }) => requiresGrad),
      modes: module.modules().map(({ training }) => training),
      metric: module.error.accumulated() && (await module.error.compute().item()),
      optimizer: await Promise.all(Object.values(state).map((entry) => numbersOf(Object.entries(entry)))),
      paramGroups,
      random: defaultGenerator.state,
      epoch: train.epoch,
      hooks: Object.getOwnPropertyNames(module).sort(),
    }
  }

  async function trained() {
    manualSeed(3)
    const module = new Holding()
    const train = new DataLoader(samples, { batchSize: 3, shuffle: true, seed: 5 })
    const trainer = quietTrainer({ maxSteps: 4 })
    await trainer.fit(module, { train } as never)
    module.error.update(tensor(2))
    module.net.eval()
    module.parameters()[0]!.requiresGrad = false
    module.parameters()[1]!.grad = tensor((await module.parameters()[1]!.square().array()) as number[])
    return { module, train, trainer }
  }

  test.each(['32-true', '16-mixed', 'bf16-true', '64-true'] as const)('bit for bit in %s', async (precision) => {
    const { module, train, trainer } = await trained()
    const before = await stateOf(module, train)
    const warn = vi.spyOn(console, 'warn')
    const { losses } = await lrFind(quietTrainer({ precision }), module, { train } as never, { numTraining: 12 })
    expect(losses).toHaveLength(12)
    expect(await stateOf(module, train)).toEqual(before)
    expect(trainer.globalStep).toBe(4)
    expect(warn).not.toHaveBeenCalled()
    warn.mockRestore()
  })

  test('and a fit afterwards learns what it learns without', async () => {
    const outcome = async (searches: boolean) => {
      const { module, train } = await trained()
      if (searches) await lrFind({ enableProgressBar: false }, module, { train } as never, { numTraining: 9 })
      module.net.train()
      module.configureOptimizers = () => module.held
      await quietTrainer({ maxEpochs: 2 }).fit(module, { train } as never)
      return stateOf(module, train)
    }
    expect(await outcome(true)).toEqual(await outcome(false))
  })

  test('after an error, too', async () => {
    const { module, train } = await trained()
    const before = await stateOf(module, train)
    let steps = 0
    module.onAfterBackward = () => {
      if (++steps === 3) throw new Error('the third step fails')
    }
    await expect(lrFind(quietTrainer(), module, { train } as never)).rejects.toThrow('the third step fails')
    Reflect.deleteProperty(module, 'onAfterBackward')
    expect(await stateOf(module, train)).toEqual(before)
  })

  test('also a precision plugin of the user, and weights that no fit has seen', async () => {
    const precision = new MixedPrecision('16-mixed')
    const scaleOf = async () => (await (precision.stateDict().scale as Tensor).array()) as number
    const [module, untouched] = [0, 0].map(() => {
      manualSeed(8)
      return new Model((parameters) => new SGD(parameters, { lr: 0.1 }))
    })
    const scale = await scaleOf()
    const train = new DataLoader(samples, { batchSize: 7 })
    await lrFind(quietTrainer({ precision }), module!, { train } as never, { maxLr: 1e6, numTraining: 20 })
    expect(await scaleOf()).toBe(scale)
    expect(await numbersOf(module!.stateDict())).toEqual(await numbersOf(untouched!.stateDict()))
  })

  test('also the loaders that hooks give', async () => {
    const loaders = [0, 1].map(() => new DataLoader(samples, { batchSize: 7, shuffle: true }))
    class WithLoader extends Model {
      override trainDataloader() {
        return loaders[0]! as never
      }
    }
    class Data extends DataModule<Sample> {
      override trainDataloader() {
        return loaders[1]! as never
      }
    }
    const module = new WithLoader((parameters) => new SGD(parameters, { lr: 0.1 }))
    await lrFind(quietTrainer(), module, undefined, { numTraining: 5 })
    await lrFind(quietTrainer(), module, new Data(), { numTraining: 5 })
    expect(loaders.map(({ epoch }) => epoch)).toEqual([0, 0])
    await quietTrainer({ maxEpochs: 3 }).fit(module, new Data())
    expect(loaders.map(({ epoch }) => epoch)).toEqual([0, 3])
  })
})

test('callbacks, loggers and validation of the Trainer are left out', async () => {
  const seen: string[] = []
  class Noisy extends Quadratic {
    override configureCallbacks() {
      return [{ onFitStart: () => void seen.push('module') }]
    }
    override validationStep(): void {
      seen.push('validation')
    }
  }
  const trainer = new Trainer({
    accelerator: reference(),
    maxEpochs: 1,
    overfitBatches: 2,
    callbacks: [{ onFitStart: () => void seen.push('trainer') }],
    logger: { logMetrics: () => void seen.push('logger') },
  })
  const { losses } = await lrFind(trainer, new Noisy(), { train: batches, val: batches }, { numTraining: 5 })
  expect(losses).toHaveLength(5)
  expect(seen).toEqual([])
})

test('several processes note the losses of the first one', async () => {
  const strategy = new SingleDeviceStrategy(reference(), new FullPrecision())
  strategy.broadcast = async (value) => (value === null ? value : (1 as typeof value))
  const { losses } = await lrFind(quietTrainer({ strategy }), new Quadratic(), { train: batches }, { numTraining: 3 })
  for (const loss of losses) expect(loss).toBeCloseTo(1, 12)
})

describe('what cannot be is refused', () => {
  test('options out of range, all at once', async () => {
    const wrong = { minLr: 0, maxLr: -1, numTraining: 1.5, mode: 'log', earlyStopThreshold: 1 } as never
    await expect(found(wrong)).rejects.toThrow(
      "lrFind: minLr is a number > 0, got 0; maxLr is a number > minLr, 0, got -1; numTraining is a whole number ≥ 1, got 1.5; mode is 'exponential' or 'linear', got log; earlyStopThreshold is a number > 1, or null, got 1",
    )
    await expect(found({ maxLr: Number.NaN })).rejects.toThrow(MisconfigurationError)
  })

  test('a module of two optimizers, or of none', async () => {
    class Two extends Quadratic {
      override configureOptimizers(): OptimizerConfig {
        return [new SGD([this.w], { lr: 1 }), new SGD([this.w], { lr: 1 })]
      }
    }
    await expect(found({}, {}, new Two())).rejects.toThrow('finds the learning rate of one optimizer, got 2')
    class None extends Quadratic {
      override configureOptimizers(): OptimizerConfig {
        return null
      }
    }
    await expect(found({}, {}, new None())).rejects.toThrow('finds the learning rate of one optimizer, got 0')
  })

  test('what is no module, and options that are none of a Trainer', async () => {
    await expect(lrFind({}, {} as never)).rejects.toThrow('lrFind: trains and runs TrainingModules')
    await expect(lrFind({ maxEpoch: 3 } as never, new Quadratic())).rejects.toThrow(
      'there is no such option, got maxEpoch',
    )
  })
})
