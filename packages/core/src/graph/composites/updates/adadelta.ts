import { add, div, mul, sqrt, sub } from '../../build.ts'
import { decay, nextStep, square } from './arithmetic.ts'
import { defineUpdate, type UpdateOp } from './define-update.ts'
import { directed } from './sgd.ts'

type State = 'step' | 'square_avg' | 'acc_delta'
type Scalar = 'lr' | 'rho' | 'rest' | 'eps' | 'weightDecay'

export interface AdadeltaAttributes {
  readonly weightDecay: boolean
  readonly maximize: boolean
}

const states: readonly State[] = ['step', 'square_avg', 'acc_delta']

/** Δ = √(d + ε) / √(v + ε)·g, with running means v of g² and d of Δ² (Zeiler 2012). */
export const adadeltaOp: UpdateOp<State, Scalar, AdadeltaAttributes> = defineUpdate({
  name: 'adadeltaUpdate',
  state: () => states,
  scalars: ['lr', 'rho', 'rest', 'eps', 'weightDecay'],
  update: ({ p, g, state, scalars }, attributes) => {
    const { lr, rho, rest, eps, weightDecay } = scalars
    const { step } = nextStep(state.step, p)
    const gradient = directed(p, g, weightDecay, attributes)
    const v = decay(state.square_avg, square(gradient), rho, rest)
    const change = mul(div(sqrt(add(state.acc_delta, eps)), sqrt(add(v, eps))), gradient)
    const d = decay(state.acc_delta, square(change), rho, rest)
    return { p: sub(p, mul(lr, change)), state: { step, square_avg: v, acc_delta: d } }
  },
})
