import {
  type Accelerator,
  type Callback,
  type Closure,
  clipGradNorm,
  FullPrecision,
  type GradientClipAlgorithm,
  GradScaler,
  MixedPrecision,
  type Module,
  noGrad,
  type Optimizer,
  type PrecisionPlugin,
  SingleDeviceStrategy,
  type StepOptions,
  type Tensor,
  type TrainerOptions,
  type TrainingModule,
  type WrappedOptimizer,
} from '@voltaic/core'

/** What makes of a healthy training a broken one. */
export type Breaking = (options: TrainerOptions) => TrainerOptions

/** Another plugin in the place of full precision. */
function precision(make: () => PrecisionPlugin): Breaking {
  return (options) => ({ ...options, precision: make() })
}

/** Another strategy in the place of that for a single device, with its accelerator and precision. */
function strategy(make: (accelerator: Accelerator, precision: PrecisionPlugin) => SingleDeviceStrategy): Breaking {
  return ({ accelerator, precision: plugin = new FullPrecision(), ...options }) => ({
    ...options,
    strategy: make(accelerator!, typeof plugin === 'object' ? plugin : new FullPrecision()),
  })
}

/** A callback that meddles. */
function callback(make: () => Callback): Breaking {
  return ({ callbacks = [], ...options }) => ({ ...options, callbacks: [...callbacks, make()] })
}

/** Mixed precision that is wrong, with the scaler of the healthy one or one that `scaler` makes. */
function mixed(
  Plugin: typeof MixedPrecision,
  scaler: (healthy: GradScaler) => GradScaler = (healthy) => healthy,
): Breaking {
  return ({ precision: healthy, ...options }) => {
    if (!(healthy instanceof MixedPrecision)) throw new Error('broken: is for mixed precision')
    return { ...options, precision: new Plugin('16-mixed', { scaler: scaler(healthy.scaler!) }) }
  }
}

/** The options of a scaler, but for its first scale, which the cases have in common. */
function scalerLike({ growthFactor, backoffFactor, growthInterval }: GradScaler) {
  return { initScale: 1024, growthFactor, backoffFactor, growthInterval }
}

class ZeroesEveryMicroBatch extends SingleDeviceStrategy {
  #module: Module | null = null

  override async setup(module: Module): Promise<void> {
    this.#module = module
    await super.setup(module)
  }

  override backward(...args: Parameters<SingleDeviceStrategy['backward']>): Promise<Tensor> {
    for (const parameter of this.#module!.parameters()) parameter.grad = null
    return super.backward(...args)
  }
}

class StepsTwice extends SingleDeviceStrategy {
  override async optimizerStep(optimizer: Optimizer, closure: Closure, options?: StepOptions): Promise<Tensor | null> {
    const loss = await super.optimizerStep(optimizer, closure, options)
    await optimizer.step()
    return loss
  }
}

class StepsBeforeTheClosure extends FullPrecision {
  override async optimizerStep(optimizer: Optimizer, closure: Closure): Promise<Tensor | null> {
    await optimizer.step()
    return closure()
  }
}

class RunsTheClosureTwice extends FullPrecision {
  override optimizerStep(optimizer: Optimizer, closure: Closure, options?: StepOptions): Promise<Tensor | null> {
    return optimizer.step(async () => {
      await closure()
      return closure()
    }, options)
  }
}

class LosesTheLoss extends FullPrecision {
  override async optimizerStep(...args: Parameters<FullPrecision['optimizerStep']>): Promise<Tensor | null> {
    await super.optimizerStep(...args)
    return null
  }
}

class ClipsEachParameter extends FullPrecision {
  override clipGradients(optimizer: Optimizer, clipValue: number, algorithm: GradientClipAlgorithm): void {
    if (algorithm === 'value') return super.clipGradients(optimizer, clipValue, algorithm)
    for (const { params } of optimizer.paramGroups) for (const parameter of params) clipGradNorm([parameter], clipValue)
  }
}

class ClipsAlwaysByNorm extends FullPrecision {
  override clipGradients(optimizer: Optimizer, clipValue: number): void {
    super.clipGradients(optimizer, clipValue, 'norm')
  }
}

class ScalesForGood extends FullPrecision {
  override preBackward(loss: Tensor): Tensor {
    return loss.mul(2)
  }
}

class ClipsBeforeUnscale extends MixedPrecision {
  override unscaleGradients(_optimizer: Optimizer): void {}

  override clipGradients(optimizer: Optimizer, clipValue: number, algorithm: GradientClipAlgorithm): void {
    FullPrecision.prototype.clipGradients.call(this, optimizer, clipValue, algorithm)
  }

