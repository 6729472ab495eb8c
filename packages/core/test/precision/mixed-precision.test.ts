import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { reference } from '../../src/accelerator/reference/reference.ts'
import {
  Adam,
  GradScaler,
  hostTensor,
  LBFGS,
  Linear,
  MisconfigurationError,
  MixedPrecision,
  type Optimizer,
  type OptimizerConfig,
  SGD,
  StepLR,
  type Tensor,
  Trainer,
  type TrainerOptions,
  TrainingModule,
  tensor,
  UnderflowError,
  type WrappedOptimizer,
} from '../../src/index.ts'

interface Batch {
  readonly x: Tensor
}

/** Batches `[2, 3]` of small numbers; in those of `bad` one is infinite. */
function batches(count: number, bad: readonly number[] = []) {
  return Array.from({ length: count }, (_, k) => {
    const x = Float32Array.from({ length: 6 }, (_, i) => Math.sin(1 + k + i / 3))
    if (bad.includes(k)) x[4] = Number.POSITIVE_INFINITY
    return { x: hostTensor(x, [2, 3]) }
  })
}

interface Seen {
  readonly weights: Uint8Array
  readonly state: string
  readonly globalStep: number
  readonly stepCount: number
  readonly skipped: boolean
  readonly scale: number
  readonly lr: number
}

/** Σ net(x)², and what there was after each batch. */
class Squares extends TrainingModule<Batch> {
  readonly net = new Linear(3, 2)
  readonly seen: Seen[] = []
  readonly scaler: GradScaler | null

  constructor(scaler: GradScaler | null = null) {
    super()
    this.scaler = scaler
  }

  lossOf(x: Tensor): Tensor {
    return this.net.forward(x).to('float32').square().mean()
  }

  trainingStep({ x }: Batch, _batchIdx: number): Tensor | null | Promise<void> {
    return this.lossOf(x)
  }

  configureOptimizers(): OptimizerConfig {
    return new Adam(this.parameters(), { lr: 0.01 })
  }

  override async onTrainBatchEnd(): Promise<void> {
    const [wrapped] = this.optimizers() as readonly WrappedOptimizer[]
    const { state } = wrapped!.optimizer.stateDict()
    const pieces = Object.values(state).flatMap((entries) => Object.values(entries))
    this.seen.push({
      weights: bytesOf(await this.net.weight.data()),
      state: JSON.stringify(await Promise.all(pieces.map(async (piece) => [...bytesOf(await piece.data())]))),
      globalStep: this.globalStep,
      stepCount: wrapped!.stepCount,
      skipped: wrapped!.stepWasSkipped,
      scale: (await this.scaler?.getScale()) ?? 1,
      lr: wrapped!.paramGroups[0]!.lr,
    })
  }
}

function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer.slice(0), array.byteOffset, array.byteLength)
}

interface Run {
  readonly scaler: GradScaler
  readonly options?: TrainerOptions
}

async function train<M extends Squares>(
  module: M,
  data: ReturnType<typeof batches>,
  run: Partial<Run> = {},
): Promise<M> {
  const scaler = run.scaler ?? module.scaler ?? new GradScaler({ initScale: 1024 })
  const trainer = new Trainer({
    accelerator: reference(),
    precision: new MixedPrecision('16-mixed', { scaler }),
    maxEpochs: 1,
    enableProgressBar: false,
    ...run.options,
  })
  await trainer.fit(module as never, { train: data as never })
  return module
}

const scalerOf = (initScale = 1024) => new GradScaler({ initScale })

