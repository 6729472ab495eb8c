import type { Batches } from '../data/batches.ts'
import { MisconfigurationError } from '../errors/errors.ts'
import { batchSizeOf } from '../strategy/batch-to-device.ts'
import { commit, commitAssigned, rollback } from '../tensor/flush.ts'
import { openStep } from '../tensor/step-scope.ts'
import { AutomaticOptimization } from './automatic-optimization.ts'
import { type NumberedBatch, numbered } from './batches.ts'
import { byOptimizer, EpochOutputs } from './epoch-outputs.ts'
import type { LoopContext } from './loop-context.ts'
import { ManualOptimization } from './manual-optimization.ts'
import { stepPlateauSchedulers, stepSchedulers } from './schedulers.ts'
import { forHooks, tensorsOf } from './step-output.ts'
import { hasAllSteps, isStopping } from './stopping.ts'
import { transferred } from './transfer.ts'
import type { ValidationSchedule } from './validation-schedule.ts'

/** The validations of an epoch. */
export interface Validations {
  /** When they come; null: there are none. */
  readonly schedule: ValidationSchedule | null
  readonly validate: () => Promise<void>
}

/** One epoch of training, batch by batch. */
export class TrainingEpochLoop {
  readonly #context: LoopContext
  readonly #optimization: AutomaticOptimization | ManualOptimization
  /** Null when no hook wants them. */
  readonly #outputs: EpochOutputs | null
  /** Optimizer steps taken when the running batch began. */
  #stepsBefore = 0

  constructor(context: LoopContext) {
    this.#context = context
    const { module } = context
    this.#optimization = module.automaticOptimization
      ? new AutomaticOptimization(context)
      : new ManualOptimization(context)
    this.#outputs = module.trainingEpochEnd === undefined ? null : new EpochOutputs()
  }

