import type { Batches } from '../data/batches.ts'
import { DataLoader } from '../data/data-loader.ts'
import { MisconfigurationError } from '../errors/errors.ts'
import { defaultGenerator } from '../tensor/generator.ts'
import { limited } from './batches.ts'
import { endEpoch } from './epoch-outputs.ts'
import { EvaluationLoop } from './evaluation-loop.ts'
import { type FitState, fitState, restoreBeforeTraining } from './fit-state.ts'
import { batchesFrom } from './loaders.ts'
import type { LoopContext } from './loop-context.ts'
import { stepPlateauSchedulers } from './schedulers.ts'
import { isDone } from './stopping.ts'
import { TrainingEpochLoop, tellOfInterrupt } from './training-epoch-loop.ts'
import { ValidationSchedule } from './validation-schedule.ts'

/** Epoch after epoch: train, and validate in between. */
export class FitLoop {
  readonly #context: LoopContext
  readonly #epochLoop: TrainingEpochLoop
  readonly #validationLoop: EvaluationLoop

  readonly #resumed: FitState | null
  /** Whether the loader is being iterated. */
  #isEpochOpen = false

  /** @param resumed - the state to go on from; what can be restored before the first hook has been */
  constructor(context: LoopContext, resumed: FitState | null = null) {
    this.#context = context
    this.#resumed = resumed
    this.#epochLoop = new TrainingEpochLoop(context)
    this.#validationLoop = new EvaluationLoop(context, 'Validation')
    context.saves.state = () =>
      fitState(context, { outputs: this.#epochLoop.keptOutputs, isEpochOpen: this.#isEpochOpen })
  }

  async run(): Promise<void> {
    const { options, call } = this.#context
    this.#checkOptimizers()
    await call('onFitStart')
    await this.#sanityCheck()
    if (this.#resumed !== null) {
      await restoreBeforeTraining(this.#context, this.#resumed)
      this.#epochLoop.restore(this.#resumed.loop.outputs)
    }
    if (options.limitTrainBatches !== 0) await this.#train()
    await call('onFitEnd')
  }

  /** A few batches of validation before the training, whose metrics and random numbers leave no trace. */
  async #sanityCheck(): Promise<void> {
    const { options, progress, metrics, loaders, call } = this.#context
    if (options.numSanityValSteps === 0 || !this.#canValidate()) return
    const { state } = defaultGenerator
    progress.sanityChecking = true
    await call('onSanityCheckStart')
    const epochs = (await loaders.get('val')).map((loader) => (loader instanceof DataLoader ? loader.epoch : null))
    await this.#validationLoop.run()
    await call('onSanityCheckEnd')
    progress.sanityChecking = false
    metrics.forget()
    defaultGenerator.state = state
    for (const [i, loader] of (await loaders.get('val')).entries()) {
      if (loader instanceof DataLoader) loader.setEpoch(epochs[i]!)
    }
  }

  async #train(): Promise<void> {
    const { options, progress, loaders, saves, call } = this.#context
    const [train] = await loaders.get('train')
    const limit = { option: 'limitTrainBatches', limit: options.limitTrainBatches }
    progress.numBatches = limited('fit', train!, limit)
    const schedule = new ValidationSchedule(options, progress.numBatches)
    if (isDone(this.#context)) return
    // Progress bars show how many batches a validation has.
    if (this.#canValidate() && schedule.hasAny(progress.epoch)) await loaders.get('val')
    this.#context.writer.warnOfShortEpochs(progress.numBatches)
    await saves.run()
    await call('onTrainStart')
    while (!isDone(this.#context)) await this.#epoch(train!, schedule)
    await call('onTrainEnd')
  }

  async #epoch(train: Batches<unknown>, schedule: ValidationSchedule): Promise<void> {
    const { module, progress, metrics, writer, call } = this.#context
    await call('onTrainEpochStart')
    this.#isEpochOpen = true
    const isComplete = await this.#epochLoop.run(batchesFrom(train, progress.batch), {
      schedule: this.#canValidate() && schedule.hasAny(progress.epoch) ? schedule : null,
      validate: async () => void (await this.#validationLoop.run()),
    })
    progress.epochsDone++
    await metrics.endEpoch()
    await endEpoch(this.#context, 'trainingEpochEnd', await this.#epochLoop.outputs())
    await call('onTrainEpochEnd')
    const { logged } = await metrics.endEpoch()
    if (module.automaticOptimization && isComplete) {
      await stepPlateauSchedulers(this.#context, { interval: 'epoch', count: progress.epoch + 1 })
    }
    await writer.afterTrainEpoch(logged)
    metrics.reset()
    progress.epoch++
    progress.batch = 0
    this.#isEpochOpen = false
    await this.#save()
  }

  async #save(): Promise<void> {
    const { isInterrupted, saves } = this.#context
    if (isInterrupted()) await tellOfInterrupt(this.#context)
    await saves.run()
  }

  #canValidate(): boolean {
    const { module, options, loaders } = this.#context
    return module.validationStep !== undefined && options.limitValBatches !== 0 && loaders.has('val')
  }

  #checkOptimizers(): void {
    const { optimizers, options } = this.#context
    if (optimizers.wrapped.length > 0) return
    if (options.maxEpochs < 0) {
      throw new MisconfigurationError(
        `fit: without an optimizer no step is ever counted, got maxSteps ${options.maxSteps} and no maxEpochs; set maxEpochs`,
      )
    }
    console.warn('configureOptimizers: returned null; batches go forward and backward, and nothing is learned')
  }
}
