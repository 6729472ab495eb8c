import { alias } from '../graph/alias.ts'
import { literal } from '../graph/build.ts'
import { asgdUpdate } from '../graph/composites/updates/asgd.ts'
import type { Value } from '../graph/value.ts'
import type { Parameter } from '../tensor/parameter.ts'
import { scalarsOf } from './numbers.ts'
import { Optimizer, type OptimizerOptions, type OptimizerParameters, type ParamGroup } from './optimizer.ts'

export interface ASGDOptions extends OptimizerOptions {
  /** Default 1e-2. */
  readonly lr: number
  /** Decay of the parameters, ≥ 0; default 1e-4. */
  readonly lambd: number
  /** Exponent with which the learning rate falls; default 0.75. */
  readonly alpha: number
  /** The step from which on parameters are averaged; default 1e6. */
  readonly t0: number
  /** L2 penalty λ ≥ 0; default 0. */
  readonly weightDecay: number
  /** Default false. */
  readonly maximize: boolean
}

/** Averaged stochastic gradient descent (Polyak and Juditsky 1992). The averages are the state `ax`. */
export class ASGD extends Optimizer<ASGDOptions> {
  constructor(parameters: OptimizerParameters<ASGDOptions>, options: Partial<ASGDOptions> = {}) {
    const defaults = { lr: 1e-2, lambd: 1e-4, alpha: 0.75, t0: 1e6, weightDecay: 0, maximize: false }
    super(parameters, { ...defaults, ...options })
  }

  protected override check(options: ASGDOptions): void {
    super.check(options)
    const { lambd, weightDecay } = options
    this.checkNotNegative({ lambd, weightDecay })
  }

  protected override updateParameter(parameter: Parameter, g: Value, group: ParamGroup<ASGDOptions>): void {
    const { dtype } = parameter
    const { lr, lambd, alpha, t0, weightDecay, maximize } = group
    const scalars = this.shared(dtype, () => scalarsOf({ lr, lambd, alpha, t0, weightDecay }, dtype))
    const initial = {
      step: () => literal(0, 'float32'),
      eta: () => literal(Math.fround(lr), 'float32'),
      mu: () => literal(1, 'float32'),
      ax: () => alias(parameter.value),
    }
    this.learn(parameter, initial, (p, state) =>
      asgdUpdate({ p, g, state, scalars }, { weightDecay: weightDecay !== 0, maximize }),
    )
  }
}
