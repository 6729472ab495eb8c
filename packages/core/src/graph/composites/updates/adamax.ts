import { abs, add, div, maximum, mul, sub } from '../../build.ts'
import { biasCorrection, decay, nextStep } from './arithmetic.ts'
import { defineUpdate, type UpdateOp } from './define-update.ts'
import { directed } from './sgd.ts'

type State = 'step' | 'exp_avg' | 'exp_inf'
type Scalar = 'lr' | 'beta1' | 'beta2' | 'rest1' | 'logBeta1' | 'eps' | 'weightDecay'

export interface AdamaxAttributes {
  readonly weightDecay: boolean
  readonly maximize: boolean
}

const states: readonly State[] = ['step', 'exp_avg', 'exp_inf']

/** Adam with the infinity norm (Kingma and Ba 2015): u ← max(β₂·u, |g| + ε), p ← p − lr / (1 − β₁ᵗ)·m / u. */
export const adamaxOp: UpdateOp<State, Scalar, AdamaxAttributes> = defineUpdate({
  name: 'adamaxUpdate',
  state: () => states,
  scalars: ['lr', 'beta1', 'beta2', 'rest1', 'logBeta1', 'eps', 'weightDecay'],
  update: ({ p, g, state, scalars }, attributes) => {
    const { lr, beta1, beta2, rest1, logBeta1, eps, weightDecay } = scalars
    const { step, t } = nextStep(state.step, p)
    const gradient = directed(p, g, weightDecay, attributes)
    const m = decay(state.exp_avg, gradient, beta1, rest1)
    const u = maximum(mul(state.exp_inf, beta2), add(abs(gradient), eps))
    const change = mul(div(lr, biasCorrection(logBeta1, t)), div(m, u))
    return { p: sub(p, change), state: { step, exp_avg: m, exp_inf: u } }
  },
})
