import { add, div, matmul, maximum, mul, sqrt, sub, sum, transposeLast } from '../../build.ts'
import type { Value } from '../../value.ts'
import { decay, shrunk, square } from './arithmetic.ts'
import { defineUpdate, type UpdateOp } from './define-update.ts'

type State = 'momentum_buffer'
/** `rate` is the learning rate times the factor for the shape. */
type Scalar = 'lr' | 'rate' | 'momentum' | 'rest' | 'weightDecay' | 'eps' | 'a' | 'b' | 'c'

export interface MuonAttributes {
  readonly nesterov: boolean
  readonly steps: number
  readonly weightDecay: boolean
}

const states: readonly State[] = ['momentum_buffer']

/**
 * Momentum whose steps are made orthogonal (Jordan et al. 2024): some Newton–Schulz iterations bring the singular values of
 * the update near 1, without a decomposition.
 */
export const muonOp: UpdateOp<State, Scalar, MuonAttributes> = defineUpdate({
  name: 'muonUpdate',
  state: () => states,
  scalars: ['lr', 'rate', 'momentum', 'rest', 'weightDecay', 'eps', 'a', 'b', 'c'],
  update: ({ p, g, state, scalars }, { nesterov, steps, weightDecay }) => {
    const { lr, rate, momentum, rest } = scalars
    const buffer = decay(state.momentum_buffer, g, momentum, rest)
    const update = nesterov ? decay(buffer, g, momentum, rest) : buffer
    const decayed = weightDecay ? shrunk(p, lr, scalars.weightDecay) : p
    const direction = orthogonal(update, scalars, steps)
    return { p: sub(decayed, mul(rate, direction)), state: { momentum_buffer: buffer } }
  },
})

/** X ← a·X + (b·A + c·A²)·X with A = X·Xᵀ, from X of norm 1, `steps` times. */
function orthogonal(
  x: Value,
  { eps, a, b, c }: Readonly<Record<'eps' | 'a' | 'b' | 'c', Value>>,
  steps: number,
): Value {
  const [rows, columns] = x.spec.shape
  const isTall = rows! > columns!
  const norm = sqrt(sum(square(x), [0, 1]))
  let y = div(isTall ? transposeLast(x) : x, maximum(norm, eps))
  for (let i = 0; i < steps; i++) {
    const gram = matmul(y, y, { transposeB: true })
    const polynomial = add(mul(b, gram), mul(c, matmul(gram, gram)))
    y = add(mul(a, y), matmul(polynomial, y))
  }
  return isTall ? transposeLast(y) : y
}
