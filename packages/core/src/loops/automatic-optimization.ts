import { MisconfigurationError } from '../errors/errors.ts'
import type { WrappedOptimizer } from '../strategy/wrapped-optimizer.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { NumberedBatch } from './batches.ts'
import type { LoopContext } from './loop-context.ts'
import { automaticOutputs, type Outputs } from './step-output.ts'

/**
 * One batch of automatic optimization: the closure (training step, zeroGrad, backward), run by the optimizer's step, or on
 * its own while gradients are being accumulated.
 */
export class AutomaticOptimization {
  readonly #context: LoopContext
  #warnedOfNull = false

  /** @throws MisconfigurationError when there are several optimizers */
  constructor(context: LoopContext) {
    const count = context.optimizers.wrapped.length
    if (count > 1) {
      throw new MisconfigurationError(
        `configureOptimizers: automatic optimization takes one optimizer, got ${count}; set automaticOptimization = false and step each in trainingStep`,
      )
    }
    this.#context = context
  }

  /** @param batch - tensors on the device */
  async run(batch: unknown, { batchIdx, isLast }: NumberedBatch): Promise<Outputs> {
    const { module, optimizers, options, progress, promises } = this.#context
    const [optimizer] = optimizers.wrapped
    const closure = new TrainingClosure(this.#context, batch, batchIdx, optimizer)
    const windowIsFull = (batchIdx + 1) % options.accumulateGradBatches === 0 || isLast
    if (optimizer === undefined || !windowIsFull) {
      await closure.run()
    } else {
      await module.optimizerStep({
        epoch: progress.epoch,
        batchIdx,
        optimizer,
        optimizerIdx: 0,
        optimizerClosure: () => closure.run(),
      })
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

/** The closure of one batch. It may be run several times; the outputs of the last run count. */
class TrainingClosure {
  readonly #context: LoopContext
  readonly #batch: unknown
  readonly #batchIdx: number
  readonly #optimizer: WrappedOptimizer | undefined
  #outputs: Outputs | null = null

  constructor(context: LoopContext, batch: unknown, batchIdx: number, optimizer: WrappedOptimizer | undefined) {
    this.#context = context
    this.#batch = batch
    this.#batchIdx = batchIdx
    this.#optimizer = optimizer
  }

  async run(): Promise<Tensor | null> {
    const { module, strategy, options } = this.#context
    const returned = await strategy.step(() => module.trainingStep(this.#batch, this.#batchIdx, 0))
    const { loss, extras } = automaticOutputs(returned)
    // The loss is divided here and not in the optimizer: clipping must see the mean gradient.
    const normalised = loss === null ? null : divideBy(loss, options.accumulateGradBatches)
    if (this.#batchIdx % options.accumulateGradBatches === 0) await this.#zeroGrad()
    if (normalised !== null) await this.#backward(normalised)
    const shown = normalised?.detach() ?? null
    this.#outputs = { loss: shown, extras }
    return shown
  }

  /** @throws MisconfigurationError when the closure never ran */
  result(): Outputs {
    if (this.#outputs === null) {
      throw new MisconfigurationError(
        'optimizerStep: the closure was not run; call optimizer.step(optimizerClosure), or optimizerClosure() itself',
      )
    }
    return this.#outputs
  }

  async #zeroGrad(): Promise<void> {
    const { module, progress } = this.#context
    if (this.#optimizer === undefined) return
    const { optimizer } = this.#optimizer
    await this.#context.call('onBeforeZeroGrad', optimizer)
    module.optimizerZeroGrad({ epoch: progress.epoch, batchIdx: this.#batchIdx, optimizer, optimizerIdx: 0 })
  }

  async #backward(loss: Tensor): Promise<void> {
    await backward(this.#context, loss)
  }
}

/** A backward pass with its hooks, as both modes of optimization do it. */
export async function backward({ module, strategy, call }: LoopContext, loss: Tensor): Promise<void> {
  const prepared = strategy.precision.preBackward(loss)
  await call('onBeforeBackward', prepared)
  await strategy.backward(prepared, (scaled) => module.backward(scaled))
  await call('onAfterBackward')
}

function divideBy(loss: Tensor, batches: number): Tensor {
  return batches === 1 ? loss : loss.div(batches)
}
