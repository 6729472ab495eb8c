import { MisconfigurationError } from '../errors/errors.ts'
import type { WrappedOptimizer } from '../strategy/wrapped-optimizer.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { backward } from './backward.ts'
import type { LoopContext } from './loop-context.ts'
import { automaticOutputs, type Outputs } from './step-output.ts'

/** What a closure belongs to. */
export interface ClosureOptions {
  readonly batch: unknown
  readonly batchIdx: number
  /** Undefined when there is none, and nothing is zeroed. */
  readonly optimizer: WrappedOptimizer | undefined
  readonly optimizerIdx: number
}

/**
 * The closure of one batch and one optimizer: training step, zeroGrad, backward. It may be run several times, as LBFGS
 * does; the outputs of the last run count.
 */
export class TrainingClosure {
  readonly #context: LoopContext
  readonly #options: ClosureOptions
  #outputs: Outputs | null = null

  constructor(context: LoopContext, options: ClosureOptions) {
    this.#context = context
    this.#options = options
  }

  /** @returns the loss as it is shown: divided by the batches of a window, without its gradient; null if there is none */
  async run(): Promise<Tensor | null> {
    const { module, strategy, accumulation } = this.#context
    const { batch, batchIdx, optimizerIdx } = this.#options
    const returned = await strategy.step(() => module.trainingStep(batch, batchIdx, optimizerIdx))
    const { loss, extras } = automaticOutputs(returned)
    // The loss is divided here and not in the optimizer: clipping must see the mean gradient.
    const normalised = loss === null ? null : divideBy(loss, accumulation.batches)
    if (batchIdx % accumulation.batches === 0) await this.#zeroGrad()
    if (normalised !== null) {
      this.#checkLoss(normalised)
      await backward(this.#context, normalised)
    }
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

  /** Of several optimizers only the running one's parameters learn: a loss of another's has nothing to go back to. */
  #checkLoss(loss: Tensor): void {
    if (loss.requiresGrad || this.#context.optimizers.wrapped.length < 2) return
    throw new MisconfigurationError(
      `trainingStep: the loss depends on no parameter that learns, got one for optimizerIdx ${this.#options.optimizerIdx}; return the loss of that optimizer, or null to leave it out`,
    )
  }

  async #zeroGrad(): Promise<void> {
    const { module, progress } = this.#context
    const { batchIdx, optimizerIdx } = this.#options
    if (this.#options.optimizer === undefined) return
    const { optimizer } = this.#options.optimizer
    await this.#context.call('onBeforeZeroGrad', optimizer)
    await module.optimizerZeroGrad({ epoch: progress.epoch, batchIdx, optimizer, optimizerIdx })
  }
}

function divideBy(loss: Tensor, batches: number): Tensor {
  return batches === 1 ? loss : loss.div(batches)
}
