import { recording } from '../graph/record.ts'
import { batchSizeOf } from '../strategy/batch-to-device.ts'
import { commit, commitAssigned, rollback } from '../tensor/flush.ts'
import { openStep } from '../tensor/step-scope.ts'
import { type Batches, countBatches, type NumberedBatch, numbered } from './batches.ts'
import { EpochOutputs, endEpoch } from './epoch-outputs.ts'
import type { LoopContext } from './loop-context.ts'
import { forHooks, freeOutputs, tensorsOf } from './step-output.ts'

/** Which evaluation: on validation or test data. */
export type EvaluationKind = 'Validation' | 'Test'

/** One run over validation or test data: evaluation mode, no gradients, epoch means. */
export class EvaluationLoop {
  readonly #context: LoopContext
  readonly #kind: EvaluationKind

  constructor(context: LoopContext, kind: EvaluationKind) {
    this.#context = context
    this.#kind = kind
  }

  /** @returns means of what was logged */
  async run(source: Batches<unknown>): Promise<Readonly<Record<string, number>>> {
    const { metrics, module } = this.#context
    const outputs = this.#kind === 'Validation' && module.validationEpochEnd !== undefined ? new EpochOutputs() : null
    const modes = module.modules().map((inner) => [inner, inner.training] as const)
    const scopeBefore = metrics.scope
    metrics.scope = 'evaluation'
    module.eval()
    try {
      this.#context.evaluation.numBatches = countBatches(source)
      await this.#context.call(`on${this.#kind}Start`)
      await this.#context.call(`on${this.#kind}EpochStart`)
      for await (const batch of numbered(source)) await this.#batch(batch, outputs)
      const means = await metrics.endEpoch()
      await endEpoch(module, 'validationEpochEnd', (await outputs?.toHost()) ?? null)
      await this.#context.call(`on${this.#kind}EpochEnd`)
      await this.#context.call(`on${this.#kind}End`)
      return means
    } finally {
      metrics.reset()
      metrics.scope = scopeBefore
      for (const [inner, training] of modes) inner.training = training
    }
  }

  async #batch({ batch: hostBatch, batchIdx }: NumberedBatch, epoch: EpochOutputs | null): Promise<void> {
    const { strategy, metrics, module } = this.#context
    const step = await openStep(strategy.accelerator)
    const { gradEnabled } = recording
    // The loop owns the mode for the whole step, over its awaits; `noGrad` is for what is synchronous.
    recording.gradEnabled = false
    try {
      await commitAssigned()
      const batch = strategy.batchToDevice(hostBatch)
      metrics.defaults = { onStep: false, onEpoch: true, batchSize: batchSizeOf(batch) }
      await this.#context.call(`on${this.#kind}BatchStart`, batch, batchIdx, 0)
      const returned = await strategy.step(() =>
        this.#kind === 'Test' ? module.testStep?.(batch, batchIdx, 0) : module.validationStep?.(batch, batchIdx, 0),
      )
      const outputs = freeOutputs(`${this.#kind.toLowerCase()}Step`, returned)
      await commit(tensorsOf(outputs).map((tensor) => tensor.value))
      const shown = forHooks(outputs)
      epoch?.add(shown)
      await this.#context.call(`on${this.#kind}BatchEnd`, shown, batch, batchIdx, 0)
      await commitAssigned()
    } catch (error) {
      rollback()
      throw error
    } finally {
      recording.gradEnabled = gradEnabled
      metrics.defaults = null
      step.close()
    }
  }
}