describe('a step whose gradients overflow', () => {
  test('leaves weights and state as they were, bit by bit, lowers the scale, and counts nowhere', async () => {
    const module = await train(new Squares(scalerOf()), batches(4, [2]))
    const [, before, skipped, after] = module.seen
    expect(skipped!.weights).toEqual(before!.weights)
    expect(skipped!.state).toBe(before!.state)
    expect(module.seen.map(({ skipped }) => skipped)).toEqual([false, false, true, false])
    expect(module.seen.map(({ globalStep }) => globalStep)).toEqual([1, 2, 2, 3])
    expect(module.seen.map(({ stepCount }) => stepCount)).toEqual([1, 2, 2, 3])
    expect(module.seen.map(({ scale }) => scale)).toEqual([1024, 1024, 512, 512])
    expect(after!.weights).not.toEqual(skipped!.weights)
  })

  test('moves no scheduler that counts steps, and those that count epochs all the same', async () => {
    for (const [interval, rates] of [
      ['step', [0.5, 0.5, 0.25]],
      ['epoch', [1, 1, 0.5]],
    ] as const) {
      class Scheduled extends Squares {
        override configureOptimizers() {
          const optimizer = new SGD(this.parameters(), { lr: 1 })
          return { optimizer, lrScheduler: { scheduler: new StepLR(optimizer, { stepSize: 1, gamma: 0.5 }), interval } }
        }
      }
      const module = await train(new Scheduled(scalerOf()), batches(3, [1]))
      expect(module.seen.map(({ lr }) => lr)).toEqual(rates)
    }
  })

  test('skips a whole window of accumulated gradients', async () => {
    const module = await train(new Squares(scalerOf()), batches(6, [2]), { options: { accumulateGradBatches: 2 } })
    expect(module.seen.map(({ globalStep }) => globalStep)).toEqual([0, 1, 1, 1, 1, 2])
    expect(module.seen.map(({ scale }) => scale)).toEqual([1024, 1024, 1024, 512, 512, 512])
    expect(module.seen[3]!.weights).toEqual(module.seen[1]!.weights)
    expect(module.seen[5]!.weights).not.toEqual(module.seen[3]!.weights)
  })

  test('is not asked about before the batch is over', async () => {
    class Asking extends Squares {
      override automaticOptimization = false
      override async trainingStep({ x }: Batch): Promise<void> {
        const optimizer = this.optimizer()
        await this.manualBackward(this.lossOf(x))
        await optimizer.step()
        void optimizer.stepWasSkipped
      }
    }
    await expect(train(new Asking(), batches(1))).rejects.toThrow(
      'optimizer.stepWasSkipped: is decided on the device, got a question before the end of the batch; ask in onTrainBatchEnd',
    )
  })

  test('is an error once the scale is gone', async () => {
    const bad = batches(3, [0, 1, 2])
    const module = new Squares(scalerOf(2 ** -148))
    await expect(train(module, bad)).rejects.toThrow(UnderflowError)
    expect(module.seen).toHaveLength(1)
  })
})

test('the numbers are those of the same steps without a scale', async () => {
  const runs = [1, 65536].map(async (scale) => {
    const module = new Squares(scalerOf(scale))
    withWeights(module)
    return (await train(module, batches(5))).seen.map(({ weights }) => weights)
  })
  const [plain, scaled] = await Promise.all(runs)
  expect(scaled).toEqual(plain)
})

test('hooks before the backward pass see the scaled loss, those before the step and clipping true gradients', async () => {
  const seen: number[] = []
  class Looking extends Squares {
    override async onBeforeBackward(loss: Tensor): Promise<void> {
      seen.push(await loss.item())
    }
    override async onBeforeOptimizerStep(): Promise<void> {
      seen.push(await this.net.bias!.grad!.abs().amax().item())
    }
    override async configureGradientClipping({ optimizer }: { optimizer: Optimizer }): Promise<void> {
      this.clipGradients(optimizer, { gradientClipVal: 1e-3, gradientClipAlgorithm: 'value' })
      seen.push(await this.net.bias!.grad!.abs().amax().item())
    }
  }
  const module = new Looking(scalerOf())
  withWeights(module)
  const [{ x }] = batches(1) as [ReturnType<typeof batches>[0]]
  await train(module, [{ x }])
  const check = new Squares()
  withWeights(check)
  const loss = check.lossOf(tensor(x.data as Float32Array<ArrayBuffer>, { shape: [2, 3] }))
  expect(seen[0]! / (await loss.item())).toBeCloseTo(1024, -1)
  expect(seen[1]).toBeLessThan(10)
  expect(seen[1]).toBeGreaterThan(1e-3)
  expect(seen[2]).toBeCloseTo(1e-3, 9)
})

test('what is logged is the loss, not its scale', async () => {
  class Logging extends Squares {
    override trainingStep({ x }: Batch): Tensor {
      const loss = this.lossOf(x)
      this.log('loss', loss, { onStep: false, onEpoch: true })
      return loss
    }
  }
  const [module, scaler] = [new Logging(scalerOf(2 ** 20)), scalerOf(2 ** 20)]
  const trainer = new Trainer({
    accelerator: reference(),
    precision: new MixedPrecision('16-mixed', { scaler }),
    maxEpochs: 1,
    enableProgressBar: false,
  })
  await trainer.fit(module as never, { train: batches(2) as never })
  expect(trainer.callbackMetrics.loss).toBeLessThan(100)
})

