import { adamaxOp } from '../graph/composites/updates/adamax.ts'
import type { Value } from '../graph/value.ts'
import type { Parameter } from '../tensor/parameter.ts'
import { noSteps, zerosLike } from './initial-state.ts'
import { ofBetas } from './of-betas.ts'
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

  protected override updateParameter(parameter: Parameter, gradient: Value, group: ParamGroup<AdamaxOptions>): void {
    const { lr, betas, eps, weightDecay, maximize } = group
    this.learn(parameter, adamaxOp, {
      gradient,
      scalars: this.scalars(parameter.dtype, () => ({ lr, ...ofBetas(betas), eps, weightDecay })),
      initial: { step: noSteps, exp_avg: zerosLike, exp_inf: zerosLike },
      attributes: { weightDecay: weightDecay !== 0, maximize },
    })
  }
}