  override optimizerStep(optimizer: Optimizer, closure: Closure, options?: StepOptions): Promise<Tensor | null> {
    const unscaled = async () => {
      const loss = await closure()
      super.unscaleGradients(optimizer)
      return loss
    }
    return super.optimizerStep(optimizer, unscaled, options)
  }
}

class UnscalesTwice extends MixedPrecision {
  override unscaleGradients(optimizer: Optimizer): void {
    super.unscaleGradients(optimizer)
    const scale = this.scaler!.currentScale
    noGrad(() => {
      for (const { params } of optimizer.paramGroups) {
        for (const parameter of params) parameter.grad = parameter.grad?.div(scale) ?? null
      }
    })
  }
}

/** Tells nobody of a skipped step: counters and schedulers go on. */
class HidesSkips extends MixedPrecision {
  override wasSkipped(): boolean {
    return false
  }
}

class NeverSkips extends GradScaler {
  override unscale(optimizer: Optimizer, parameters?: Parameters<GradScaler['unscale']>[1]): void {
    noGrad(() => {
      for (const { params } of optimizer.paramGroups) {
        for (const parameter of params) parameter.grad = parameter.grad?.nanToNum() ?? null
      }
    })
    super.unscale(optimizer, parameters)
  }
}

class ForgetsAutocast extends MixedPrecision {
  override forwardContext<T>(step: () => T): T {
    return step()
  }
}

/** Replaces how the loop's optimizers toggle. */
function toggling(toggle: (optimizers: readonly WrappedOptimizer[], own: WrappedOptimizer) => () => void): Breaking {
  return callback(() => ({
    onTrainStart(_trainer, module) {
      const optimizers = module.optimizers()
      for (const own of optimizers) {
        own.toggleModel = async (body) => {
          const restore = toggle(optimizers, own)
          try {
            return await body()
          } finally {
            restore()
          }
        }
      }
    },
  }))
}

function setLearning(optimizers: readonly WrappedOptimizer[], requiresGrad: boolean): void {
  for (const { paramGroups } of optimizers) {
    for (const { params } of paramGroups) for (const parameter of params) parameter.requiresGrad = requiresGrad
  }
}

/** Steps the schedulers of the module after every batch in which they were not. */
function stepSchedulers(module: TrainingModule, isDue: (optimizer: WrappedOptimizer) => boolean): void {
  if (module.optimizers().some(isDue)) for (const scheduler of module.lrSchedulers()) scheduler.step()
}

/** Trainings that are wrong, each in one thing. */
export const brokenTrainings = {
  zeroesEveryMicroBatch: strategy((...args) => new ZeroesEveryMicroBatch(...args)),
  stepsTwice: strategy((...args) => new StepsTwice(...args)),
  stepsBeforeTheClosure: precision(() => new StepsBeforeTheClosure()),
  runsTheClosureTwice: precision(() => new RunsTheClosureTwice()),
  losesTheLoss: precision(() => new LosesTheLoss()),
  clipsEachParameter: precision(() => new ClipsEachParameter()),
  clipsAlwaysByNorm: precision(() => new ClipsAlwaysByNorm()),
  scalesForGood: precision(() => new ScalesForGood()),
  ignoresToggles: toggling(() => () => {}),
  leavesOthersFrozen: toggling((optimizers, own) => {
    setLearning(
      optimizers.filter((other) => other !== own),
      false,
    )
    setLearning([own], true)
    return () => {}
  }),
  thawsWhatWasFrozen: toggling((optimizers, own) => {
    const others = optimizers.filter((other) => other !== own)
    setLearning(others, false)
    return () => setLearning(others, true)
  }),
  clipsBeforeUnscale: mixed(ClipsBeforeUnscale),
  unscalesTwice: mixed(UnscalesTwice),
  countsSkippedSteps: mixed(HidesSkips),
  schedulesOnASkip: callback(() => ({
    onTrainBatchEnd(_trainer, module) {
      stepSchedulers(module, ({ stepWasSkipped }) => stepWasSkipped)
    },
  })),
  neverSkips: mixed(MixedPrecision, (healthy) => new NeverSkips(scalerLike(healthy))),
  neverBacksOff: mixed(
    MixedPrecision,
    (healthy) => new GradScaler({ ...scalerLike(healthy), backoffFactor: 1 - 2 ** -20 }),
  ),
  neverGrows: mixed(
    MixedPrecision,
    (healthy) => new GradScaler({ ...scalerLike(healthy), growthFactor: 1 + 2 ** -20 }),
  ),
  forgetsAutocast: mixed(ForgetsAutocast),
} as const satisfies Readonly<Record<string, Breaking>>
