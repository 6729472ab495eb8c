import { MisconfigurationError } from '../errors/errors.ts'
import { fullLike } from '../graph/build.ts'
import { sgdUpdate } from '../graph/composites/updates/sgd.ts'
import { scalarValue } from '../graph/record.ts'
import type { Value } from '../graph/value.ts'
import type { Parameter } from '../tensor/parameter.ts'
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
    this.checkRange('momentum', momentum, momentum >= 0, 'a number ≥ 0')
    this.checkRange('weightDecay', weightDecay, weightDecay >= 0, 'a number ≥ 0')
    if (nesterov && (momentum <= 0 || dampening !== 0)) {
      throw new MisconfigurationError(
        `SGD: nesterov needs momentum and no dampening, got momentum ${momentum} and dampening ${dampening}`,
      )
    }
  }

  protected override updateParameter(parameter: Parameter, gradient: Value, group: ParamGroup<SgdOptions>): void {
    const p = parameter.value
    const { dtype } = p.spec
    const { momentum, nesterov, maximize, weightDecay } = group
    const buffer = momentum === 0 ? null : this.read(parameter, 'momentum_buffer')
    // PyTorch's first buffer is the gradient itself, dampening or not: μ·0 + 1·g.
    const isFirst = momentum !== 0 && buffer === null
    const scalars = this.shared(isFirst ? `${dtype}, first` : dtype, () => ({
      lr: scalarValue(group.lr, dtype),
      momentum: scalarValue(momentum, dtype),
      keep: scalarValue(isFirst ? 1 : 1 - group.dampening, dtype),
      weightDecay: scalarValue(weightDecay, dtype),
    }))
    const attributes = { momentum: momentum !== 0, nesterov, weightDecay: weightDecay !== 0, maximize }
    const start = isFirst ? fullLike(gradient, 0) : buffer
    const [updated, newBuffer] = sgdUpdate(p, gradient, scalars, start, attributes)
    parameter.slot.value = updated!
    if (newBuffer !== undefined) this.write(parameter, 'momentum_buffer', newBuffer)
  }
}
