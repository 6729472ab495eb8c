import { fullLike, literal } from '../graph/build.ts'
import { type AdamScalars, adamUpdate } from '../graph/composites/updates/adam.ts'
import type { DType } from '../graph/dtype.ts'
import { scalarValue } from '../graph/record.ts'
import type { Value } from '../graph/value.ts'
import type { Parameter } from '../tensor/parameter.ts'
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
  /** Default false. */
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
    for (const [i, beta] of betas.entries()) this.checkRange(`betas[${i}]`, beta, beta >= 0 && beta < 1, 'in [0, 1)')
    this.checkRange('eps', eps, eps >= 0, 'a number ≥ 0')
    this.checkRange('weightDecay', weightDecay, weightDecay >= 0, 'a number ≥ 0')
  }

  protected override updateParameter(parameter: Parameter, gradient: Value, group: ParamGroup<AdamOptions>): void {
    const p = parameter.value
    const { amsgrad, maximize, weightDecay } = group
    const state = {
      step: this.read(parameter, 'step') ?? literal(0, 'float32'),
      m: this.read(parameter, 'exp_avg') ?? fullLike(p, 0),
      v: this.read(parameter, 'exp_avg_sq') ?? fullLike(p, 0),
      vMax: amsgrad ? (this.read(parameter, 'max_exp_avg_sq') ?? fullLike(p, 0)) : null,
    }
    const attributes = { amsgrad, weightDecay: weightDecay !== 0, decoupled: this.decoupled, maximize }
    const { dtype } = p.spec
    const scalars = this.shared(dtype, () => scalarsOf(group, dtype))
    const [updated, step, m, v, vMax] = adamUpdate(p, gradient, state, scalars, attributes)
    parameter.slot.value = updated!
    this.write(parameter, 'step', step!)
    this.write(parameter, 'exp_avg', m!)
    this.write(parameter, 'exp_avg_sq', v!)
    if (vMax !== undefined) this.write(parameter, 'max_exp_avg_sq', vMax)
  }
}

function scalarsOf(
  { lr, betas: [beta1, beta2], eps, weightDecay }: ParamGroup<AdamOptions>,
  dtype: DType,
): AdamScalars {
  return {
    lr: scalarValue(lr, dtype),
    beta1: scalarValue(beta1, dtype),
    beta2: scalarValue(beta2, dtype),
    rest1: scalarValue(1 - beta1, dtype),
    rest2: scalarValue(1 - beta2, dtype),
    logBeta1: scalarValue(Math.log(beta1), dtype),
    logBeta2: scalarValue(Math.log(beta2), dtype),
    eps: scalarValue(eps, dtype),
    weightDecay: scalarValue(weightDecay, dtype),
  }
}

/** Adam with decoupled weight decay (Loshchilov and Hutter 2019): p ← p·(1 − lr·λ) before the update. */
export class AdamW extends Adam {
  protected override readonly decoupled: boolean = true

  constructor(parameters: OptimizerParameters<AdamOptions>, options: Partial<AdamOptions> = {}) {
    super(parameters, { weightDecay: 1e-2, ...options })
  }
}
