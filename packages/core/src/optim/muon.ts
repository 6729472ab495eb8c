import { MisconfigurationError } from '../errors/errors.ts'
import { muonOp } from '../graph/composites/updates/muon.ts'
import { formatShape } from '../graph/spec.ts'
import type { Value } from '../graph/value.ts'
import type { Parameter } from '../tensor/parameter.ts'
import { zerosLike } from './initial-state.ts'
import { Optimizer, type OptimizerOptions, type OptimizerParameters, type ParamGroup } from './optimizer.ts'

export interface MuonOptions extends OptimizerOptions {
  /** Default 1e-3. */
  readonly lr: number
  /** Decay of the weights themselves, ≥ 0; default 0.1. */
  readonly weightDecay: number
  /** In [0, 1); default 0.95. */
  readonly momentum: number
  /** Default true. */
  readonly nesterov: boolean
  /** Coefficients of the Newton–Schulz iteration; default [3.4445, −4.775, 2.0315]. */
  readonly nsCoefficients: readonly [number, number, number]
  /** Iterations, from 0 to 99; default 5. */
  readonly nsSteps: number
  /** Least norm that an update is divided by, ≥ 0; default 1e-7. */
  readonly eps: number
  /**
   * How the learning rate depends on the shape: times √max(1, rows / columns), or times 0.2·√max(rows, columns), which makes
   * Adam's learning rate and decay fit. Default `'original'`.
   */
  readonly adjustLrFn: 'original' | 'match_rms_adamw'
}

const defaults: MuonOptions = {
  lr: 1e-3,
  weightDecay: 0.1,
  momentum: 0.95,
  nesterov: true,
  nsCoefficients: [3.4445, -4.775, 2.0315],
  nsSteps: 5,
  eps: 1e-7,
  adjustLrFn: 'original',
}

/**
 * Orthogonalised momentum for the matrices of hidden layers (Jordan et al. 2024). Embeddings, output layers, biases and gains
 * belong to another optimizer, AdamW say. The iteration runs in the dtype of the parameter, not in bfloat16.
 */
export class Muon extends Optimizer<MuonOptions> {
  /** @throws MisconfigurationError when a parameter is no matrix */
  constructor(parameters: OptimizerParameters<MuonOptions>, options: Partial<MuonOptions> = {}) {
    super(parameters, { ...defaults, ...options })
  }

  protected override checkParameter({ ndim, shape }: Parameter): void {
    if (ndim === 2) return
    throw new MisconfigurationError(`Muon: optimizes matrices, got a parameter ${formatShape(shape)}; give it to AdamW`)
  }

  protected override check(options: MuonOptions): void {
    super.check(options)
    const { weightDecay, momentum, nsCoefficients, nsSteps, eps, adjustLrFn } = options
    this.checkRange('momentum', momentum, momentum >= 0 && momentum < 1, 'in [0, 1)')
    for (const i of [0, 1, 2] as const) {
      this.checkRange(`nsCoefficients[${i}]`, nsCoefficients[i], Number.isFinite(nsCoefficients[i]), 'a number')
    }
    const isWhole = Number.isInteger(nsSteps) && nsSteps >= 0 && nsSteps < 100
    this.checkRange('nsSteps', nsSteps, isWhole, 'a whole number from 0 to 99')
    this.checkNotNegative({ weightDecay, eps })
    if (adjustLrFn !== 'original' && adjustLrFn !== 'match_rms_adamw') {
      throw new MisconfigurationError(
        `Muon: adjustLrFn is 'original' or 'match_rms_adamw', got ${JSON.stringify(adjustLrFn)}`,
      )
    }
  }

  protected override updateParameter(parameter: Parameter, gradient: Value, group: ParamGroup<MuonOptions>): void {
    const { lr, weightDecay, momentum, nesterov, nsCoefficients, nsSteps, eps, adjustLrFn } = group
    const [a, b, c] = nsCoefficients
    const rate = lr * factorFor(parameter, adjustLrFn)
    const numbers = () => ({ lr, rate, momentum, rest: 1 - momentum, weightDecay, eps, a, b, c })
    this.learn(parameter, muonOp, {
      gradient,
      scalars: this.scalars(parameter.dtype, numbers, `rate ${rate}`),
      initial: { momentum_buffer: zerosLike },
      attributes: { nesterov, steps: nsSteps, weightDecay: weightDecay !== 0 },
    })
  }
}

function factorFor({ shape }: Parameter, adjustLrFn: MuonOptions['adjustLrFn']): number {
  const [rows, columns] = shape as readonly [number, number]
  if (adjustLrFn === 'match_rms_adamw') return 0.2 * Math.sqrt(Math.max(rows, columns))
  return Math.sqrt(Math.max(1, rows / columns))
}
