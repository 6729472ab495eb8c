import { broadcastTo, literalLike } from '../graph/build.ts'
import { adafactorOp } from '../graph/composites/updates/adafactor.ts'
import type { DType } from '../graph/dtype.ts'
import type { Shape } from '../graph/spec.ts'
import type { Value } from '../graph/value.ts'
import type { Parameter } from '../tensor/parameter.ts'
import { noSteps, zerosLike } from './initial-state.ts'
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

const defaults: AdafactorOptions = {
  lr: 1e-2,
  beta2Decay: -0.8,
  eps: [null, 1e-3],
  d: 1,
  weightDecay: 0,
  maximize: false,
}

const epsilons: Partial<Record<DType, number>> = {
  float64: Number.EPSILON,
  float32: 2 ** -23,
  float16: 2 ** -10,
  bfloat16: 2 ** -7,
}

/**
 * Adam's second moment as row and column means (Shazeer and Stern 2018): of an n × m matrix it keeps n + m numbers. What has
 * more dimensions is a batch of matrices, what has fewer keeps all its squares.
 */
export class Adafactor extends Optimizer<AdafactorOptions> {
  constructor(parameters: OptimizerParameters<AdafactorOptions>, options: Partial<AdafactorOptions> = {}) {
    super(parameters, { ...defaults, ...options })
  }

  protected override check(options: AdafactorOptions): void {
    super.check(options)
    const { beta2Decay, eps, d, weightDecay } = options
    this.checkRange('beta2Decay', beta2Decay, beta2Decay <= 0, 'a number ≤ 0')
    this.checkRange('d', d, d >= 1, 'a number ≥ 1')
    this.checkNotNegative({ 'eps[0]': eps[0] ?? 0, 'eps[1]': eps[1], weightDecay })
  }

  protected override shapeOfState(name: string, parameter: Parameter): Shape {
    const { shape } = parameter
    if (name === 'row_var') return rowShape(shape)
    return name === 'col_var' ? columnShape(shape) : super.shapeOfState(name, parameter)
  }

  protected override updateParameter(parameter: Parameter, gradient: Value, group: ParamGroup<AdafactorOptions>): void {
    const { dtype, ndim } = parameter
    const { lr, beta2Decay, eps, d, weightDecay, maximize } = group
    const [eps1, eps2] = [eps[0] ?? epsilons[dtype]!, eps[1]]
    const zeros = (shapeOf: (shape: Shape) => Shape) => (p: Value) =>
      broadcastTo(literalLike(p, 0), shapeOf(p.spec.shape))
    this.learn(parameter, adafactorOp, {
      gradient,
      scalars: this.scalars(dtype, () => ({ lr, beta2Decay, eps1, eps2, d, weightDecay })),
      initial: { step: noSteps, row_var: zeros(rowShape), col_var: zeros(columnShape), variance: zerosLike },
      attributes: { factored: ndim > 1, weightDecay: weightDecay !== 0, maximize },
    })
  }
}

/** Of the means of rows. */
function rowShape(shape: Shape): Shape {
  return [...shape.slice(0, -1), 1]
}

/** Of the means of columns. */
function columnShape(shape: Shape): Shape {
  return [...shape.slice(0, -2), 1, ...shape.slice(-1)]
}
