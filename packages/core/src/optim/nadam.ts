import { fullLike, literal } from '../graph/build.ts'
import { nadamUpdate } from '../graph/composites/updates/nadam.ts'
import type { Value } from '../graph/value.ts'
import type { Parameter } from '../tensor/parameter.ts'
import { ofBetas, scalarsOf } from './numbers.ts'
import { Optimizer, type OptimizerOptions, type OptimizerParameters, type ParamGroup } from './optimizer.ts'

export interface NAdamOptions extends OptimizerOptions {
  /** Default 2e-3. */
  readonly lr: number
  /** Decay rates of the two moments, each in [0, 1); default [0.9, 0.999]. */
  readonly betas: readonly [number, number]
  /** Added to the denominator, ≥ 0; default 1e-8. */
  readonly eps: number
  /** L2 penalty λ ≥ 0; default 0. */
  readonly weightDecay: number
  /** How fast the momentum grows to β₁: ψ ≥ 0; default 4e-3. */
  readonly momentumDecay: number
}

/** Adam with Nesterov's momentum (Dozat 2016). */
export class NAdam extends Optimizer<NAdamOptions> {
  constructor(parameters: OptimizerParameters<NAdamOptions>, options: Partial<NAdamOptions> = {}) {
    super(parameters, { lr: 2e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, momentumDecay: 4e-3, ...options })
  }

  protected override check(options: NAdamOptions): void {
    super.check(options)
    const { betas, eps, weightDecay, momentumDecay } = options
    this.checkBetas(betas)
    this.checkNotNegative({ eps, weightDecay, momentumDecay })
  }

  protected override updateParameter(parameter: Parameter, g: Value, group: ParamGroup<NAdamOptions>): void {
    const { dtype } = parameter
    const { lr, betas, eps, weightDecay, momentumDecay } = group
    const scalars = this.shared(dtype, () =>
      scalarsOf({ lr, ...ofBetas(betas), eps, weightDecay, momentumDecay }, dtype),
    )
    const zeros = () => fullLike(g, 0)
    const initial = {
      step: () => literal(0, 'float32'),
      mu_product: () => literal(1, 'float32'),
      exp_avg: zeros,
      exp_avg_sq: zeros,
    }
    this.learn(parameter, initial, (p, state) =>
      nadamUpdate({ p, g, state, scalars }, { weightDecay: weightDecay !== 0 }),
    )
  }
}
