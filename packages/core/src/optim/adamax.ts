import { fullLike, literal } from '../graph/build.ts'
import { adamaxUpdate } from '../graph/composites/updates/adamax.ts'
import type { Value } from '../graph/value.ts'
import type { Parameter } from '../tensor/parameter.ts'
import { ofBetas, scalarsOf } from './numbers.ts'
import { Optimizer, type OptimizerOptions, type OptimizerParameters, type ParamGroup } from './optimizer.ts'

export interface AdamaxOptions extends OptimizerOptions {
  /** Default 2e-3. */
  readonly lr: number
  /** Decay rates of the mean and of the norm, each in [0, 1); default [0.9, 0.999]. */
  readonly betas: readonly [number, number]
  /** Added to |g|, ≥ 0; default 1e-8. */
  readonly eps: number
  /** L2 penalty λ ≥ 0; default 0. */
  readonly weightDecay: number
  /** Default false. */
  readonly maximize: boolean
}

/** Adam with the infinity norm (Kingma and Ba 2015). */
export class Adamax extends Optimizer<AdamaxOptions> {
  constructor(parameters: OptimizerParameters<AdamaxOptions>, options: Partial<AdamaxOptions> = {}) {
    super(parameters, { lr: 2e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, maximize: false, ...options })
  }

  protected override check(options: AdamaxOptions): void {
    super.check(options)
    const { betas, eps, weightDecay } = options
    this.checkBetas(betas)
    this.checkNotNegative({ eps, weightDecay })
  }

  protected override updateParameter(parameter: Parameter, g: Value, group: ParamGroup<AdamaxOptions>): void {
    const { dtype } = parameter
    const { lr, betas, eps, weightDecay, maximize } = group
    const scalars = this.shared(dtype, () => scalarsOf({ lr, ...ofBetas(betas), eps, weightDecay }, dtype))
    const zeros = () => fullLike(g, 0)
    const initial = { step: () => literal(0, 'float32'), exp_avg: zeros, exp_inf: zeros }
    this.learn(parameter, initial, (p, state) =>
      adamaxUpdate({ p, g, state, scalars }, { weightDecay: weightDecay !== 0, maximize }),
    )
  }
}
