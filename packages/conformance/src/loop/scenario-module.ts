import {
  type FreeStepOutput,
  type GradientClippingOptions,
  type LRSchedulerLike,
  MisconfigurationError,
  type Optimizer,
  type OptimizerConfig,
  type OptimizerStepOptions,
  type Parameter,
  TrainingModule,
} from '@voltaic/core'
import { holds, Performer, type Place, type Stage } from './actions.ts'
import { type Batch, batchesOf } from './batches.ts'
import { type Model, type ModelOptions, modelOf } from './models.ts'
import type { Recorder } from './recorder.ts'
import { makeOptimizer, makeScheduler } from './registry.ts'
import type { Action, ClipRule, OptimizerSpec, Scenario, ScriptedHook, StepRule } from './scenario.ts'

/** The module that a scenario describes. It overrides only what the scenario says. */
export class ScenarioModule extends TrainingModule<Batch> {
  readonly #scenario: Scenario
  readonly #recorder: Recorder
  readonly #model: Model
  readonly #stage: Stage
  readonly #schedulers = new Map<string, LRSchedulerLike>()

  constructor(scenario: Scenario, recorder: Recorder, options: ModelOptions) {
    super()
    this.#scenario = scenario
    this.#recorder = recorder
    this.#model = modelOf(scenario.model, options)
    this.#stage = {
      module: this,
      model: this.#model,
      recorder,
      optimizers: scenario.optimizers.map(({ name }) => name),
      schedulers: this.#schedulers,
    }
    this.automaticOptimization = scenario.optimization !== 'manual'
    // Properties by these names are what the state is named after.
    Object.assign(this, this.#model.layers)
    this.#freeze()
    this.#override()
    if (scenario.bringsLoaders) this.#bringLoaders(options.dtype)
  }

  trainingStep(batch: Batch, batchIdx: number, optimizerIdx: number): Promise<FreeStepOutput> {
    return this.#perform(this.#scenario.trainingStep, { batch, batchIdx, optimizerIdx })
  }

  configureOptimizers(): OptimizerConfig {
    const { optimizers: specs, configuredAs } = this.#scenario
    if (specs.length === 0) return null
    const optimizers = specs.map((spec) => this.#optimizer(spec))
    const entries = specs.map((spec, i) => this.#entry(spec, optimizers[i]!))
    const config =
      configuredAs === 'lists' ? [optimizers, entries.flatMap((entry) => entry.lrScheduler ?? [])] : entries
    const isBare = entries.every((entry) => Object.keys(entry).length === 1)
    if (configuredAs !== 'lists' && isBare) return optimizers.length === 1 ? optimizers[0]! : optimizers
    return (config.length === 1 ? config[0] : config) as OptimizerConfig
  }

  #optimizer({ name, type, layers, options = {} }: OptimizerSpec): Optimizer {
    const parameters = layers === undefined ? this.parameters() : layers.flatMap((layer) => this.#parametersOf(layer))
    return this.#recorder.optimizer(makeOptimizer(type, parameters, options), name)
  }

  #parametersOf(layer: string): Parameter[] {
    const found = this.#model.layers[layer]
    if (found !== undefined) return found.parameters()
    throw new MisconfigurationError(
      `runScenario: no such layer, got ${JSON.stringify(layer)}; there are ${Object.keys(this.#model.layers).join(', ')}`,
    )
  }

  #entry(
    { name, frequency, monitor }: OptimizerSpec,
    optimizer: Optimizer,
  ): { readonly optimizer: Optimizer; readonly lrScheduler?: object } {
    const { optimizers, schedulers = [] } = this.#scenario
    const spec = schedulers.find((scheduler) => (scheduler.optimizer ?? optimizers[0]!.name) === name)
    if (spec === undefined) return { optimizer, ...given({ frequency, monitor }) }
    const scheduler = this.#recorder.scheduler(makeScheduler(spec.type, optimizer, spec.options ?? {}), spec.name)
    this.#schedulers.set(spec.name, scheduler)
    const lrScheduler = spec.config === undefined ? scheduler : { scheduler, ...spec.config }
    return { optimizer, lrScheduler, ...given({ frequency, monitor }) }
  }

