import { radamOp } from '../graph/composites/updates/radam.ts'
import type { Value } from '../graph/value.ts'
import type { Parameter } from '../tensor/parameter.ts'
import { noSteps, zerosLike } from './initial-state.ts'
import { ofBetas } from './of-betas.ts'
import { Optimizer, type OptimizerOptions, type OptimizerParameters, type ParamGroup } from './optimizer.ts'

export interface RAdamOptions extends OptimizerOptions {
  /** Default 1e-3. */
  readonly lr: number
  /** Decay rates of the two moments, each in [0, 1), the second above 0; default [0.9, 0.999]. */
  readonly betas: readonly [number, number]
  /** Added to the denominator, ≥ 0; default 1e-8. */
  readonly eps: number
  /** L2 penalty λ ≥ 0, or decay of the weights themselves; default 0. */
  readonly weightDecay: number
  /** Whether decay acts on the weights, as AdamW's does, and not on the gradient; default false. */
  readonly decoupledWeightDecay: boolean
  /** Default false. */
  readonly maximize: boolean
}

const defaults: RAdamOptions = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  decoupledWeightDecay: false,
  maximize: false,
}

/** Adam whose first steps are rectified (Liu et al. 2020): a warm-up by itself. */
export class RAdam extends Optimizer<RAdamOptions> {
  constructor(parameters: OptimizerParameters<RAdamOptions>, options: Partial<RAdamOptions> = {}) {
    super(parameters, { ...defaults, ...options })
  }

  protected override check(options: RAdamOptions): void {
    super.check(options)
    const { betas, eps, weightDecay } = options
    this.checkBetas(betas)
    this.checkRange('betas[1]', betas[1], betas[1] > 0, 'in (0, 1)')
    this.checkNotNegative({ eps, weightDecay })
  }

  protected override updateParameter(parameter: Parameter, gradient: Value, group: ParamGroup<RAdamOptions>): void {
    const { lr, betas, eps, weightDecay, decoupledWeightDecay: decoupled, maximize } = group
    const rhoInf = 2 / (1 - betas[1]) - 1
    const rhoRest = rhoInf + 2 / Math.log(betas[1])
    const numbers = () => ({ lr, ...ofBetas(betas), eps, weightDecay, rhoInf, rhoRest })
    this.learn(parameter, radamOp, {
      gradient,
      scalars: this.scalars(parameter.dtype, numbers),
      initial: { step: noSteps, exp_avg: zerosLike, exp_avg_sq: zerosLike },
      attributes: { weightDecay: weightDecay !== 0, decoupled, maximize },
    })
  }
}
