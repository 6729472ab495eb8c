import { MisconfigurationError } from '../errors/errors.ts'
import { type Batches, countBatches } from './batches.ts'
import { endEpoch } from './epoch-outputs.ts'
import { EvaluationLoop } from './evaluation-loop.ts'
import type { LoopContext } from './loop-context.ts'
import { stepPlateauSchedulers } from './schedulers.ts'
import { TrainingEpochLoop } from './training-epoch-loop.ts'

/** Epoch after epoch: train, then validate. */
export class FitLoop {
  readonly #context: LoopContext
  readonly #epochLoop: TrainingEpochLoop
  readonly #validationLoop: EvaluationLoop

  constructor(context: LoopContext) {
    this.#context = context
    this.#epochLoop = new TrainingEpochLoop(context)
    this.#validationLoop = new EvaluationLoop(context, 'Validation')
  }

  async run(train: Batches<unknown>, validation: Batches<unknown> | null): Promise<void> {
    const { progress, call } = this.#context
    progress.numBatches = countBatches(train)
    this.#checkOptimizers()
    await call('onFitStart')
    if (!this.#isDone()) {
      await call('onTrainStart')
      while (!this.#isDone()) await this.#epoch(train, validation)
      await call('onTrainEnd')
    }
    await call('onFitEnd')
  }

  async #epoch(train: Batches<unknown>, validation: Batches<unknown> | null): Promise<void> {
    const { module, progress, metrics, call } = this.#context
    await call('onTrainEpochStart')
    const hasValidation = validation !== null && module.validationStep !== undefined
    const isComplete = await this.#epochLoop.run(train, async () => {
      if (hasValidation) await this.#validationLoop.run(validation)
    })
    await metrics.endEpoch()
    await endEpoch(module, 'trainingEpochEnd', await this.#epochLoop.outputs())
    await call('onTrainEpochEnd')
    if (module.automaticOptimization && isComplete) {
      await stepPlateauSchedulers(this.#context, { interval: 'epoch', count: progress.epoch + 1 })
    }
    metrics.reset()
    progress.epoch++
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

  #isDone(): boolean {
    const { options, progress } = this.#context
    if (progress.shouldStop) return true
    if (options.maxSteps >= 0 && progress.globalStep >= options.maxSteps) return true
    return options.maxEpochs >= 0 && progress.epoch >= options.maxEpochs
  }
}
