import { add, cast, expm1, literalLike, mul, neg, sub } from '../../build.ts'
import type { Value } from '../../value.ts'

/** 1 − x */
export function complement(x: Value): Value {
  return sub(literalLike(x, 1), x)
}

/** β·x + (1 − β)·y: what a running mean becomes with `y`. `rest` is 1 − β, taken in double precision. */
export function decay(x: Value, y: Value, beta: Value, rest: Value): Value {
  return add(mul(x, beta), mul(y, rest))
}

/** 1 − βᵗ without cancellation, from ln β: what a running mean that began with 0 is divided by. */
export function biasCorrection(logBeta: Value, t: Value): Value {
  return neg(expm1(mul(logBeta, t)))
}

/** p·(1 − lr·λ), decay of the weights themselves. 1 − lr·λ in float32 would have lost most of a small λ. */
export function shrunk(p: Value, lr: Value, lambda: Value): Value {
  return sub(p, mul(p, mul(lr, lambda)))
}

/** The step that this update is, from 1, as it is counted and in the dtype of `p`. */
export function nextStep(step: Value, p: Value): { readonly step: Value; readonly t: Value } {
  const counted = add(step, literalLike(step, 1))
  return { step: counted, t: cast(counted, p.spec.dtype) }
}

export function square(x: Value): Value {
  return mul(x, x)
}
