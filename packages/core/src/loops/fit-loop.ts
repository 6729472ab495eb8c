import type { Batches } from './batches.ts'
import { EvaluationLoop } from './evaluation-loop.ts'
import type { LoopContext } from './loop-context.ts'
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
    const { module, call } = this.#context
    module.train()
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
    const isValidated = (await this.#epochLoop.run(train)) && module.validationStep !== undefined
    if (validation !== null && isValidated) await this.#validationLoop.run(validation)
    await metrics.endEpoch()
    await call('onTrainEpochEnd')
    metrics.reset()
    progress.epoch++
  }

  #isDone(): boolean {
    const { options, progress } = this.#context
    if (progress.shouldStop) return true
    if (options.maxSteps >= 0 && progress.globalStep >= options.maxSteps) return true
    return options.maxEpochs >= 0 && progress.epoch >= options.maxEpochs
  }
}
