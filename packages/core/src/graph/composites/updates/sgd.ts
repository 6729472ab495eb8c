import { add, mul, neg, sub } from '../../build.ts'
import type { Value } from '../../value.ts'
import { defineUpdate, type UpdateOp } from './define-update.ts'

type State = 'momentum_buffer'
/** `keep` is 1 − dampening. */
type Scalar = 'lr' | 'momentum' | 'keep' | 'weightDecay'

export interface SgdAttributes {
  readonly momentum: boolean
  readonly nesterov: boolean
  readonly weightDecay: boolean
  readonly maximize: boolean
}

/** g ← ±g + λ·p; b ← μ·b + (1 − τ)·g; p ← p − lr·(g + μ·b | b | g) (Sutskever et al. 2013, in PyTorch's form). */
export const sgdOp: UpdateOp<State, Scalar, SgdAttributes> = defineUpdate({
  name: 'sgdUpdate',
  state: ({ momentum }) => (momentum ? ['momentum_buffer'] : []),
  scalars: ['lr', 'momentum', 'keep', 'weightDecay'],
  update: ({ p, g, state, scalars }, attributes) => {
    const { lr, momentum, keep, weightDecay } = scalars
    const gradient = directed(p, g, weightDecay, attributes)
    if (!attributes.momentum) return { p: sub(p, mul(gradient, lr)), state }
    const buffer = add(mul(state.momentum_buffer, momentum), mul(gradient, keep))
    const step = attributes.nesterov ? add(gradient, mul(buffer, momentum)) : buffer
    return { p: sub(p, mul(step, lr)), state: { momentum_buffer: buffer } }
  },
})

/** The gradient of what is minimised: −g when maximising, plus λ·p. */
export function directed(
  p: Value,
  g: Value,
  lambda: Value,
  { weightDecay, maximize }: { readonly weightDecay: boolean; readonly maximize: boolean },
): Value {
  if (!weightDecay) return maximize ? neg(g) : g
  const decay = mul(p, lambda)
  return maximize ? sub(decay, g) : add(g, decay)
}
