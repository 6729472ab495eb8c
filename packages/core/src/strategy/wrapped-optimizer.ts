import { MisconfigurationError } from '../errors/errors.ts'
import type { Closure, Optimizer, OptimizerOptions, ParamGroup, StepOptions } from '../optim/optimizer.ts'
import type { Parameter } from '../tensor/parameter.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { AwaitedPromises } from './awaited.ts'
import type { Strategy } from './strategy.ts'

/** What a wrapped optimizer tells the loop. */
export interface WrappedOptimizerHost {
  readonly strategy: Strategy
  readonly promises: AwaitedPromises
  /** Hooks between the closure and the update. */
  beforeOptimizerStep(optimizer: WrappedOptimizer): Promise<void>
  /** An update was made. */
  stepped(optimizer: WrappedOptimizer): void
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

  /** Steps of this optimizer that were taken. */
  get stepCount(): number {
    return this.#stepCount
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
      const prepared = async () => {
        const value = await closure()
        await this.#host.beforeOptimizerStep(this)
        return value
      }
      const loss = await this.#host.strategy.optimizerStep(this.optimizer, prepared, options)
      this.#stepCount++
      this.#host.stepped(this)
      return loss
    })
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
