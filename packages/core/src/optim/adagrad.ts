import { fullLike, literal } from '../graph/build.ts'
import { adagradUpdate } from '../graph/composites/updates/adagrad.ts'
import type { Value } from '../graph/value.ts'
import type { Parameter } from '../tensor/parameter.ts'
import { scalarsOf } from './numbers.ts'
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

  protected override updateParameter(parameter: Parameter, g: Value, group: ParamGroup<AdagradOptions>): void {
    const { dtype } = parameter
    const { lr, lrDecay, eps, weightDecay, initialAccumulatorValue, maximize } = group
    const scalars = this.shared(dtype, () => scalarsOf({ lr, lrDecay, eps, weightDecay }, dtype))
    const initial = { step: () => literal(0, 'float32'), sum: () => fullLike(g, initialAccumulatorValue) }
    this.learn(parameter, initial, (p, state) =>
      adagradUpdate({ p, g, state, scalars }, { weightDecay: weightDecay !== 0, maximize }),
    )
  }
}
