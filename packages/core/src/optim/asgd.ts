import { literal } from '../graph/build.ts'
import { asgdOp } from '../graph/composites/updates/asgd.ts'
import { scalarValue } from '../graph/record.ts'
import type { Value } from '../graph/value.ts'
import type { Parameter } from '../tensor/parameter.ts'
import { noSteps, zerosLike } from './initial-state.ts'
import { Optimizer, type OptimizerOptions, type OptimizerParameters, type ParamGroup } from './optimizer.ts'

export interface ASGDOptions extends OptimizerOptions {
  /** Default 1e-2. */
  readonly lr: number
  /** Decay of the parameters, ≥ 0; default 1e-4. */
  readonly lambd: number
  /** Exponent with which the learning rate falls; default 0.75. */
  readonly alpha: number
  /** The step from which on parameters are averaged; default 1e6. */
  readonly t0: number
  /** L2 penalty λ ≥ 0; default 0. */
  readonly weightDecay: number
  /** Default false. */
  readonly maximize: boolean
}

/** Averaged stochastic gradient descent (Polyak and Juditsky 1992). The averages are the state `ax`. */
export class ASGD extends Optimizer<ASGDOptions> {
  protected override readonly scalarState: ReadonlySet<string> = new Set(['step', 'eta', 'mu'])

  constructor(parameters: OptimizerParameters<ASGDOptions>, options: Partial<ASGDOptions> = {}) {
    const defaults = { lr: 1e-2, lambd: 1e-4, alpha: 0.75, t0: 1e6, weightDecay: 0, maximize: false }
    super(parameters, { ...defaults, ...options })
  }

  protected override check(options: ASGDOptions): void {
    super.check(options)
    const { lambd, alpha, t0, weightDecay } = options
    this.checkNotNegative({ lambd, weightDecay })
    this.checkRange('alpha', alpha, Number.isFinite(alpha), 'a number')
    this.checkRange('t0', t0, !Number.isNaN(t0), 'a number')
  }

  protected override updateParameter(parameter: Parameter, gradient: Value, group: ParamGroup<ASGDOptions>): void {
    const { lr, lambd, alpha, t0, weightDecay, maximize } = group
    const [eta, one] = [() => scalarValue(lr), () => literal(1, 'float32')]
    this.learn(parameter, asgdOp, {
      gradient,
      scalars: this.scalars(parameter.dtype, () => ({ lr, lambd, alpha, t0, weightDecay })),
      initial: { step: noSteps, eta, mu: one, ax: zerosLike },
      attributes: { weightDecay: weightDecay !== 0, maximize },
    })
  }
}
