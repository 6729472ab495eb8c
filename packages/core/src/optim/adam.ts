import { adamOp } from '../graph/composites/updates/adam.ts'
import type { Value } from '../graph/value.ts'
import type { Parameter } from '../tensor/parameter.ts'
import { noSteps, zerosLike } from './initial-state.ts'
import { ofBetas } from './of-betas.ts'
import { Optimizer, type OptimizerOptions, type OptimizerParameters, type ParamGroup } from './optimizer.ts'

export interface AdamOptions extends OptimizerOptions {
  /** Default 1e-3. */
  readonly lr: number
  /** Decay rates of the two moments, each in [0, 1); default [0.9, 0.999]. */
  readonly betas: readonly [number, number]
  /** Added to the denominator, ≥ 0; default 1e-8. */
  readonly eps: number
  /** ≥ 0; default 0 for Adam (an L2 penalty), 1e-2 for AdamW (decay of the weights). */
  readonly weightDecay: number
  /** Whether the largest second moment so far is taken and not the last; default false. */
  readonly amsgrad: boolean
  /** Default false. */
  readonly maximize: boolean
}

const adamDefaults: AdamOptions = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  amsgrad: false,
  maximize: false,
}

/** Adam (Kingma and Ba 2015). Weight decay is an L2 penalty on the gradient. */
export class Adam extends Optimizer<AdamOptions> {
  /** Whether decay acts on the weights and not on the gradient. */
  protected readonly decoupled: boolean = false

  constructor(parameters: OptimizerParameters<AdamOptions>, options: Partial<AdamOptions> = {}) {
    super(parameters, { ...adamDefaults, ...options })
  }

  protected override check(options: AdamOptions): void {
    super.check(options)
    const { betas, eps, weightDecay } = options
    this.checkBetas(betas)
    this.checkNotNegative({ eps, weightDecay })
  }

  protected override updateParameter(parameter: Parameter, gradient: Value, group: ParamGroup<AdamOptions>): void {
    const { lr, betas, eps, weightDecay, amsgrad, maximize } = group
    this.learn(parameter, adamOp, {
      gradient,
      scalars: this.scalars(parameter.dtype, () => ({ lr, ...ofBetas(betas), eps, weightDecay })),
      initial: { step: noSteps, exp_avg: zerosLike, exp_avg_sq: zerosLike, max_exp_avg_sq: zerosLike },
      attributes: { amsgrad, weightDecay: weightDecay !== 0, decoupled: this.decoupled, maximize },
    })
  }
}

/** Adam with decoupled weight decay (Loshchilov and Hutter 2019): p ← p·(1 − lr·λ) before the update. */
export class AdamW extends Adam {
  protected override readonly decoupled: boolean = true

  constructor(parameters: OptimizerParameters<AdamOptions>, options: Partial<AdamOptions> = {}) {
    super(parameters, { weightDecay: 1e-2, ...options })
  }
}
