import { add, div, mul, sqrt, sub } from '../../build.ts'
import { decay, nextStep, square } from './arithmetic.ts'
import { defineUpdate, type UpdateOp } from './define-update.ts'
import { directed } from './sgd.ts'

type State = 'step' | 'square_avg' | 'grad_avg' | 'momentum_buffer'
type Scalar = 'lr' | 'alpha' | 'rest' | 'eps' | 'momentum' | 'weightDecay'

export interface RMSpropAttributes {
  readonly centered: boolean
  readonly momentum: boolean
  readonly weightDecay: boolean
  readonly maximize: boolean
}

/** Dividing by a running root mean square (Hinton 2012), of the centred gradient if wanted (Graves 2013). */
export const rmspropOp: UpdateOp<State, Scalar, RMSpropAttributes> = defineUpdate({
  name: 'rmspropUpdate',
  state: ({ centered, momentum }) => [
    'step',
    'square_avg',
    ...(centered ? (['grad_avg'] as const) : []),
    ...(momentum ? (['momentum_buffer'] as const) : []),
  ],
  scalars: ['lr', 'alpha', 'rest', 'eps', 'momentum', 'weightDecay'],
  update: ({ p, g, state, scalars }, attributes) => {
    const { lr, alpha, rest, eps, momentum, weightDecay } = scalars
    const { step } = nextStep(state.step, p)
    const gradient = directed(p, g, weightDecay, attributes)
    const v = decay(state.square_avg, square(gradient), alpha, rest)
    const mean = attributes.centered ? decay(state.grad_avg, gradient, alpha, rest) : state.grad_avg
    const variance = attributes.centered ? sub(v, square(mean)) : v
    const scaled = div(gradient, add(sqrt(variance), eps))
    const buffer = attributes.momentum ? add(mul(state.momentum_buffer, momentum), scaled) : scaled
    const updated = { step, square_avg: v, grad_avg: mean, momentum_buffer: buffer }
    return { p: sub(p, mul(lr, buffer)), state: updated }
  },
})
