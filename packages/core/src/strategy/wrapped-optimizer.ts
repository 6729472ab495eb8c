import { MisconfigurationError } from '../errors/errors.ts'
import type { Closure, Optimizer, OptimizerOptions, ParamGroup, StepOptions } from '../optim/optimizer.ts'
import type { Parameter } from '../tensor/parameter.ts'
import { Tensor } from '../tensor/tensor.ts'
import type { AwaitedPromises } from './awaited.ts'
import type { Strategy } from './strategy.ts'

/** What a wrapped optimizer tells the loop. */
export interface WrappedOptimizerHost {
  readonly strategy: Strategy
  readonly promises: AwaitedPromises
  /** Hooks between the closure and the update. */
  beforeOptimizerStep(optimizer: WrappedOptimizer): Promise<void>
  /** Whether a closure that returns null had no loss. In manual optimization it may just return nothing. */
  readonly isAutomatic: boolean
}

/**
 * The optimizer as hooks and manual optimization see it: its step goes through the precision plugin and the hooks. The
 * optimizer itself is `optimizer`; a step of that bypasses both and is not counted.
 */
export class WrappedOptimizer {
  readonly optimizer: Optimizer
  readonly #host: WrappedOptimizerHost
  #others: readonly Optimizer[]
  #stepCount = 0
  #stepWasSkipped = false
  /** Of steps in this batch, whether they were skipped: bool scalars, known with the commit. */
  #undecided: Tensor[] = []

  constructor(optimizer: Optimizer, others: readonly Optimizer[], host: WrappedOptimizerHost) {
    this.optimizer = optimizer
    this.#others = others
    this.#host = host
  }

  get paramGroups(): ParamGroup<OptimizerOptions>[] {
    return this.optimizer.paramGroups
  }

  get state(): Optimizer['state'] {
    return this.optimizer.state
  }

  get defaults(): OptimizerOptions {
    return this.optimizer.defaults
  }

  /** Steps of this optimizer that were taken; those that a precision skipped do not count. */
  get stepCount(): number {
    return this.#stepCount
  }

  /**
   * Whether its last step in the running batch was skipped, as mixed precision does when gradients overflow. Known once the
   * batch is done: in `onTrainBatchEnd`, say.
   *
   * @throws MisconfigurationError before
   */
  get stepWasSkipped(): boolean {
    if (this.#undecided.length > 0) {
      throw new MisconfigurationError(
        'optimizer.stepWasSkipped: is decided on the device, got a question before the end of the batch; ask in onTrainBatchEnd',
      )
    }
    return this.#stepWasSkipped
  }

  zeroGrad(options?: { readonly setToNull?: boolean }): void {
    this.optimizer.zeroGrad(options)
  }

  /**
   * One step, with the precision plugin and `onBeforeOptimizerStep`.
   *
   * @param closure - recomputes the loss: zeroes gradients, goes forward and backward
   * @param options - for the optimizer's own step, beside the closure
   * @returns what the closure returned; null without one
   * @throws MisconfigurationError when `closure` is no function, or the promise is not awaited
   */
  step(closure: Closure = () => null, options?: StepOptions): Promise<Tensor | null> {
    if (typeof closure !== 'function') {
      throw new MisconfigurationError(`optimizer.step: the closure is a function, got ${typeof closure}`)
    }
    return this.#host.promises.hand('optimizer.step()', async () => {
      const { strategy, isAutomatic } = this.#host
      const prepared = async () => {
        const value = await closure()
        if (value !== null || !isAutomatic) strategy.precision.unscaleGradients(this.optimizer)
        await this.#host.beforeOptimizerStep(this)
        return value
      }
      const loss = await strategy.optimizerStep(this.optimizer, prepared, options)
      const skip = strategy.precision.wasSkipped(this.optimizer)
      if (skip instanceof Tensor) this.#undecided.push(skip)
      else this.#count(skip)
      return loss
    })
  }

  /** For the loop: goes on counting where a saved run was. */
  restoreStepCount(stepCount: number): void {
    this.#stepCount = stepCount
  }

  /** For the loop: begins a batch. */
  beginBatch(): void {
    this.#undecided = []
    this.#stepWasSkipped = false
  }

  /** For the loop: what the commit of the batch realises, so that `settle` need not wait. */
  get undecided(): readonly Tensor[] {
    return this.#undecided
  }

  /** For the loop: counts the steps of the batch, once they are real. @returns whether one was skipped */
  async settle(): Promise<boolean> {
    const skips = await Promise.all(this.#undecided.map((skip) => skip.item()))
    this.#undecided = []
    for (const skip of skips) this.#count(skip !== 0)
    return skips.some((skip) => skip !== 0)
  }

  #count(wasSkipped: boolean): void {
    this.#stepWasSkipped = wasSkipped
    if (!wasSkipped) this.#stepCount++
  }

  /**
   * Runs `body` with the parameters of all other optimizers frozen, and puts every flag back, also after a throw.
   *
   * @param syncGrad - false: several processes exchange no gradients in `body`
   */
  async toggleModel<T>(
    body: () => T | Promise<T>,
    { syncGrad = true }: { readonly syncGrad?: boolean } = {},
  ): Promise<T> {
    const restore = freezeOthers(this.optimizer, this.#others)
    try {
      return await (syncGrad ? body() : this.#host.strategy.noBackwardSync(body))
    } finally {
      restore()
    }
  }
}

/** Freezes the parameters of `others` that `optimizer` does not share. */
function freezeOthers(optimizer: Optimizer, others: readonly Optimizer[]): () => void {
  const own = new Set(parametersOf(optimizer))
  const flags = new Map<Parameter, boolean>()
  for (const other of others) {
    for (const parameter of parametersOf(other)) {
      if (own.has(parameter) || flags.has(parameter)) continue
      flags.set(parameter, parameter.requiresGrad)
      parameter.requiresGrad = false
    }
  }
  return () => {
    for (const [parameter, requiresGrad] of flags) parameter.requiresGrad = requiresGrad
  }
}

function parametersOf(optimizer: Optimizer): Parameter[] {
  return optimizer.paramGroups.flatMap((group) => [...group.params])
}
