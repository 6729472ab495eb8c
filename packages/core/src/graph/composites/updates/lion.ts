import { mul, neg, sign, sub } from '../../build.ts'
import { complement, decay } from './arithmetic.ts'
import { defineUpdate, type Update } from './define-update.ts'

type State = 'exp_avg'
type Scalar = 'lr' | 'beta1' | 'beta2' | 'rest1' | 'rest2' | 'weightDecay'

export interface LionAttributes {
  readonly weightDecay: boolean
  readonly maximize: boolean
}

const states: readonly State[] = ['exp_avg']

/** p ← p·(1 − lr·λ) − lr·sign(β₁·m + (1 − β₁)·g); m ← β₂·m + (1 − β₂)·g (Chen et al. 2023). */
export const lionUpdate: Update<State, Scalar, LionAttributes> = defineUpdate({
  name: 'lionUpdate',
  state: () => states,
  scalars: ['lr', 'beta1', 'beta2', 'rest1', 'rest2', 'weightDecay'],
  update: ({ p, g, state, scalars }, { weightDecay, maximize }) => {
    const { lr, beta1, beta2, rest1, rest2 } = scalars
    const gradient = maximize ? neg(g) : g
    const decayed = weightDecay ? mul(p, complement(mul(lr, scalars.weightDecay))) : p
    const direction = sign(decay(state.exp_avg, gradient, beta1, rest1))
    return { p: sub(decayed, mul(lr, direction)), state: { exp_avg: decay(state.exp_avg, gradient, beta2, rest2) } }
  },
})
