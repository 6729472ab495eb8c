import { fullLike, literal } from '../graph/build.ts'
import { rpropUpdate } from '../graph/composites/updates/rprop.ts'
import type { Value } from '../graph/value.ts'
import type { Parameter } from '../tensor/parameter.ts'
import { scalarsOf } from './numbers.ts'
import { Optimizer, type OptimizerOptions, type OptimizerParameters, type ParamGroup } from './optimizer.ts'

export interface RpropOptions extends OptimizerOptions {
  /** The first step of every element; default 1e-2. */
  readonly lr: number
  /** What a step shrinks by, in (0, 1), and grows by, above 1; default [0.5, 1.2]. */
  readonly etas: readonly [number, number]
  /** The smallest and the largest step; default [1e-6, 50]. */
  readonly stepSizes: readonly [number, number]
  /** Default false. */
  readonly maximize: boolean
}

/** Resilient backpropagation (Riedmiller and Braun 1993): for gradients of the whole data, not of batches. */
export class Rprop extends Optimizer<RpropOptions> {
  constructor(parameters: OptimizerParameters<RpropOptions>, options: Partial<RpropOptions> = {}) {
    super(parameters, { lr: 1e-2, etas: [0.5, 1.2], stepSizes: [1e-6, 50], maximize: false, ...options })
  }

  protected override check(options: RpropOptions): void {
    super.check(options)
    const { etas, stepSizes } = options
    this.checkRange('etas[0]', etas[0], etas[0] > 0 && etas[0] < 1, 'in (0, 1)')
    this.checkRange('etas[1]', etas[1], etas[1] > 1, 'above 1')
    this.checkNotNegative({ 'stepSizes[0]': stepSizes[0] })
    this.checkRange('stepSizes[1]', stepSizes[1], stepSizes[1] >= stepSizes[0], 'no smaller than stepSizes[0]')
  }

  protected override updateParameter(parameter: Parameter, g: Value, group: ParamGroup<RpropOptions>): void {
    const { dtype } = parameter
    const { lr, etas, stepSizes, maximize } = group
    const scalars = this.shared(dtype, () =>
      scalarsOf({ etaMinus: etas[0], etaPlus: etas[1], least: stepSizes[0], most: stepSizes[1] }, dtype),
    )
    const initial = {
      step: () => literal(0, 'float32'),
      prev: () => fullLike(g, 0),
      step_size: () => fullLike(g, lr),
    }
    this.learn(parameter, initial, (p, state) => rpropUpdate({ p, g, state, scalars }, { maximize }))
  }
}
