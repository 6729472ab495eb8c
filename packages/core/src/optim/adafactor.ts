import { literal } from '../graph/build.ts'
import { adafactorUpdate } from '../graph/composites/updates/adafactor.ts'
import type { DType } from '../graph/dtype.ts'
import type { Value } from '../graph/value.ts'
import { zeros } from '../tensor/creation.ts'
import type { Parameter } from '../tensor/parameter.ts'
import { scalarsOf } from './numbers.ts'
import { Optimizer, type OptimizerOptions, type OptimizerParameters, type ParamGroup } from './optimizer.ts'

export interface AdafactorOptions extends OptimizerOptions {
  /** The largest relative step; default 1e-2. */
  readonly lr: number
  /** Exponent of 1 − β₂ₜ = t^beta2Decay, ≤ 0; default −0.8. */
  readonly beta2Decay: number
  /** Least mean square of a row or an element (null: the epsilon of the dtype), and least RMS of a parameter; default [null, 1e-3]. */
  readonly eps: readonly [number | null, number]
  /** Largest RMS of an update, ≥ 1; default 1. */
  readonly d: number
  /** Decay of the weights themselves, ≥ 0; default 0. */
  readonly weightDecay: number
  /** Default false. */
  readonly maximize: boolean
}

const epsilons: Partial<Record<DType, number>> = {
  float64: Number.EPSILON,
  float32: 2 ** -23,
  float16: 2 ** -10,
  bfloat16: 2 ** -7,
}

/** Adam's second moment as row and column means (Shazeer and Stern 2018): of an n × m matrix it keeps n + m numbers. */
export class Adafactor extends Optimizer<AdafactorOptions> {
  constructor(parameters: OptimizerParameters<AdafactorOptions>, options: Partial<AdafactorOptions> = {}) {
    const defaults: AdafactorOptions = {
      lr: 1e-2,
      beta2Decay: -0.8,
      eps: [null, 1e-3],
      d: 1,
      weightDecay: 0,
      maximize: false,
    }
    super(parameters, { ...defaults, ...options })
  }

  protected override check(options: AdafactorOptions): void {
    super.check(options)
    const { beta2Decay, eps, d, weightDecay } = options
    this.checkRange('beta2Decay', beta2Decay, beta2Decay <= 0, 'a number ≤ 0')
    this.checkRange('d', d, d >= 1, 'a number ≥ 1')
    this.checkNotNegative({ 'eps[0]': eps[0] ?? 0, 'eps[1]': eps[1], weightDecay })
  }

  protected override updateParameter(parameter: Parameter, g: Value, group: ParamGroup<AdafactorOptions>): void {
    const { dtype, shape } = parameter
    const { lr, beta2Decay, eps, d, weightDecay, maximize } = group
    const scalars = this.shared(dtype, () =>
      scalarsOf({ lr, beta2Decay, eps1: eps[0] ?? epsilons[dtype]!, eps2: eps[1], d, weightDecay }, dtype),
    )
    const step = () => literal(0, 'float32')
    const none = (of: readonly number[]) => () => zeros(of, { dtype }).value
    const factored = shape.length > 1
    const initial = (
      factored
        ? {
            step,
            row_var: none([...shape.slice(0, -1), 1]),
            col_var: none([...shape.slice(0, -2), 1, shape.at(-1)!]),
          }
        : { step, variance: none(shape) }
    ) as Record<'step' | 'row_var' | 'col_var' | 'variance', () => Value>
    const attributes = { factored, weightDecay: weightDecay !== 0, maximize }
    this.learn(parameter, initial, (p, state) => adafactorUpdate({ p, g, state, scalars }, attributes))
  }
}
