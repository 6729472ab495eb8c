import { add, div, literalLike, maximum, minimum, mul, neg, pow, sqrt, sub, sum } from '../../build.ts'
import type { Value } from '../../value.ts'
import { nextStep, shrunk, square } from './arithmetic.ts'
import { defineUpdate, type UpdateOp } from './define-update.ts'

type State = 'step' | 'row_var' | 'col_var' | 'variance'
type Scalar = 'lr' | 'beta2Decay' | 'eps1' | 'eps2' | 'd' | 'weightDecay'

export interface AdafactorAttributes {
  /** Whether the second moment is kept as its row and column means: of matrices and what has more dimensions. */
  readonly factored: boolean
  readonly weightDecay: boolean
  readonly maximize: boolean
}

/**
 * Adafactor (Shazeer and Stern 2018) as PyTorch has it: 1 − β₂ₜ = t^decay; the step is max(ε₂, RMS(p))·min(lr, 1/√t), and
 * its RMS is clipped at d.
 */
export const adafactorOp: UpdateOp<State, Scalar, AdafactorAttributes> = defineUpdate({
  name: 'adafactorUpdate',
  state: ({ factored }) => (factored ? ['step', 'row_var', 'col_var'] : ['step', 'variance']),
  scalars: ['lr', 'beta2Decay', 'eps1', 'eps2', 'd', 'weightDecay'],
  update: ({ p, g, state, scalars }, { factored, weightDecay, maximize }) => {
    const { lr, beta2Decay, eps1, eps2, d } = scalars
    const { step, t } = nextStep(state.step, p)
    const gradient = maximize ? neg(g) : g
    const squares = square(gradient)
    const weight = pow(t, beta2Decay)
    const towards = (x: Value, y: Value) => add(x, mul(sub(y, x), weight))
    const alpha = mul(maximum(eps2, rms(p)), minimum(lr, div(literalLike(t, 1), sqrt(t))))
    const decayed = weightDecay ? shrunk(p, lr, scalars.weightDecay) : p
    const { rank } = p.spec
    const rows = factored ? towards(state.row_var, mean(squares, rank - 1)) : state.row_var
    const columns = factored ? towards(state.col_var, mean(squares, rank - 2)) : state.col_var
    const variance = factored ? state.variance : towards(state.variance, squares)
    const estimate = factored ? div(mul(rows, columns), maximum(mean(rows, rank - 2), eps1)) : variance
    const update = div(gradient, sqrt(maximum(estimate, square(eps1))))
    const clip = maximum(literalLike(p, 1), div(rms(update), d))
    const stepped = sub(decayed, mul(div(alpha, clip), update))
    return { p: stepped, state: { step, row_var: rows, col_var: columns, variance } }
  },
})

/** Along one axis; 0 of no elements. */
function mean(x: Value, axis: number): Value {
  return mul(sum(x, [axis], true), literalLike(x, 1 / Math.max(1, x.spec.shape[axis]!)))
}

/** Root of the mean square of all elements. */
function rms(x: Value): Value {
  const total = sum(
    square(x),
    x.spec.shape.map((_, i) => i),
  )
  return sqrt(mul(total, literalLike(total, 1 / Math.max(1, x.spec.size))))
}