test('a batch without a loss moves neither counters nor the scale', async () => {
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  onTestFinished(() => void vi.restoreAllMocks())
  class Sometimes extends Squares {
    override trainingStep(batch: Batch, batchIdx: number): Tensor | null {
      return batchIdx === 1 ? null : this.lossOf(batch.x)
    }
  }
  const scaler = new GradScaler({ initScale: 4, growthInterval: 1 })
  const module = await train(new Sometimes(scaler), batches(3))
  expect(module.seen.map(({ globalStep }) => globalStep)).toEqual([1, 1, 2])
  expect(module.seen.map(({ scale }) => scale)).toEqual([8, 8, 16])
  expect(module.seen[1]!.state).toBe(module.seen[0]!.state)
})

test('LBFGS is refused before its closure runs, and allowed in bf16-mixed', async () => {
  let runs = 0
  class Second extends Squares {
    override trainingStep({ x }: Batch): Tensor {
      runs++
      return this.lossOf(x)
    }
    override configureOptimizers() {
      return new LBFGS(this.parameters(), { maxIter: 2 })
    }
  }
  await expect(train(new Second(), batches(1))).rejects.toThrow(MisconfigurationError)
  expect(runs).toBe(0)
  await train(new Second(), batches(1), { options: { precision: 'bf16-mixed' } })
  expect(runs).toBeGreaterThan(0)
})

describe('in manual optimization', () => {
  class Gan extends Squares {
    override automaticOptimization = false
    readonly other = new Linear(3, 2)

    override async trainingStep({ x }: Batch, _batchIdx: number): Promise<void> {
      const [first, second] = this.optimizers() as readonly WrappedOptimizer[]
      const other = this.other
        .forward(x.clamp({ min: -1, max: 1 }))
        .to('float32')
        .square()
        .mean()
      first!.zeroGrad()
      await this.manualBackward(this.lossOf(x))
      second!.zeroGrad()
      await this.manualBackward(other)
      await first!.step()
      await second!.step()
    }

    override configureOptimizers() {
      return [new SGD(this.net.parameters(), { lr: 0.1 }), new SGD(this.other.parameters(), { lr: 0.1 })]
    }
  }

  test('one optimizer overflows, and the other learns what it would have', async () => {
    const [broken, whole] = [new Gan(scalerOf()), new Gan(scalerOf(4096))]
    for (const module of [broken, whole]) {
      withWeights(module)
      module.other.weight.assign(module.net.weight)
      module.other.bias!.assign(module.net.bias!)
    }
    await train(broken, batches(2, [1]))
    // Clamped, an infinity is 1 for the other network: the same data without one.
    const data = batches(2)
    ;(data[1]!.x.data as Float32Array)[4] = 1
    await train(whole, data)
    expect(broken.seen.map(({ globalStep }) => globalStep)).toEqual([1, 2])
    expect(broken.seen.map(({ stepCount }) => stepCount)).toEqual([1, 1])
    expect(broken.seen[1]!.weights).toEqual(broken.seen[0]!.weights)
    expect(await broken.other.weight.array()).toEqual(await whole.other.weight.array())
    expect(broken.seen.map(({ scale }) => scale)).toEqual([1024, 512])
  })

  test('gradients that wait while another optimizer changes the scale keep their size', async () => {
    const grown = new Gan(new GradScaler({ initScale: 1024, growthInterval: 1 }))
    const constant = new Gan(scalerOf())
    for (const module of [grown, constant]) {
      withWeights(module)
      module.other.weight.assign(module.net.weight)
      module.other.bias!.assign(module.net.bias!)
      await train(module, batches(4))
    }
    expect(grown.seen.map(({ scale }) => scale)).toEqual([4096, 16384, 65536, 262144])
    expect(await grown.other.weight.array()).toEqual(await constant.other.weight.array())
  })

  test('gradients of several backward passes add up, whatever the scale became in between', async () => {
    class Accumulating extends Gan {
      override async trainingStep({ x }: Batch, batchIdx: number): Promise<void> {
        const [first, second] = this.optimizers() as readonly WrappedOptimizer[]
        first!.zeroGrad()
        await this.manualBackward(this.lossOf(x))
        await this.manualBackward(this.other.forward(x).to('float32').square().mean())
        await first!.step()
        if (batchIdx % 2 === 1) {
          await second!.step()
          second!.zeroGrad()
        }
      }
    }
    const modules = [
      new Accumulating(new GradScaler({ initScale: 1024, growthInterval: 1 })),
      new Accumulating(scalerOf()),
    ]
    for (const module of modules) {
      withWeights(module)
      module.other.weight.assign(module.net.weight)
      module.other.bias!.assign(module.net.bias!)
      await train(module, batches(4))
    }
    const [grown, constant] = modules
    expect(await grown!.other.weight.array()).toEqual(await constant!.other.weight.array())
  })

  test.for(['unscaleGradients', 'clipGradients'] as const)(
    '%s gives true gradients, and the step the same',
    async (how) => {
      const norms: number[] = []
      class Clipping extends Squares {
        override automaticOptimization = false
        override async trainingStep({ x }: Batch): Promise<void> {
          const optimizer = this.optimizer()
          optimizer.zeroGrad()
          await this.manualBackward(this.lossOf(x))
          if (how === 'unscaleGradients') this.unscaleGradients(optimizer)
          else this.clipGradients(optimizer, { gradientClipVal: 1e6 })
          norms.push(await this.net.weight.grad!.norm().item())
          this.unscaleGradients(optimizer)
          await optimizer.step()
          norms.push(await this.net.weight.grad!.norm().item())
        }
      }
      await train(new Clipping(), batches(1))
      expect(norms[0]).toBeLessThan(10)
      expect(norms[1]).toBe(norms[0])
    },
  )
})

