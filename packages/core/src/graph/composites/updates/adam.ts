import { add, cast, div, expm1, literalLike, maximum, mul, neg, sqrt, sub } from '../../build.ts'
import { defineComposite } from '../../composite.ts'
import type { Composite } from '../../op.ts'
import { record } from '../../record.ts'
import { specOf } from '../../spec.ts'
import type { Value } from '../../value.ts'
import { directed } from './sgd.ts'

export interface AdamAttributes {
  readonly amsgrad: boolean
  readonly weightDecay: boolean
  /** Decay of the weights themselves (AdamW) and not of the gradient. */
  readonly decoupled: boolean
  readonly maximize: boolean
}

/** Runtime scalars of an update. Logarithms and complements are taken on the host, in double precision. */
export interface AdamScalars {
  readonly lr: Value
  readonly beta1: Value
  readonly beta2: Value
  /** 1 − β₁ */
  readonly rest1: Value
  /** 1 − β₂ */
  readonly rest2: Value
  /** ln β₁ */
  readonly logBeta1: Value
  /** ln β₂ */
  readonly logBeta2: Value
  readonly eps: Value
  readonly weightDecay: Value
}

/** State of one parameter. */
export interface AdamState {
  /** Steps taken, float32. */
  readonly step: Value
  readonly m: Value
  readonly v: Value
  /** Largest v so far, with amsgrad. */
  readonly vMax: Value | null
}

// 1 − βᵗ without cancellation.
function biasCorrection(logBeta: Value, step: Value): Value {
  return neg(expm1(mul(logBeta, step)))
}

/**
 * m ← β₁·m + (1 − β₁)·g; v ← β₂·v + (1 − β₂)·g²; p ← p − lr/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε)
 * (Kingma and Ba 2015; decoupled decay: Loshchilov and Hutter 2019; amsgrad: Reddi et al. 2018), in PyTorch's order of
 * operations. Outputs p, t, m, v and, with amsgrad, the largest v.
 */
export const adamOp: Composite<AdamAttributes> = defineComposite({
  name: 'adamUpdate',
  infer: ([p], { amsgrad }) => {
    const step = specOf('float32', [])
    return amsgrad ? [p!, step, p!, p!, p!] : [p!, step, p!, p!]
  },
  decompose: (inputs, attributes) => {
    const [p, g, step, m, v, lr, beta1, beta2, rest1, rest2, logBeta1, logBeta2, eps, lambda, vMax] = inputs as Inputs
    const { amsgrad, weightDecay, decoupled, maximize } = attributes
    const t = add(step, literalLike(step, 1))
    const tOfDType = cast(t, p.spec.dtype)
    const decayed = weightDecay && decoupled ? sub(p, mul(p, mul(lr, lambda))) : p
    const gradient = directed(p, g, lambda, { weightDecay: weightDecay && !decoupled, maximize })
    const m1 = add(mul(m, beta1), mul(gradient, rest1))
    const v1 = add(mul(v, beta2), mul(mul(gradient, gradient), rest2))
    const largest = amsgrad ? maximum(vMax!, v1) : v1
    const stepSize = div(lr, biasCorrection(logBeta1, tOfDType))
    // One reciprocal for all elements: a division takes as long as all else that an element needs.
    const overRootCorrection = div(literalLike(tOfDType, 1), sqrt(biasCorrection(logBeta2, tOfDType)))
    const denominator = add(mul(sqrt(largest), overRootCorrection), eps)
    const p1 = sub(decayed, mul(stepSize, div(m1, denominator)))
    return amsgrad ? [p1, t, m1, v1, largest] : [p1, t, m1, v1]
  },
})

type Inputs = readonly [
  Value,
  Value,
  Value,
  Value,
  Value,
  Value,
  Value,
  Value,
  Value,
  Value,
  Value,
  Value,
  Value,
  Value,
  Value | undefined,
]

export function adamUpdate(
  p: Value,
  g: Value,
  state: AdamState,
  scalars: AdamScalars,
  attributes: AdamAttributes,
): readonly Value[] {
  const { step, m, v, vMax } = state
  const { lr, beta1, beta2, rest1, rest2, logBeta1, logBeta2, eps, weightDecay } = scalars
  const inputs = [p, g, step, m, v, lr, beta1, beta2, rest1, rest2, logBeta1, logBeta2, eps, weightDecay]
  return record(adamOp, vMax === null ? inputs : [...inputs, vMax], { ...attributes })
}
