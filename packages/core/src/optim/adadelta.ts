import { fullLike, literal } from '../graph/build.ts'
import { adadeltaUpdate } from '../graph/composites/updates/adadelta.ts'
import type { Value } from '../graph/value.ts'
import type { Parameter } from '../tensor/parameter.ts'
import { scalarsOf } from './numbers.ts'
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

  protected override updateParameter(parameter: Parameter, g: Value, group: ParamGroup<AdadeltaOptions>): void {
    const { dtype } = parameter
    const { lr, rho, eps, weightDecay, maximize } = group
    const scalars = this.shared(dtype, () => scalarsOf({ lr, rho, rest: 1 - rho, eps, weightDecay }, dtype))
    const zeros = () => fullLike(g, 0)
    const initial = { step: () => literal(0, 'float32'), square_avg: zeros, acc_delta: zeros }
    this.learn(parameter, initial, (p, state) =>
      adadeltaUpdate({ p, g, state, scalars }, { weightDecay: weightDecay !== 0, maximize }),
    )
  }
}
