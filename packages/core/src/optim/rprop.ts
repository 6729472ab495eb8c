import { rpropOp } from '../graph/composites/updates/rprop.ts'
import type { Value } from '../graph/value.ts'
import type { Parameter } from '../tensor/parameter.ts'
import { filledWith, noSteps, zerosLike } from './initial-state.ts'
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

  protected override updateParameter(parameter: Parameter, gradient: Value, group: ParamGroup<RpropOptions>): void {
    const { lr, etas, stepSizes, maximize } = group
    const [[etaMinus, etaPlus], [least, most]] = [etas, stepSizes]
    this.learn(parameter, rpropOp, {
      gradient,
      scalars: this.scalars(parameter.dtype, () => ({ etaMinus, etaPlus, least, most })),
      initial: { step: noSteps, prev: zerosLike, step_size: filledWith(lr) },
      attributes: { maximize },
    })
  }
}
