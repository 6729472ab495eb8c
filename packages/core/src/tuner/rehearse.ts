import { DataLoader } from '../data/data-loader.ts'
import type { LoaderHooks } from '../module/data-hooks.ts'
import { DataModule } from '../module/data-module.ts'
import { configureOptimizers, type OptimizerConfig } from '../module/optimizer-config.ts'
import type { TrainingModule } from '../module/training-module.ts'
import { Optimizer } from '../optim/optimizer.ts'
import { defaultGenerator } from '../tensor/generator.ts'
import { checkModule, requireMethods } from '../trainer/checks.ts'
import type { TrainerOptions } from '../trainer/options.ts'
import { type FitData, Trainer } from '../trainer/trainer.ts'
import { inPlaceOf } from './in-place-of.ts'
import { moduleState } from './module-state.ts'

/** A fit that is to leave no trace. */
interface Rehearsal<Batch> {
  readonly module: TrainingModule<Batch>
  readonly data: FitData<Batch> | DataModule<Batch> | undefined
  readonly options: TrainerOptions
  /** Looks at the optimizers before they are used. */
  readonly check?: (optimizers: readonly Optimizer[]) => void
}

type Restore = () => void

/**
 * Fits without the module's callbacks, in automatic optimization without schedulers, and then puts back, whatever happened: the
 * module, its optimizers and schedulers, the precision plugin, random numbers, and the epochs of training loaders.
 */
export async function rehearse<Batch>(who: string, { module, data, options, check }: Rehearsal<Batch>): Promise<void> {
  checkModule(who, module)
  requireMethods(module)
  const trainer = new Trainer(options)
  const restores: Restore[] = [randomState(), moduleState(module), pluginState(options)]
  try {
    restores.push(inPlaceOf(module, 'configureCallbacks', () => []))
    lendOptimizers(module, restores, check)
    if (data instanceof DataModule) lendLoader(data, restores)
    else restores.push(epochOf(data?.train))
    lendLoader(module, restores)
    await trainer.fit(module, withValidation(module, data))
  } finally {
    // The module first: states of optimizers take the dtypes of their parameters.
    for (const restore of restores) restore()
  }
}

/** A fit asks for the data of a `validationStep`; one that validates nothing has no use for them. */
function withValidation<Batch>(
  module: TrainingModule<Batch>,
  data: FitData<Batch> | DataModule<Batch> | undefined,
): FitData<Batch> | DataModule<Batch> | undefined {
  if (data instanceof DataModule || module.validationStep === undefined) return data
  return { ...data, val: data?.val ?? [] }
}

/** Lets the module configure its optimizers as ever, and takes note of their states. */
function lendOptimizers(module: TrainingModule, restores: Restore[], check: Rehearsal<unknown>['check']): void {
  const configure = module.configureOptimizers
  // A scheduler that is made there has set rates already when its optimizer is returned.
  const held = new Set(Object.values(module).filter((property) => property instanceof Optimizer))
  for (const optimizer of held) restores.push(stateOf(optimizer))
  const lent = (): OptimizerConfig => {
    const config = configure.call(module)
    const asked = configureOptimizers(config, { automatic: false, stepsSchedulers: true })
    check?.(asked.optimizers)
    for (const optimizer of asked.optimizers) if (!held.has(optimizer)) restores.push(stateOf(optimizer))
    for (const { scheduler } of asked.schedulers) restores.push(stateOf(scheduler))
    // In manual optimization the module steps its schedulers.
    return module.automaticOptimization ? withoutSchedulers(asked) : config
  }
  restores.push(inPlaceOf(module, 'configureOptimizers', lent))
}

function withoutSchedulers({ optimizers, frequencies }: ReturnType<typeof configureOptimizers>): OptimizerConfig {
  if (optimizers.length === 0) return null
  if (frequencies === null) return optimizers
  return optimizers.map((optimizer, i) => ({ optimizer, frequency: frequencies[i]! }))
}

/** Something that is saved as `State`. */
interface Stateful<State> {
  stateDict(): State
  loadStateDict(state: State): void
}

function stateOf<State>(stateful: Stateful<State>): Restore {
  const state = stateful.stateDict()
  return () => stateful.loadStateDict(state)
}

/** A plugin that the user holds has a state of its own: that of a gradient scaler, say. */
function pluginState({ strategy, precision }: TrainerOptions): Restore {
  if (strategy !== undefined) return stateOf(strategy.precision)
  return typeof precision === 'object' ? stateOf(precision) : () => {}
}

/** Lets the owner's hook give its loader as ever, and takes note of the loader's epoch. */
function lendLoader<Batch>(owner: LoaderHooks<Batch>, restores: Restore[]): void {
  const hook = owner.trainDataloader
  if (hook === undefined) return
  const lent: typeof hook = async () => {
    const loader = await hook.call(owner)
    restores.push(epochOf(loader))
    return loader
  }
  restores.push(inPlaceOf(owner, 'trainDataloader', lent))
}

function epochOf(loader: unknown): Restore {
  if (!(loader instanceof DataLoader)) return () => {}
  const { epoch } = loader
  return () => loader.setEpoch(epoch)
}

function randomState(): Restore {
  const { state } = defaultGenerator
  return () => {
    defaultGenerator.state = state
  }
}
