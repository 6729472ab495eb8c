import type { WrappedOptimizer } from '../strategy/wrapped-optimizer.ts'
import type { NumberedBatch } from './batches.ts'
import type { LoopContext } from './loop-context.ts'
import type { BatchOutputs, Outputs } from './step-output.ts'
import { TrainingClosure } from './training-closure.ts'

/**
 * One batch of automatic optimization: for each optimizer that is active the closure (training step, zeroGrad, backward),
 * run by the optimizer's step, or on its own while gradients are being accumulated.
 */
export class AutomaticOptimization {
  readonly #context: LoopContext
  #warnedOfNull = false

  constructor(context: LoopContext) {
    this.#context = context
  }

  /**
   * @param batch - tensors on the device
   * @returns outputs; of several optimizers a list, in their order
   */
  async run(batch: unknown, numberedBatch: NumberedBatch): Promise<BatchOutputs> {
    const { wrapped } = this.#context.optimizers
    if (wrapped.length < 2) return this.#optimize(batch, numberedBatch, wrapped[0], 0)
    const outputs: Outputs[] = []
    for (const optimizerIdx of this.#context.optimizers.activeIn(numberedBatch.batchIdx)) {
      const optimizer = wrapped[optimizerIdx]!
      outputs.push(await optimizer.toggleModel(() => this.#optimize(batch, numberedBatch, optimizer, optimizerIdx)))
    }
    return outputs
  }

  async #optimize(
    batch: unknown,
    { batchIdx, isLast }: NumberedBatch,
    optimizer: WrappedOptimizer | undefined,
    optimizerIdx: number,
  ): Promise<Outputs> {
    const { module, strategy, accumulation, progress, promises } = this.#context
    const closure = new TrainingClosure(this.#context, { batch, batchIdx, optimizer, optimizerIdx })
    if (optimizer === undefined) await closure.run()
    else if (accumulation.isOpen(batchIdx, isLast)) await strategy.noBackwardSync(() => closure.run())
    else {
      const optimizerClosure = () => closure.run()
      await module.optimizerStep({ epoch: progress.epoch, batchIdx, optimizer, optimizerIdx, optimizerClosure })
      await promises.check()
    }
    const outputs = closure.result()
    if (outputs.loss === null) this.#warnOfNull()
    return outputs
  }

  #warnOfNull(): void {
    if (this.#warnedOfNull) return
    this.#warnedOfNull = true
    console.warn('trainingStep: returned null; the batch has no backward pass')
  }
}
