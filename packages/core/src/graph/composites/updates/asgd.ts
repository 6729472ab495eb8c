import { add, cast, div, equal, literalLike, maximum, mul, pow, sub, where } from '../../build.ts'
import { nextStep, shrunk } from './arithmetic.ts'
import { defineUpdate, type UpdateOp } from './define-update.ts'
import { directed } from './sgd.ts'

type State = 'step' | 'eta' | 'mu' | 'ax'
type Scalar = 'lr' | 'lambd' | 'alpha' | 't0' | 'weightDecay'

export interface AsgdAttributes {
  readonly weightDecay: boolean
  readonly maximize: boolean
}

const states: readonly State[] = ['step', 'eta', 'mu', 'ax']

/**
 * Averaged SGD (Polyak and Juditsky 1992): p ← p·(1 − λ·η) − η·g with η = lr / (1 + λ·lr·t)^α; from step t₀ on `ax` is the
 * mean of the parameter.
 */
export const asgdOp: UpdateOp<State, Scalar, AsgdAttributes> = defineUpdate({
  name: 'asgdUpdate',
  state: () => states,
  scalars: ['lr', 'lambd', 'alpha', 't0', 'weightDecay'],
  update: ({ p, g, state, scalars }, attributes) => {
    const { lr, lambd, alpha, t0, weightDecay } = scalars
    const { step, t } = nextStep(state.step, p)
    const gradient = directed(p, g, weightDecay, attributes)
    const [eta, mu] = [cast(state.eta, p.spec.dtype), cast(state.mu, p.spec.dtype)]
    const updated = sub(shrunk(p, eta, lambd), mul(eta, gradient))
    const one = literalLike(t, 1)
    const ax = where(equal(mu, one), updated, add(state.ax, mul(sub(updated, state.ax), mu)))
    const nextEta = div(lr, pow(add(one, mul(mul(lambd, lr), t)), alpha))
    const nextMu = div(one, maximum(one, sub(t, t0)))
    const { dtype } = state.eta.spec
    return { p: updated, state: { step, eta: cast(nextEta, dtype), mu: cast(nextMu, dtype), ax } }
  },
})
