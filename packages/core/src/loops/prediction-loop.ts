import { MisconfigurationError } from '../errors/errors.ts'
import { recording } from '../graph/record.ts'
import { commit, commitAssigned, rollback } from '../tensor/flush.ts'
import { openStep } from '../tensor/step-scope.ts'
import { limited, type NumberedBatch, numbered } from './batches.ts'
import type { LoopContext } from './loop-context.ts'
import { ModelMode } from './model-mode.ts'
import { tensorsIn } from './step-output.ts'
import { transferred } from './transfer.ts'

/** One run over data to predict on. */
export class PredictionLoop {
  readonly #context: LoopContext

  constructor(context: LoopContext) {
    this.#context = context
  }

  /**
   * @returns what `predictStep` (or `forward`) made of each batch, of several loaders by loader; its tensors stay usable
   */
  async run(): Promise<unknown[]> {
    const { module, loaders, options, evaluation, call } = this.#context
    const mode = new ModelMode(module, 'Predict')
    const predictions: unknown[][] = []
    try {
      const sources = await loaders.get('predict')
      const limit = { option: 'limitPredictBatches', limit: options.limitPredictBatches }
      const limits = sources.map((source) => limited('predict', source, limit))
      await mode.eval()
      evaluation.numBatches = limits.length === 1 ? limits[0] : undefined
      await call('onPredictStart')
      await call('onPredictEpochStart')
      for (const [dataloaderIdx, source] of sources.entries()) {
        const made: unknown[] = []
        predictions.push(made)
        for await (const batch of numbered(source, limit.limit === null ? undefined : limits[dataloaderIdx])) {
          if (this.#context.isInterrupted()) break
          made.push(await this.#batch(batch, dataloaderIdx))
        }
      }
      await call('onPredictEpochEnd')
      await call('onPredictEnd')
      await mode.restoreByHook()
      return predictions.length === 1 ? predictions[0]! : predictions
    } finally {
      mode.restore()
    }
  }

  async #batch({ batch: hostBatch, batchIdx }: NumberedBatch, dataloaderIdx: number): Promise<unknown> {
    const { strategy, call } = this.#context
    const step = await openStep(strategy.accelerator)
    const { gradEnabled } = recording
    // The loop owns the mode for the whole step, over its awaits; `noGrad` is for what is synchronous.
    recording.gradEnabled = false
    try {
      await commitAssigned()
      const batch = await transferred(this.#context, hostBatch, dataloaderIdx)
      await call('onPredictBatchStart', batch, batchIdx, dataloaderIdx)
      const prediction = await strategy.step(() => this.#predict(batch, batchIdx, dataloaderIdx))
      for (const tensor of tensorsIn(prediction)) tensor.keep()
      await commit()
      await call('onPredictBatchEnd', prediction, batch, batchIdx, dataloaderIdx)
      await commitAssigned()
      return prediction
    } catch (error) {
      rollback()
      throw error
    } finally {
      recording.gradEnabled = gradEnabled
      step.close()
    }
  }

  #predict(batch: unknown, batchIdx: number, dataloaderIdx: number): unknown {
    const { module } = this.#context
    if (module.predictStep !== undefined) return module.predictStep(batch, batchIdx, dataloaderIdx)
    const { forward } = module as { forward?: (batch: unknown) => unknown }
    if (forward === undefined) {
      throw new MisconfigurationError(
        `predict: ${module.constructor.name} has no predictStep and no forward; write one of them`,
      )
    }
    return forward.call(module, batch)
  }
}
