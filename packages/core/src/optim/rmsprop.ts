import { rmspropOp } from '../graph/composites/updates/rmsprop.ts'
import type { Value } from '../graph/value.ts'
import type { Parameter } from '../tensor/parameter.ts'
import { noSteps, zerosLike } from './initial-state.ts'
import { Optimizer, type OptimizerOptions, type OptimizerParameters, type ParamGroup } from './optimizer.ts'

export interface RMSpropOptions extends OptimizerOptions {
  /** Default 1e-2. */
  readonly lr: number
  /** Decay rate of the mean square, in [0, 1); default 0.99. */
  readonly alpha: number
  /** Added to the root, ≥ 0; default 1e-8. */
  readonly eps: number
  /** L2 penalty λ ≥ 0; default 0. */
  readonly weightDecay: number
  /** μ ≥ 0; default 0. */
  readonly momentum: number
  /** Whether the variance is taken and not the mean square; default false. */
  readonly centered: boolean
  /** Default false. */
  readonly maximize: boolean
}

/** Divides the gradient by a running root mean square (Hinton 2012). */
export class RMSprop extends Optimizer<RMSpropOptions> {
  constructor(parameters: OptimizerParameters<RMSpropOptions>, options: Partial<RMSpropOptions> = {}) {
    const defaults = { lr: 1e-2, alpha: 0.99, eps: 1e-8, weightDecay: 0, momentum: 0, centered: false, maximize: false }
    super(parameters, { ...defaults, ...options })
  }

  protected override check(options: RMSpropOptions): void {
    super.check(options)
    const { alpha, eps, weightDecay, momentum } = options
    this.checkRange('alpha', alpha, alpha >= 0 && alpha < 1, 'in [0, 1)')
    this.checkNotNegative({ eps, weightDecay, momentum })
  }

  protected override updateParameter(parameter: Parameter, gradient: Value, group: ParamGroup<RMSpropOptions>): void {
    const { lr, alpha, eps, weightDecay, momentum, centered, maximize } = group
    this.learn(parameter, rmspropOp, {
      gradient,
      scalars: this.scalars(parameter.dtype, () => ({ lr, alpha, rest: 1 - alpha, eps, momentum, weightDecay })),
      initial: { step: noSteps, square_avg: zerosLike, grad_avg: zerosLike, momentum_buffer: zerosLike },
      attributes: { centered, momentum: momentum > 0, weightDecay: weightDecay !== 0, maximize },
    })
  }
}
