import type { NumberedBatch } from './batches.ts'
import type { LoopContext } from './loop-context.ts'
import { freeOutputs, type Outputs } from './step-output.ts'

/** One batch of manual optimization: the user's step does everything, and everything it began must be awaited. */
export class ManualOptimization {
  readonly #context: LoopContext

  constructor(context: LoopContext) {
    this.#context = context
  }

  async run(batch: unknown, { batchIdx }: NumberedBatch): Promise<Outputs> {
    const { module, strategy, promises } = this.#context
    const returned = await strategy.step(() => module.trainingStep(batch, batchIdx, 0))
    await promises.check()
    const { loss, extras } = freeOutputs('trainingStep', returned)
    return { loss: loss?.detach() ?? null, extras }
  }
}
