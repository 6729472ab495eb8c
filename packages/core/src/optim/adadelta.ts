import { adadeltaOp } from '../graph/composites/updates/adadelta.ts'
import type { Value } from '../graph/value.ts'
import type { Parameter } from '../tensor/parameter.ts'
import { noSteps, zerosLike } from './initial-state.ts'
import { Optimizer, type OptimizerOptions, type OptimizerParameters, type ParamGroup } from './optimizer.ts'

export interface AdadeltaOptions extends OptimizerOptions {
  /** Default 1. */
  readonly lr: number
  /** Decay rate of both means, in [0, 1]; default 0.9. */
  readonly rho: number
  /** Added under both roots, ≥ 0; default 1e-6. */
  readonly eps: number
  /** L2 penalty λ ≥ 0; default 0. */
  readonly weightDecay: number
  /** Default false. */
  readonly maximize: boolean
}

/** Steps in the units of the parameter (Zeiler 2012). */
export class Adadelta extends Optimizer<AdadeltaOptions> {
  constructor(parameters: OptimizerParameters<AdadeltaOptions>, options: Partial<AdadeltaOptions> = {}) {
    super(parameters, { lr: 1, rho: 0.9, eps: 1e-6, weightDecay: 0, maximize: false, ...options })
  }

  protected override check(options: AdadeltaOptions): void {
    super.check(options)
    const { rho, eps, weightDecay } = options
    this.checkRange('rho', rho, rho >= 0 && rho <= 1, 'in [0, 1]')
    this.checkNotNegative({ eps, weightDecay })
  }

  protected override updateParameter(parameter: Parameter, gradient: Value, group: ParamGroup<AdadeltaOptions>): void {
    const { lr, rho, eps, weightDecay, maximize } = group
    this.learn(parameter, adadeltaOp, {
      gradient,
      scalars: this.scalars(parameter.dtype, () => ({ lr, rho, rest: 1 - rho, eps, weightDecay })),
      initial: { step: noSteps, square_avg: zerosLike, acc_delta: zerosLike },
      attributes: { weightDecay: weightDecay !== 0, maximize },
    })
  }
}
