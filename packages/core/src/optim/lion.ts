import { lionOp } from '../graph/composites/updates/lion.ts'
import type { Value } from '../graph/value.ts'
import type { Parameter } from '../tensor/parameter.ts'
import { zerosLike } from './initial-state.ts'
import { Optimizer, type OptimizerOptions, type OptimizerParameters, type ParamGroup } from './optimizer.ts'

export interface LionOptions extends OptimizerOptions {
  /** Three to ten times smaller than Adam's; default 1e-4. */
  readonly lr: number
  /** Decay rates of the direction and of the momentum, each in [0, 1); default [0.9, 0.99]. */
  readonly betas: readonly [number, number]
  /** Decay of the weights themselves, ≥ 0; default 0. */
  readonly weightDecay: number
  /** Default false. */
  readonly maximize: boolean
}

/** Steps of one size in the direction of a momentum's signs (Chen et al. 2023); half the state of Adam. */
export class Lion extends Optimizer<LionOptions> {
  constructor(parameters: OptimizerParameters<LionOptions>, options: Partial<LionOptions> = {}) {
    super(parameters, { lr: 1e-4, betas: [0.9, 0.99], weightDecay: 0, maximize: false, ...options })
  }

  protected override check(options: LionOptions): void {
    super.check(options)
    this.checkBetas(options.betas)
    this.checkNotNegative({ weightDecay: options.weightDecay })
  }

  protected override updateParameter(parameter: Parameter, gradient: Value, group: ParamGroup<LionOptions>): void {
    const { lr, betas, weightDecay, maximize } = group
    const numbers = () => ({ lr, rest1: 1 - betas[0], rest2: 1 - betas[1], weightDecay })
    this.learn(parameter, lionOp, {
      gradient,
      scalars: this.scalars(parameter.dtype, numbers),
      initial: { exp_avg: zerosLike },
      attributes: { weightDecay: weightDecay !== 0, maximize },
    })
  }
}
