import { less, literalLike, maximum, minimum, mul, neg, sign, sub, where } from '../../build.ts'
import { nextStep } from './arithmetic.ts'
import { defineUpdate, type UpdateOp } from './define-update.ts'

type State = 'step' | 'prev' | 'step_size'
type Scalar = 'etaMinus' | 'etaPlus' | 'least' | 'most'

export interface RpropAttributes {
  readonly maximize: boolean
}

const states: readonly State[] = ['step', 'prev', 'step_size']

/**
 * Resilient backpropagation (Riedmiller and Braun 1993): only the signs of gradients count. An element's step grows by η⁺
 * while its gradient keeps its sign; where that turned, it shrinks by η⁻ and the element rests.
 */
export const rpropOp: UpdateOp<State, Scalar, RpropAttributes> = defineUpdate({
  name: 'rpropUpdate',
  state: () => states,
  scalars: ['etaMinus', 'etaPlus', 'least', 'most'],
  update: ({ p, g, state, scalars }, { maximize }) => {
    const { etaMinus, etaPlus, least, most } = scalars
    const { step } = nextStep(state.step, p)
    const gradient = maximize ? neg(g) : g
    // Of the signs: the product of two small gradients is 0.
    const agreement = mul(sign(gradient), sign(state.prev))
    const zero = literalLike(agreement, 0)
    const [agrees, turned] = [less(zero, agreement), less(agreement, zero)]
    const factor = where(agrees, etaPlus, where(turned, etaMinus, literalLike(p, 1)))
    const size = minimum(maximum(mul(state.step_size, factor), least), most)
    const counted = where(turned, zero, gradient)
    return { p: sub(p, mul(sign(counted), size)), state: { step, prev: counted, step_size: size } }
  },
})
