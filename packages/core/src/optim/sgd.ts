import { MisconfigurationError } from '../errors/errors.ts'
import { sgdOp } from '../graph/composites/updates/sgd.ts'
import type { Value } from '../graph/value.ts'
import type { Parameter } from '../tensor/parameter.ts'
import { zerosLike } from './initial-state.ts'
import { Optimizer, type OptimizerOptions, type OptimizerParameters, type ParamGroup } from './optimizer.ts'

export interface SgdOptions extends OptimizerOptions {
  /** Default 1e-3. */
  readonly lr: number
  /** μ ≥ 0; default 0. */
  readonly momentum: number
  /** Default 0. */
  readonly dampening: number
  /** L2 penalty λ ≥ 0; default 0. */
  readonly weightDecay: number
  /** Default false; needs momentum without dampening. */
  readonly nesterov: boolean
  /** Default false. */
  readonly maximize: boolean
}

/** Stochastic gradient descent, with momentum if wanted. */
export class SGD extends Optimizer<SgdOptions> {
  constructor(parameters: OptimizerParameters<SgdOptions>, options: Partial<SgdOptions> = {}) {
    const defaults = { lr: 1e-3, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false, maximize: false }
    super(parameters, { ...defaults, ...options })
  }

  protected override check(options: SgdOptions): void {
    super.check(options)
    const { momentum, weightDecay, nesterov, dampening } = options
    this.checkNotNegative({ momentum, weightDecay })
    this.checkRange('dampening', dampening, Number.isFinite(dampening), 'a number')
    if (nesterov && (momentum <= 0 || dampening !== 0)) {
      throw new MisconfigurationError(
        `SGD: nesterov needs momentum and no dampening, got momentum ${momentum} and dampening ${dampening}`,
      )
    }
  }

  protected override updateParameter(parameter: Parameter, gradient: Value, group: ParamGroup<SgdOptions>): void {
    const { lr, momentum, dampening, nesterov, maximize, weightDecay } = group
    // PyTorch's first buffer is the gradient itself, dampening or not: μ·0 + 1·g.
    const isFirst = this.read(parameter, 'momentum_buffer') === null
    const keep = isFirst ? 1 : 1 - dampening
    const scalars = this.scalars(parameter.dtype, () => ({ lr, momentum, keep, weightDecay }), `keep ${keep}`)
    const attributes = { momentum: momentum !== 0, nesterov, weightDecay: weightDecay !== 0, maximize }
    this.learn(parameter, sgdOp, { gradient, scalars, initial: { momentum_buffer: zerosLike }, attributes })
  }
}