  /**
   * @param source - the batches of the epoch from `progress.batch` on
   * @returns whether the last batch was done
   * @throws MisconfigurationError when there is no batch at all
   */
  async run(source: Batches<unknown>, validations: Validations): Promise<boolean> {
    const { progress, options, accumulation, writer, isInterrupted } = this.#context
    const limit = options.limitTrainBatches === null ? undefined : progress.numBatches
    if (progress.validationSkipped) await this.#makeUpFor(validations)
    for await (const numberedBatch of numbered(source, limit, progress.batch)) {
      if (hasAllSteps(this.#context)) return false
      if (!(await this.#batch(numberedBatch))) return false
      const { batchIdx, isLast } = numberedBatch
      const closesWindow = !accumulation.isOpen(batchIdx, isLast)
      if (closesWindow) await writer.afterTrainBatch()
      if (this.#isValidationDue(numberedBatch, validations)) await this.#validate(numberedBatch, validations)
      await this.#stepPlateaus(numberedBatch)
      if (closesWindow) progress.steppedBatches++
      if (!isLast || isInterrupted()) await this.#save()
      if (isLast || isInterrupted() || isStopping(this.#context)) return isLast
    }
    // A fit that goes on may have been saved with all batches done.
    if (progress.batch > 0) return true
    throw new MisconfigurationError(noBatch(progress.epoch))
  }

  /** The validation that an interrupted fit left out, as of the batch before. */
  async #makeUpFor({ validate }: Validations): Promise<void> {
    const { progress, accumulation } = this.#context
    const closesWindow = !accumulation.isOpen(progress.batch - 1, progress.batch === progress.numBatches)
    progress.validationSkipped = false
    // The batch's step counts for loggers once its validation is over.
    if (closesWindow) progress.steppedBatches--
    await validate()
    if (closesWindow) progress.steppedBatches++
  }

  /** What waits to be saved; after the last batch of an epoch it waits for the epoch's end. */
  async #save(): Promise<void> {
    const { isInterrupted, saves } = this.#context
    if (isInterrupted()) await tellOfInterrupt(this.#context)
    await saves.run()
  }

  /** Outputs of the running epoch's batches so far, to be saved. */
  get keptOutputs(): readonly unknown[] {
    return this.#outputs?.kept ?? []
  }

  /** Goes on with outputs that were saved. */
  restore(outputs: readonly unknown[]): void {
    this.#outputs?.restore(outputs)
  }

  /** Whether a validation is due, or the fit is about to stop. */
  #isValidationDue({ batchIdx, isLast }: NumberedBatch, { schedule }: Validations): boolean {
    const { epoch, batchesSeen } = this.#context.progress
    if (schedule === null) return false
    return schedule.isDue({ epoch, batchIdx, batchesSeen, isLast }) || isStopping(this.#context)
  }

  async #validate({ batchIdx, isLast }: NumberedBatch, { validate }: Validations): Promise<void> {
    const { module, accumulation, progress, isInterrupted } = this.#context
    // A run that was asked to end does so after its step; one that goes on from there begins with the validation.
    progress.validationSkipped = isInterrupted()
    if (progress.validationSkipped) return
    // Gradients of an open window are still needed.
    if (!accumulation.isOpen(batchIdx, isLast)) await module.onValidationModelZeroGrad()
    await validate()
  }

  /** Outputs of the epoch's batches on the host; of several optimizers by optimizer. Null when no hook wants them. */
  async outputs(): Promise<unknown[] | null> {
    const { module, optimizers } = this.#context
    const outputs = (await this.#outputs?.toHost()) ?? null
    const isListed = module.automaticOptimization && optimizers.wrapped.length > 1
    return outputs !== null && isListed ? byOptimizer(outputs, optimizers.wrapped.length) : outputs
  }

  /** @returns false when a hook ended the epoch before this batch */
  async #batch(numberedBatch: NumberedBatch): Promise<boolean> {
    const { strategy, metrics, progress, promises, optimizers } = this.#context
    const { batchIdx, isLast } = numberedBatch
    const step = await openStep(strategy.accelerator)
    try {
      // What was assigned between steps stays, whatever becomes of this one.
      await commitAssigned()
      const batch = await transferred(this.#context, numberedBatch.batch, 0)
      metrics.batchSize = batchSizeOf(batch)
      progress.isLastBatch = isLast
      if ((await this.#context.call('onTrainBatchStart', batch, batchIdx)) === -1) {
        await commitAssigned()
        return false
      }
      this.#stepsBefore = optimizers.stepsTaken
      optimizers.beginBatch()
      const outputs = await metrics.at('trainingStep', () => this.#optimization.run(batch, numberedBatch))
      await commit([...tensorsOf(outputs), ...optimizers.undecided].map((tensor) => tensor.value))
      if (await optimizers.settle()) await strategy.precision.checkSkipped()
      progress.batch++
      progress.batchesSeen++
      await this.#advance(numberedBatch)
      const shown = forHooks(outputs)
      this.#outputs?.add(shown)
      await this.#context.call('onTrainBatchEnd', shown, batch, batchIdx)
      await commitAssigned()
      this.#releaseGradients(numberedBatch)
      return true
    } catch (error) {
      await promises.settle()
      rollback()
      throw error
    } finally {
      metrics.batchSize = 1
      step.close()
    }
  }

  /** Counters, and schedulers that watch nothing, once the update is real. */
  async #advance({ batchIdx, isLast }: NumberedBatch): Promise<void> {
    const { module, progress, accumulation, optimizers } = this.#context
    if (optimizers.stepsTaken > this.#stepsBefore) progress.globalStep++
    if (!module.automaticOptimization) return
    const learned = optimizers.learnedIn(batchIdx)
    const moves = learned.length > 0 || optimizers.wrapped.length === 0
    if (moves && !accumulation.isOpen(batchIdx, isLast)) {
      await stepSchedulers(this.#context, { interval: 'step', count: batchIdx + 1, active: learned })
    }
    if (isLast) await stepSchedulers(this.#context, { interval: 'epoch', count: progress.epoch + 1 })
  }

  /** Schedulers that watch a metric: after the hooks of the batch, and after a validation that follows it. */
  async #stepPlateaus({ batchIdx, isLast }: NumberedBatch): Promise<void> {
    const { module, accumulation, optimizers } = this.#context
    if (!module.automaticOptimization || accumulation.isOpen(batchIdx, isLast)) return
    const active = optimizers.learnedIn(batchIdx)
    if (active.length === 0 && optimizers.wrapped.length > 0) return
    await stepPlateauSchedulers(this.#context, { interval: 'step', count: batchIdx + 1, active })
  }

  /** Gradients of a closed window are of no more use, unless an override looks at them before they are zeroed. */
  #releaseGradients({ batchIdx, isLast }: NumberedBatch): void {
    const { module, accumulation, optimizers, looksAtGradients } = this.#context
    if (!module.automaticOptimization || looksAtGradients) return
    if (!accumulation.isOpen(batchIdx, isLast)) optimizers.releaseGradients()
  }
}

function noBatch(epoch: number): string {
  const remedy =
    epoch === 0 ? 'is the dataset empty?' : 'a generator runs only once: pass what can be iterated anew each epoch'
  return `fit: the training data has no batch, got none in epoch ${epoch}; ${remedy}`
}

/** Tells hooks that the run was asked to end, once. */
export async function tellOfInterrupt({ progress, call }: LoopContext): Promise<void> {
  if (progress.toldOfInterrupt) return
  progress.toldOfInterrupt = true
  await call('onInterrupt')
}
