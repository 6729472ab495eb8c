import { MisconfigurationError } from '../errors/errors.ts'
import { batchSizeOf } from '../strategy/batch-to-device.ts'
import { commit, commitAssigned, rollback } from '../tensor/flush.ts'
import { openStep } from '../tensor/step-scope.ts'
import { AutomaticOptimization } from './automatic-optimization.ts'
import { type Batches, type NumberedBatch, numbered } from './batches.ts'
import { byOptimizer, EpochOutputs } from './epoch-outputs.ts'
import type { LoopContext } from './loop-context.ts'
import { ManualOptimization } from './manual-optimization.ts'
import { stepPlateauSchedulers, stepSchedulers } from './schedulers.ts'
import { forHooks, tensorsOf } from './step-output.ts'

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
   * @param validate - comes after the last batch, or the one with which someone stops the fit
   * @returns whether the last batch was done
   * @throws MisconfigurationError when there is no batch at all
   */
  async run(source: Batches<unknown>, validate: () => Promise<void>): Promise<boolean> {
    const { progress, options } = this.#context
    progress.batch = 0
    for await (const numberedBatch of numbered(source)) {
      if (options.maxSteps >= 0 && progress.globalStep >= options.maxSteps) return false
      if (!(await this.#batch(numberedBatch))) return false
      const { isLast } = numberedBatch
      if (isLast || progress.shouldStop) await validate()
      await this.#stepPlateaus(numberedBatch)
      if (isLast || progress.shouldStop) return isLast
    }
    throw new MisconfigurationError(noBatch(progress.epoch))
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
      const batch = strategy.batchToDevice(numberedBatch.batch)
      metrics.defaults = { onStep: true, onEpoch: false, batchSize: batchSizeOf(batch) }
      progress.isLastBatch = isLast
      if ((await this.#context.call('onTrainBatchStart', batch, batchIdx)) === -1) {
        await commitAssigned()
        return false
      }
      this.#stepsBefore = optimizers.stepsTaken
      const outputs = await this.#optimization.run(batch, numberedBatch)
      await commit(tensorsOf(outputs).map((tensor) => tensor.value))
      progress.batch++
      this.#advance(numberedBatch)
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
      metrics.defaults = null
      step.close()
    }
  }

  /** Counters, and schedulers that watch nothing, once the update is real. */
  #advance({ batchIdx, isLast }: NumberedBatch): void {
    const { module, progress, accumulation, optimizers } = this.#context
    if (optimizers.stepsTaken > this.#stepsBefore) progress.globalStep++
    if (!module.automaticOptimization) return
    if (!accumulation.isOpen(batchIdx, isLast)) {
      stepSchedulers(this.#context, { interval: 'step', count: batchIdx + 1, active: optimizers.activeIn(batchIdx) })
    }
    if (isLast) stepSchedulers(this.#context, { interval: 'epoch', count: progress.epoch + 1 })
  }

  /** Schedulers that watch a metric: after the hooks of the batch, and after a validation that follows it. */
  async #stepPlateaus({ batchIdx, isLast }: NumberedBatch): Promise<void> {
    const { module, accumulation, optimizers } = this.#context
    if (!module.automaticOptimization || accumulation.isOpen(batchIdx, isLast)) return
    const active = optimizers.activeIn(batchIdx)
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
