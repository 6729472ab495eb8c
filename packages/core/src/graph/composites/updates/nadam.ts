import { add, cast, div, literalLike, mul, pow, sqrt, sub } from '../../build.ts'
import { biasCorrection, complement, decay, nextStep, shrunk, square } from './arithmetic.ts'
import { defineUpdate, type UpdateOp } from './define-update.ts'
import { directed } from './sgd.ts'

type State = 'step' | 'mu_product' | 'exp_avg' | 'exp_avg_sq'
type Scalar = 'lr' | 'beta1' | 'beta2' | 'rest1' | 'rest2' | 'logBeta2' | 'eps' | 'weightDecay' | 'momentumDecay'

export interface NAdamAttributes {
  readonly weightDecay: boolean
  /** Decay of the weights themselves and not of the gradient. */
  readonly decoupled: boolean
  readonly maximize: boolean
}

const states: readonly State[] = ['step', 'mu_product', 'exp_avg', 'exp_avg_sq']

/**
 * Adam with Nesterov's momentum (Dozat 2016): μₜ = β₁·(1 − 0.96^(t·ψ) / 2), and
 * p ← p − lr·((1 − μₜ)·g / (1 − Πμ) + μₜ₊₁·m / (1 − μₜ·μₜ₊₁·Πμ)) / (√(v / (1 − β₂ᵗ)) + ε).
 */
export const nadamOp: UpdateOp<State, Scalar, NAdamAttributes> = defineUpdate({
  name: 'nadamUpdate',
  state: () => states,
  scalars: ['lr', 'beta1', 'beta2', 'rest1', 'rest2', 'logBeta2', 'eps', 'weightDecay', 'momentumDecay'],
  update: ({ p, g, state, scalars }, { weightDecay, decoupled, maximize }) => {
    const { lr, beta1, beta2, rest1, rest2, logBeta2, eps, momentumDecay } = scalars
    const { step, t } = nextStep(state.step, p)
    const gradient = directed(p, g, scalars.weightDecay, { weightDecay: weightDecay && !decoupled, maximize })
    const decayed = weightDecay && decoupled ? shrunk(p, lr, scalars.weightDecay) : p
    const momentumAt = (steps: typeof t) => {
      const power = pow(literalLike(p, 0.96), mul(steps, momentumDecay))
      return mul(beta1, complement(mul(literalLike(p, 0.5), power)))
    }
    const mu = momentumAt(t)
    const muNext = momentumAt(add(t, literalLike(t, 1)))
    // The products are float32, as the step is. PyTorch 1.13 takes μₜ into the second one once more.
    const single = (x: typeof mu) => cast(x, state.mu_product.spec.dtype)
    const muProduct = mul(state.mu_product, single(mu))
    const product = cast(muProduct, p.spec.dtype)
    const productNext = cast(mul(mul(muProduct, single(mu)), single(muNext)), p.spec.dtype)
    const m = decay(state.exp_avg, gradient, beta1, rest1)
    const v = decay(state.exp_avg_sq, square(gradient), beta2, rest2)
    const denominator = add(sqrt(mul(v, div(literalLike(t, 1), biasCorrection(logBeta2, t)))), eps)
    const ofGradient = div(mul(lr, complement(mu)), complement(product))
    const ofMomentum = div(mul(lr, muNext), complement(productNext))
    const change = div(add(mul(gradient, ofGradient), mul(m, ofMomentum)), denominator)
    return { p: sub(decayed, change), state: { step, mu_product: muProduct, exp_avg: m, exp_avg_sq: v } }
  },
})
