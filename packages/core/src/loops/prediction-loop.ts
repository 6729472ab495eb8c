import { MisconfigurationError } from '../errors/errors.ts'
import { recording } from '../graph/record.ts'
import { commit, commitAssigned, rollback } from '../tensor/flush.ts'
import { openStep } from '../tensor/step-scope.ts'
import { type Batches, countBatches, type NumberedBatch, numbered } from './batches.ts'
import type { LoopContext } from './loop-context.ts'
import { tensorsIn } from './step-output.ts'

/** One run over data to predict on. */
export class PredictionLoop {
  readonly #context: LoopContext

  constructor(context: LoopContext) {
    this.#context = context
  }

  /** @returns what `predictStep` (or `forward`) made of each batch; its tensors stay usable */
  async run(source: Batches<unknown>): Promise<unknown[]> {
    const { module } = this.#context
    const modes = module.modules().map((inner) => [inner, inner.training] as const)
    const predictions: unknown[] = []
    module.eval()
    try {
      this.#context.evaluation.numBatches = countBatches(source)
      await this.#context.call('onPredictStart')
      for await (const batch of numbered(source)) predictions.push(await this.#batch(batch))
      await this.#context.call('onPredictEnd')
      return predictions
    } finally {
      for (const [inner, training] of modes) inner.training = training
    }
  }

  async #batch({ batch: hostBatch, batchIdx }: NumberedBatch): Promise<unknown> {
    const { strategy, call } = this.#context
    const step = await openStep(strategy.accelerator)
    const { gradEnabled } = recording
    // The loop owns the mode for the whole step, over its awaits; `noGrad` is for what is synchronous.
    recording.gradEnabled = false
    try {
      await commitAssigned()
      const batch = strategy.batchToDevice(hostBatch)
      await call('onPredictBatchStart', batch, batchIdx, 0)
      const prediction = await strategy.step(() => this.#predict(batch, batchIdx))
      for (const tensor of tensorsIn(prediction)) tensor.keep()
      await commit()
      await call('onPredictBatchEnd', prediction, batch, batchIdx, 0)
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

  #predict(batch: unknown, batchIdx: number): unknown {
    const { module } = this.#context
    if (module.predictStep !== undefined) return module.predictStep(batch, batchIdx, 0)
    const { forward } = module as { forward?: (batch: unknown) => unknown }
    if (forward === undefined) {
      throw new MisconfigurationError(
        `predict: ${module.constructor.name} has no predictStep and no forward; write one of them`,
      )
    }
    return forward.call(module, batch)
  }
}
