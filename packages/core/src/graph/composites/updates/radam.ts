import { add, div, expm1, less, literalLike, maximum, mul, neg, sqrt, sub, where } from '../../build.ts'
import type { Value } from '../../value.ts'
import { biasCorrection, decay, nextStep, shrunk, square } from './arithmetic.ts'
import { defineUpdate, type UpdateOp } from './define-update.ts'
import { directed } from './sgd.ts'

type State = 'step' | 'exp_avg' | 'exp_avg_sq'
type Scalar =
  | 'lr'
  | 'beta1'
  | 'beta2'
  | 'rest1'
  | 'rest2'
  | 'logBeta1'
  | 'logBeta2'
  | 'eps'
  | 'weightDecay'
  | 'rhoInf'
  | 'rhoRest'

export interface RAdamAttributes {
  readonly weightDecay: boolean
  /** Decay of the weights themselves and not of the gradient. */
  readonly decoupled: boolean
  readonly maximize: boolean
}

const states: readonly State[] = ['step', 'exp_avg', 'exp_avg_sq']

/**
 * Adam that trusts its second moment once it has seen enough (Liu et al. 2020). With ρ∞ = 2/(1 − β₂) − 1 and
 * ρₜ = ρ∞ − 2t·β₂ᵗ / (1 − β₂ᵗ), for ρₜ > 5 the step is rectified by
 * √((ρₜ − 4)(ρₜ − 2)ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)ρₜ)); before, it is momentum without a denominator.
 */
export const radamOp: UpdateOp<State, Scalar, RAdamAttributes> = defineUpdate({
  name: 'radamUpdate',
  state: () => states,
  scalars: [
    ...(['lr', 'beta1', 'beta2', 'rest1', 'rest2', 'logBeta1', 'logBeta2'] as const),
    ...(['eps', 'weightDecay', 'rhoInf', 'rhoRest'] as const),
  ],
  update: ({ p, g, state, scalars }, { weightDecay, decoupled, maximize }) => {
    const { lr, beta1, beta2, rest1, rest2, logBeta1, logBeta2, eps, rhoInf, rhoRest } = scalars
    const { step, t } = nextStep(state.step, p)
    const gradient = directed(p, g, scalars.weightDecay, { weightDecay: weightDecay && !decoupled, maximize })
    const m = decay(state.exp_avg, gradient, beta1, rest1)
    const v = decay(state.exp_avg_sq, square(gradient), beta2, rest2)
    const decayed = weightDecay && decoupled ? shrunk(p, lr, scalars.weightDecay) : p
    const rho = rhoOf(neg(logBeta2), t, rhoRest)
    const minus = (x: Value, y: number) => sub(x, literalLike(x, y))
    // Below 5 the root may be of a negative number, which is not chosen.
    const safe = maximum(rho, literalLike(rho, 5))
    const above = mul(mul(minus(safe, 4), minus(safe, 2)), rhoInf)
    const rectification = sqrt(div(above, mul(mul(minus(rhoInf, 4), minus(rhoInf, 2)), safe)))
    const adaptive = div(mul(sqrt(biasCorrection(logBeta2, t)), rectification), add(sqrt(v), eps))
    const factor = where(less(literalLike(rho, 5), rho), adaptive, literalLike(p, 1))
    const stepSize = div(lr, biasCorrection(logBeta1, t))
    return { p: sub(decayed, mul(mul(m, stepSize), factor)), state: { step, exp_avg: m, exp_avg_sq: v } }
  },
})

/**
 * ρₜ as rest + 2/a·(1 − x / (eˣ − 1)) with a = −ln β₂, x = a·t and rest = ρ∞ − 2/a: the difference of two numbers near 2000
 * leaves nothing in float32. For small x the bracket is its series.
 */
function rhoOf(a: Value, t: Value, rest: Value): Value {
  const x = mul(a, t)
  const literal = (n: number) => literalLike(x, n)
  const direct = sub(literal(1), div(x, expm1(x)))
  const squared = square(x)
  const even = bernoulli.map(literal).reduceRight((sum, coefficient) => add(coefficient, mul(squared, sum)))
  const series = add(mul(x, literal(0.5)), mul(squared, even))
  const bracket = where(less(x, literal(0.1)), series, direct)
  return add(rest, mul(div(literal(2), a), bracket))
}

// −B₂/2!, −B₄/4!, … of the Bernoulli numbers.
const bernoulli: readonly number[] = [-1 / 12, 1 / 720, -1 / 30240, 1 / 1209600]
