import { add, mul, neg, sign, sub } from '../../build.ts'
import { shrunk } from './arithmetic.ts'
import { defineUpdate, type UpdateOp } from './define-update.ts'

type State = 'exp_avg'
type Scalar = 'lr' | 'rest1' | 'rest2' | 'weightDecay'

export interface LionAttributes {
  readonly weightDecay: boolean
  readonly maximize: boolean
}

const states: readonly State[] = ['exp_avg']

/** p ← p·(1 − lr·λ) − lr·sign(β₁·m + (1 − β₁)·g); m ← β₂·m + (1 − β₂)·g (Chen et al. 2023). */
export const lionOp: UpdateOp<State, Scalar, LionAttributes> = defineUpdate({
  name: 'lionUpdate',
  state: () => states,
  scalars: ['lr', 'rest1', 'rest2', 'weightDecay'],
  update: ({ p, g, state, scalars }, { weightDecay, maximize }) => {
    const { lr, rest1, rest2 } = scalars
    const { exp_avg: m } = state
    // By one difference for both: so parameter and momentum are one region for a backend that fuses.
    const difference = sub(maximize ? neg(g) : g, m)
    const direction = sign(add(m, mul(difference, rest1)))
    const decayed = weightDecay ? shrunk(p, lr, scalars.weightDecay) : p
    return { p: sub(decayed, mul(lr, direction)), state: { exp_avg: add(m, mul(difference, rest2)) } }
  },
})
