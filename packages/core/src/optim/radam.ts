import { fullLike, literal } from '../graph/build.ts'
import { radamUpdate } from '../graph/composites/updates/radam.ts'
import type { Value } from '../graph/value.ts'
import type { Parameter } from '../tensor/parameter.ts'
import { ofBetas, scalarsOf } from './numbers.ts'
import { Optimizer, type OptimizerOptions, type OptimizerParameters, type ParamGroup } from './optimizer.ts'

export interface RAdamOptions extends OptimizerOptions {
  /** Default 1e-3. */
  readonly lr: number
  /** Decay rates of the two moments, each in [0, 1), the second above 0; default [0.9, 0.999]. */
  readonly betas: readonly [number, number]
  /** Added to the denominator, ≥ 0; default 1e-8. */
  readonly eps: number
  /** L2 penalty λ ≥ 0; default 0. */
  readonly weightDecay: number
}

/** Adam whose first steps are rectified (Liu et al. 2020): a warm-up by itself. */
export class RAdam extends Optimizer<RAdamOptions> {
  constructor(parameters: OptimizerParameters<RAdamOptions>, options: Partial<RAdamOptions> = {}) {
    super(parameters, { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, ...options })
  }

  protected override check(options: RAdamOptions): void {
    super.check(options)
    const { betas, eps, weightDecay } = options
    this.checkBetas(betas)
    this.checkRange('betas[1]', betas[1], betas[1] > 0, 'in (0, 1)')
    this.checkNotNegative({ eps, weightDecay })
  }

  protected override updateParameter(parameter: Parameter, g: Value, group: ParamGroup<RAdamOptions>): void {
    const { dtype } = parameter
    const { lr, betas, eps, weightDecay } = group
    const scalars = this.shared(dtype, () => {
      const rhoInf = 2 / (1 - betas[1]) - 1
      const rhoRest = rhoInf + 2 / Math.log(betas[1])
      return scalarsOf({ lr, ...ofBetas(betas), eps, weightDecay, rhoInf, rhoRest }, dtype)
    })
    const zeros = () => fullLike(g, 0)
    const initial = { step: () => literal(0, 'float32'), exp_avg: zeros, exp_avg_sq: zeros }
    this.learn(parameter, initial, (p, state) =>
      radamUpdate({ p, g, state, scalars }, { weightDecay: weightDecay !== 0 }),
    )
  }
}
