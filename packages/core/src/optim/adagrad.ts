import { adagradOp } from '../graph/composites/updates/adagrad.ts'
import type { Value } from '../graph/value.ts'
import type { Parameter } from '../tensor/parameter.ts'
import { filledWith, noSteps } from './initial-state.ts'
import { Optimizer, type OptimizerOptions, type OptimizerParameters, type ParamGroup } from './optimizer.ts'

export interface AdagradOptions extends OptimizerOptions {
  /** Default 1e-2. */
  readonly lr: number
  /** How fast the learning rate falls, ≥ 0; default 0. */
  readonly lrDecay: number
  /** L2 penalty λ ≥ 0; default 0. */
  readonly weightDecay: number
  /** What the sum of squares begins with, ≥ 0; default 0. */
  readonly initialAccumulatorValue: number
  /** Added to the root, ≥ 0; default 1e-10. */
  readonly eps: number
  /** Default false. */
  readonly maximize: boolean
}

/** Divides the gradient by the root of the sum of all its squares (Duchi et al. 2011). */
export class Adagrad extends Optimizer<AdagradOptions> {
  constructor(parameters: OptimizerParameters<AdagradOptions>, options: Partial<AdagradOptions> = {}) {
    const defaults = { lr: 1e-2, lrDecay: 0, weightDecay: 0, initialAccumulatorValue: 0, eps: 1e-10, maximize: false }
    super(parameters, { ...defaults, ...options })
  }

  protected override check(options: AdagradOptions): void {
    super.check(options)
    const { lrDecay, weightDecay, initialAccumulatorValue, eps } = options
    this.checkNotNegative({ lrDecay, weightDecay, initialAccumulatorValue, eps })
  }

  protected override updateParameter(parameter: Parameter, gradient: Value, group: ParamGroup<AdagradOptions>): void {
    const { lr, lrDecay, eps, weightDecay, initialAccumulatorValue, maximize } = group
    this.learn(parameter, adagradOp, {
      gradient,
      scalars: this.scalars(parameter.dtype, () => ({ lr, lrDecay, eps, weightDecay })),
      initial: { step: noSteps, sum: filledWith(initialAccumulatorValue) },
      attributes: { weightDecay: weightDecay !== 0, maximize },
    })
  }
}
