import { add, div, literalLike, maximum, mul, sqrt, sub } from '../../build.ts'
import { biasCorrection, decay, nextStep, shrunk, square } from './arithmetic.ts'
import { defineUpdate, type UpdateOp } from './define-update.ts'
import { directed } from './sgd.ts'

type State = 'step' | 'exp_avg' | 'exp_avg_sq' | 'max_exp_avg_sq'
type Scalar = 'lr' | 'beta1' | 'beta2' | 'rest1' | 'rest2' | 'logBeta1' | 'logBeta2' | 'eps' | 'weightDecay'

export interface AdamAttributes {
  readonly amsgrad: boolean
  readonly weightDecay: boolean
  /** Decay of the weights themselves (AdamW) and not of the gradient. */
  readonly decoupled: boolean
  readonly maximize: boolean
}

const states: readonly State[] = ['step', 'exp_avg', 'exp_avg_sq']

/**
 * m ← β₁·m + (1 − β₁)·g; v ← β₂·v + (1 − β₂)·g²; p ← p − lr/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε)
 * (Kingma and Ba 2015; decoupled decay: Loshchilov and Hutter 2019; amsgrad: Reddi et al. 2018), in PyTorch's order of
 * operations.
 */
export const adamOp: UpdateOp<State, Scalar, AdamAttributes> = defineUpdate({
  name: 'adamUpdate',
  state: ({ amsgrad }) => (amsgrad ? [...states, 'max_exp_avg_sq'] : states),
  scalars: ['lr', 'beta1', 'beta2', 'rest1', 'rest2', 'logBeta1', 'logBeta2', 'eps', 'weightDecay'],
  update: ({ p, g, state, scalars }, { amsgrad, weightDecay, decoupled, maximize }) => {
    const { lr, beta1, beta2, rest1, rest2, logBeta1, logBeta2, eps } = scalars
    const { step, t } = nextStep(state.step, p)
    const decayed = weightDecay && decoupled ? shrunk(p, lr, scalars.weightDecay) : p
    const gradient = directed(p, g, scalars.weightDecay, { weightDecay: weightDecay && !decoupled, maximize })
    const m = decay(state.exp_avg, gradient, beta1, rest1)
    const v = decay(state.exp_avg_sq, square(gradient), beta2, rest2)
    const largest = amsgrad ? maximum(state.max_exp_avg_sq, v) : v
    const stepSize = div(lr, biasCorrection(logBeta1, t))
    // One reciprocal for all elements: a division takes as long as all else that an element needs.
    const overRootCorrection = div(literalLike(t, 1), sqrt(biasCorrection(logBeta2, t)))
    const denominator = add(mul(sqrt(largest), overRootCorrection), eps)
    const updated = { step, exp_avg: m, exp_avg_sq: v, max_exp_avg_sq: largest }
    return { p: sub(decayed, mul(stepSize, div(m, denominator))), state: updated }
  },
})
