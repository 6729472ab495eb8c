import { literal } from '../graph/build.ts'
import { nadamOp } from '../graph/composites/updates/nadam.ts'
import type { Value } from '../graph/value.ts'
import type { Parameter } from '../tensor/parameter.ts'
import { noSteps, zerosLike } from './initial-state.ts'
import { ofBetas } from './of-betas.ts'
import { Optimizer, type OptimizerOptions, type OptimizerParameters, type ParamGroup } from './optimizer.ts'

export interface NAdamOptions extends OptimizerOptions {
  /** Default 2e-3. */
  readonly lr: number
  /** Decay rates of the two moments, each in [0, 1); default [0.9, 0.999]. */
  readonly betas: readonly [number, number]
  /** Added to the denominator, ≥ 0; default 1e-8. */
  readonly eps: number
  /** L2 penalty λ ≥ 0, or decay of the weights themselves; default 0. */
  readonly weightDecay: number
  /** How fast the momentum grows to β₁: ψ ≥ 0; default 4e-3. */
  readonly momentumDecay: number
  /** Whether decay acts on the weights, as AdamW's does, and not on the gradient; default false. */
  readonly decoupledWeightDecay: boolean
  /** Default false. */
  readonly maximize: boolean
}

const defaults: NAdamOptions = {
  lr: 2e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  momentumDecay: 4e-3,
  decoupledWeightDecay: false,
  maximize: false,
}

/** Adam with Nesterov's momentum (Dozat 2016). */
export class NAdam extends Optimizer<NAdamOptions> {
  protected override readonly scalarState: ReadonlySet<string> = new Set(['step', 'mu_product'])

  constructor(parameters: OptimizerParameters<NAdamOptions>, options: Partial<NAdamOptions> = {}) {
    super(parameters, { ...defaults, ...options })
  }

  protected override check(options: NAdamOptions): void {
    super.check(options)
    const { betas, eps, weightDecay, momentumDecay } = options
    this.checkBetas(betas)
    this.checkNotNegative({ eps, weightDecay, momentumDecay })
  }

  protected override updateParameter(parameter: Parameter, gradient: Value, group: ParamGroup<NAdamOptions>): void {
    const { lr, betas, eps, weightDecay, momentumDecay, decoupledWeightDecay: decoupled, maximize } = group
    const numbers = () => ({ lr, ...ofBetas(betas), eps, weightDecay, momentumDecay })
    this.learn(parameter, nadamOp, {
      gradient,
      scalars: this.scalars(parameter.dtype, numbers),
      initial: { step: noSteps, mu_product: () => literal(1, 'float32'), exp_avg: zerosLike, exp_avg_sq: zerosLike },
      attributes: { weightDecay: weightDecay !== 0, decoupled, maximize },
    })
  }
}
