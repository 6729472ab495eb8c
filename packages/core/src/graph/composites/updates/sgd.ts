import { add, mul, neg, sub } from '../../build.ts'
import { defineComposite } from '../../composite.ts'
import type { Composite } from '../../op.ts'
import { record } from '../../record.ts'
import type { Value } from '../../value.ts'

export interface SgdAttributes {
  readonly momentum: boolean
  readonly nesterov: boolean
  readonly weightDecay: boolean
  readonly maximize: boolean
}

/** Runtime scalars of an update. */
export interface SgdScalars {
  readonly lr: Value
  readonly momentum: Value
  /** 1 − dampening */
  readonly keep: Value
  readonly weightDecay: Value
}

/**
 * g ← ±g + λ·p; b ← μ·b + (1 − τ)·g; p ← p − lr·(g + μ·b | b | g) (Sutskever et al. 2013, in PyTorch's form).
 * Inputs p, g, lr, μ, 1 − τ, λ and, with momentum, b; outputs p and, with momentum, b.
 */
export const sgdOp: Composite<SgdAttributes> = defineComposite({
  name: 'sgdUpdate',
  infer: ([p], { momentum }) => (momentum ? [p!, p!] : [p!]),
  decompose: ([p, g, lr, mu, keep, lambda, buffer], { momentum, nesterov, weightDecay, maximize }) => {
    const decayed = directed(p!, g!, lambda!, { weightDecay, maximize })
    if (!momentum) return [sub(p!, mul(decayed, lr!))]
    const b = add(mul(buffer!, mu!), mul(decayed, keep!))
    const step = nesterov ? add(decayed, mul(b, mu!)) : b
    return [sub(p!, mul(step, lr!)), b]
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

export function sgdUpdate(
  p: Value,
  g: Value,
  { lr, momentum, keep, weightDecay }: SgdScalars,
  buffer: Value | null,
  attributes: SgdAttributes,
): readonly Value[] {
  const inputs = [p, g, lr, momentum, keep, weightDecay]
  return record(sgdOp, buffer === null ? inputs : [...inputs, buffer], { ...attributes })
}