test('the state is that of the scaler', async () => {
  const plugin = new MixedPrecision('16-mixed', { scaler: scalerOf(32) })
  const other = new MixedPrecision('16-mixed')
  other.loadStateDict(plugin.stateDict())
  expect(await other.scaler!.getScale()).toBe(32)
  expect(new MixedPrecision('bf16-mixed').stateDict()).toEqual({})
})

test('with fixed shapes nothing compiles after the second step, skipped ones included', async () => {
  const accelerator = reference()
  const compiles: number[] = []
  class Counting extends Squares {
    override async onTrainBatchEnd(): Promise<void> {
      compiles.push(accelerator.stats().compiles)
    }
  }
  await train(new Counting(), batches(6, [3]), { options: { accelerator } })
  expect(compiles.slice(2).every((count) => count === compiles[1])).toBe(true)
})

test('a scaler with bf16-mixed, another precision and half parameters are refused', async () => {
  expect(() => new MixedPrecision('bf16-mixed', { scaler: new GradScaler() })).toThrow(MisconfigurationError)
  expect(() => new MixedPrecision('16-true' as never)).toThrow(MisconfigurationError)
  const module = new Squares()
  module.half()
  await expect(train(module, batches(1))).rejects.toThrow(
    "16-mixed: parameters stay float32, got one of float16; cast the module, module.float(), or use '16-true'",
  )
})

test('steps run under autocast, whatever their kind, and hooks do not', async () => {
  const dtypes: string[] = []
  class Modes extends Squares {
    override trainingStep({ x }: Batch): Tensor {
      dtypes.push(this.net.forward(x).dtype)
      return this.lossOf(x)
    }
    override validationStep({ x }: Batch): void {
      dtypes.push(this.net.forward(x).dtype)
    }
    override onTrainBatchStart({ x }: Batch): void {
      dtypes.push(this.net.forward(x).dtype)
    }
  }
  const trainer = new Trainer({
    accelerator: reference(),
    precision: 'bf16-mixed',
    maxEpochs: 1,
    enableProgressBar: false,
  })
  const module = new Modes()
  await trainer.fit(module as never, { train: batches(1) as never })
  await trainer.validate(module as never, batches(1) as never)
  expect(dtypes).toEqual(['float32', 'bfloat16', 'bfloat16'])
})

function withWeights({ net }: Squares): void {
  net.weight.assign(
    tensor([
      [0.5, -0.3, 0.2],
      [0.1, 0.4, -0.6],
    ]),
  )
  net.bias!.assign(tensor([0.05, -0.1]))
}