  #freeze(): void {
    const { frozen = [] } = this.#scenario
    for (const [name, parameter] of this.namedParameters()) if (frozen.includes(name)) parameter.requiresGrad = false
  }

  #bringLoaders(dtype: ModelOptions['dtype']): void {
    const { train, val, test } = this.#scenario
    // What a loader yields may be null; a run skips it and says so.
    this.trainDataloader = () => batchesOf(train, dtype) as never
    if (val) this.valDataloader = () => batchesOf(val, dtype) as never
    if (test) this.testDataloader = () => batchesOf(test, dtype) as never
  }

  #override(): void {
    const {
      validationStep,
      testStep,
      predictStep,
      hooks = {},
      endsEpochAt,
      optimizerStep,
      warmUp,
      configureGradientClipping,
    } = this.#scenario
    if (validationStep !== undefined) {
      this.validationStep = (batch, batchIdx) => this.#perform(validationStep, { batch, batchIdx, optimizerIdx: 0 })
    }
    if (testStep !== undefined) {
      this.testStep = (batch, batchIdx) => this.#perform(testStep, { batch, batchIdx, optimizerIdx: 0 })
    }
    if (predictStep !== undefined) {
      this.predictStep = (batch, batchIdx) => this.#perform(predictStep, { batch, batchIdx, optimizerIdx: 0 })
    }
    for (const [hook, actions] of Object.entries(hooks)) this.#overrideHook(hook as ScriptedHook, actions)
    if (endsEpochAt !== undefined) {
      this.onTrainBatchStart = (_batch, batchIdx) => (batchIdx === endsEpochAt ? -1 : undefined)
    }
    if (optimizerStep !== undefined || warmUp !== undefined) {
      this.optimizerStep = (options) => this.#stepBy(optimizerStep ?? [], options)
    }
    if (configureGradientClipping !== undefined) {
      this.configureGradientClipping = (options) => this.#clipBy(configureGradientClipping, options)
    }
  }

  #overrideHook(hook: ScriptedHook, actions: readonly Action[]): void {
    const nowhere = { batch: null, batchIdx: -1, optimizerIdx: 0 }
    if (hook === 'onTrainBatchEnd') {
      this.onTrainBatchEnd = async (outputs, batch, batchIdx) => {
        await this.#perform(actions, { batch, batchIdx, optimizerIdx: 0, outputs })
      }
    } else if (hook === 'onBeforeBackward') {
      this.onBeforeBackward = async (passedLoss) => void (await this.#perform(actions, { ...nowhere, passedLoss }))
    } else if (hook === 'onBeforeOptimizerStep') {
      this.onBeforeOptimizerStep = async (_, optimizerIdx) =>
        void (await this.#perform(actions, { ...nowhere, optimizerIdx }))
    } else if (hook === 'trainingEpochEnd') {
      this.trainingEpochEnd = async (outputs) => void (await this.#perform(actions, { ...nowhere, outputs }))
    } else {
      this.onTrainEpochEnd = async () => void (await this.#perform(actions, nowhere))
    }
  }

  async #stepBy(rules: readonly StepRule[], options: OptimizerStepOptions): Promise<void> {
    const { batchIdx, optimizer, optimizerIdx, optimizerClosure } = options
    const { warmUp } = this.#scenario
    if (warmUp !== undefined && this.globalStep < warmUp.steps) {
      const lr = Math.min(1, (this.globalStep + 1) / warmUp.steps) * warmUp.lr
      for (const group of optimizer.paramGroups) group.lr = lr
    }
    const place = { batch: null, batchIdx, optimizerIdx }
    const rule = rules.find((rule) => holds(rule, place, this.trainer.isLastBatch))
    const how = rule?.do ?? 'step'
    if (how === 'step') await optimizer.step(optimizerClosure)
    else if (how === 'closure') await optimizerClosure()
    else if (how === 'bypass') await optimizer.optimizer.step(optimizerClosure)
  }

  #clipBy(rules: readonly ClipRule[], options: GradientClippingOptions): void {
    const { optimizer, optimizerIdx, gradientClipVal, gradientClipAlgorithm } = options
    const place = { batch: null, batchIdx: -1, optimizerIdx }
    const rule = rules.find((rule) => holds(rule, place, this.trainer.isLastBatch))
    if (rule === undefined) return
    const scaled = gradientClipVal === null ? null : gradientClipVal * (rule.factor ?? 1)
    this.clipGradients(optimizer, {
      gradientClipVal: rule.gradientClipVal === undefined ? scaled : rule.gradientClipVal,
      gradientClipAlgorithm: rule.gradientClipAlgorithm ?? gradientClipAlgorithm,
    })
  }

  #perform(actions: readonly Action[], place: Place): Promise<FreeStepOutput> {
    return new Performer(this.#stage, { epoch: this.currentEpoch, ...place }).run(actions)
  }
}

/** The entries that have a value. */
function given<T extends object>(entries: T): Partial<T> {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined)) as Partial<T>
}
