import { MisconfigurationError } from '../errors/errors.ts'
import { batchSizeOf } from '../strategy/batch-to-device.ts'
import { commit, commitAssigned, rollback } from '../tensor/flush.ts'
import { openStep } from '../tensor/step-scope.ts'
import { AutomaticOptimization } from './automatic-optimization.ts'
import { type Batches, type NumberedBatch, numbered } from './batches.ts'
import type { LoopContext } from './loop-context.ts'
import { ManualOptimization } from './manual-optimization.ts'
import { stepSchedulers } from './schedulers.ts'
import { forHooks, tensorsOf } from './step-output.ts'

/** One epoch of training, batch by batch. */
export class TrainingEpochLoop {
  readonly #context: LoopContext
  readonly #optimization: AutomaticOptimization | ManualOptimization
  /** Optimizer steps taken when the running batch began. */
  #stepsBefore = 0

  constructor(context: LoopContext) {
    this.#context = context
    this.#optimization = context.module.automaticOptimization
      ? new AutomaticOptimization(context)
      : new ManualOptimization(context)
  }

  /**
   * @returns whether the epoch ended as it may be validated: after its last batch, or because someone stopped the fit
   * @throws MisconfigurationError when there is no batch at all
   */
  async run(source: Batches<unknown>): Promise<boolean> {
    const { progress, options } = this.#context
    progress.batch = 0
    for await (const numberedBatch of numbered(source)) {
      if (options.maxSteps >= 0 && progress.globalStep >= options.maxSteps) return false
      if (!(await this.#batch(numberedBatch))) return false
      if (progress.shouldStop) return true
    }
    if (progress.batch === 0) throw new MisconfigurationError(noBatch(progress.epoch))
    return true
  }

  /** @returns false when a hook ended the epoch before this batch */
  async #batch(numberedBatch: NumberedBatch): Promise<boolean> {
    const { strategy, metrics, progress, promises } = this.#context
    const { batchIdx, isLast } = numberedBatch
    const step = await openStep(strategy.accelerator)
    try {
      // What was assigned between steps stays, whatever becomes of this one.
      await commitAssigned()
      const batch = strategy.batchToDevice(numberedBatch.batch)
      metrics.defaults = { onStep: true, onEpoch: false, batchSize: batchSizeOf(batch) }
      if ((await this.#context.call('onTrainBatchStart', batch, batchIdx)) === -1) {
        await commitAssigned()
        return false
      }
      this.#stepsBefore = this.#stepsTaken()
      const outputs = await this.#optimization.run(batch, numberedBatch)
      await commit(tensorsOf(outputs).map((tensor) => tensor.value))
      progress.batch++
      this.#advance(isLast)
      await this.#context.call('onTrainBatchEnd', forHooks(outputs), batch, batchIdx)
      await commitAssigned()
      this.#releaseGradients(isLast)
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

  /** Counters and schedulers, once the update is real. */
  #advance(isLast: boolean): void {
    const { module, progress, options } = this.#context
    if (this.#stepsTaken() > this.#stepsBefore) progress.globalStep++
    if (!module.automaticOptimization) return
    const windowIsFull = progress.batch % options.accumulateGradBatches === 0 || isLast
    if (windowIsFull) stepSchedulers(this.#context, 'step', progress.batch)
    if (isLast) stepSchedulers(this.#context, 'epoch', progress.epoch + 1)
  }

  #stepsTaken(): number {
    return this.#context.optimizers.wrapped.reduce((steps, { stepCount }) => steps + stepCount, 0)
  }

  /** Gradients of a closed window are of no more use, unless an override looks at them before they are zeroed. */
  #releaseGradients(isLast: boolean): void {
    const { module, options, optimizers, progress, looksAtGradients } = this.#context
    if (!module.automaticOptimization || looksAtGradients) return
    if (isLast || progress.batch % options.accumulateGradBatches === 0) optimizers.releaseGradients()
  }
}

function noBatch(epoch: number): string {
  const remedy =
    epoch === 0 ? 'is the dataset empty?' : 'a generator runs only once: pass what can be iterated anew each epoch'
  return `fit: the training data has no batch, got none in epoch ${epoch}; ${remedy}`
}
