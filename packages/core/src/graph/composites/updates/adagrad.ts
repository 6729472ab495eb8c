import { add, div, literalLike, mul, sqrt, sub } from '../../build.ts'
import { nextStep, square } from './arithmetic.ts'
import { defineUpdate, type UpdateOp } from './define-update.ts'
import { directed } from './sgd.ts'

type State = 'step' | 'sum'
type Scalar = 'lr' | 'lrDecay' | 'eps' | 'weightDecay'

export interface AdagradAttributes {
  readonly weightDecay: boolean
  readonly maximize: boolean
}

const states: readonly State[] = ['step', 'sum']

/** s ← s + g²; p ← p − lr / (1 + (t − 1)·η)·g / (√s + ε) (Duchi et al. 2011). */
export const adagradOp: UpdateOp<State, Scalar, AdagradAttributes> = defineUpdate({
  name: 'adagradUpdate',
  state: () => states,
  scalars: ['lr', 'lrDecay', 'eps', 'weightDecay'],
  update: ({ p, g, state, scalars }, attributes) => {
    const { lr, lrDecay, eps, weightDecay } = scalars
    const { step, t } = nextStep(state.step, p)
    const gradient = directed(p, g, weightDecay, attributes)
    const one = literalLike(t, 1)
    const rate = div(lr, add(one, mul(sub(t, one), lrDecay)))
    const sum = add(state.sum, square(gradient))
    return { p: sub(p, mul(rate, div(gradient, add(sqrt(sum), eps)))), state: { step, sum } }
  },
})
