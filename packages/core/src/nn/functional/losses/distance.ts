import { ShapeError } from '../../../errors/errors.ts'
import * as build from '../../../graph/build.ts'
import { clamp } from '../../../graph/composites/clamp.ts'
import { vectorNorm } from '../../../graph/composites/vector-norm.ts'
import { numberValue } from '../../../graph/record.ts'
import { sameShape } from '../../../graph/shape.ts'
import { formatShape } from '../../../graph/spec.ts'
import type { Value } from '../../../graph/value.ts'
import { valueOf } from '../../../tensor/methods/handle.ts'
import type { Tensor } from '../../../tensor/tensor.ts'
import { checkEps, checkNumber } from '../check-option.ts'
import { alike, reduced, widened } from './loss-options.ts'
import type { MarginOptions } from './margin.ts'

export interface TripletMarginOptions extends MarginOptions {
  /** The norm of distances, ≥ 1; may be Infinity. Default 2. */
  readonly p?: number
  /** Whether the negative's distance from the positive counts, where it is the smaller one. Default false. */
  readonly swap?: boolean
  /** Added to each difference. Default 10⁻⁶. */
  readonly eps?: number
}

// As PyTorch has it: keeps the cosine of a vector of zeros finite.
const cosineEps = 1e-12

/**
 * 1 − cos(x₁, x₂) for a target of 1, and max(0, cos(x₁, x₂) − margin) for −1.
 *
 * @param input1 - vectors `[batch, features]`, or `[features]` alone
 * @param input2 - shaped as `input1`
 * @param target - 1 or −1: `[batch]`, or a scalar
 * @param options.margin - −1 to 1; default 0
 * @returns a scalar, or shaped as `target` for reduction `none`
 * @throws ShapeError when shapes do not fit: losses do not broadcast
 */
export function cosineEmbedding(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  { margin = 0, ...options }: MarginOptions = {},
): Tensor {
  checkNumber('cosineEmbedding', 'margin', margin)
  const { input1: x1, input2: x2 } = alike('cosineEmbedding', { input1, input2 })
  const { shape, dtype } = x1.spec
  const given = valueOf('cosineEmbedding', target, 'a tensor target')
  if (shape.length === 0 || shape.length > 2 || !sameShape(given.spec.shape, shape.slice(0, -1))) {
    throw new ShapeError(
      `cosineEmbedding: takes vectors [batch, features] and targets [batch], or [features] and a scalar, got ${formatShape(shape)} and ${formatShape(given.spec.shape)}`,
    )
  }
  const y = build.cast(given, dtype)
  const cosine = build.cast(cosineOf(widened(x1), widened(x2)), dtype)
  const [zero, one] = [build.literal(0, dtype), build.literal(1, dtype)]
  const ofAlike = build.sub(one, cosine)
  const ofDifferent = clamp(build.sub(cosine, numberValue(margin, dtype)), zero, undefined)
  const losses = build.add(
    build.where(build.equal(y, one), ofAlike, zero),
    build.where(build.equal(y, build.neg(one)), ofDifferent, zero),
  )
  return reduced('cosineEmbedding', losses, options)
}

function cosineOf(x1: Value, x2: Value): Value {
  const along = [x1.spec.rank - 1]
  const dot = (a: Value, b: Value) => build.sum(build.mul(a, b), along)
  const length = (x: Value) => build.sqrt(build.add(dot(x, x), build.literalLike(x, cosineEps)))
  return build.div(dot(x1, x2), build.mul(length(x1), length(x2)))
}

/**
 * max(0, d(anchor, positive) − d(anchor, negative) + margin), with d(a, b) = ‖a − b + eps‖ₚ along the last dimension
 * (Balntas et al. 2016).
 *
 * @param anchor - `[batch, features]`, or `[features]` alone; all have one shape
 * @param options.margin - default 1
 * @returns a scalar, or shaped as the inputs without their last dimension for reduction `none`
 * @throws ShapeError when shapes differ: losses do not broadcast
 * @throws OutOfRangeError when `p` is no number ≥ 1
 */
export function tripletMargin(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  { margin = 1, p = 2, swap = false, eps = 1e-6, ...options }: TripletMarginOptions = {},
): Tensor {
  checkNumber('tripletMargin', 'margin', margin)
  checkEps('tripletMargin', eps)
  if (p !== Number.POSITIVE_INFINITY) checkNumber('tripletMargin', 'p', p, p >= 1, 'a number ≥ 1, or Infinity')
  const { anchor: a, positive: b, negative: c } = alike('tripletMargin', { anchor, positive, negative })
  if (a.spec.rank === 0) throw new ShapeError('tripletMargin: takes vectors […, features], got scalars')
  const { dtype } = a.spec
  const distance = (x: Value, y: Value) => {
    const difference = build.add(build.sub(widened(x), widened(y)), numberValue(eps, widened(x).spec.dtype))
    return build.cast(lastNorm(difference, p), dtype)
  }
  const ofNegative = swap ? build.minimum(distance(a, c), distance(b, c)) : distance(a, c)
  const violation = build.add(build.sub(distance(a, b), ofNegative), numberValue(margin, dtype))
  return reduced('tripletMargin', clamp(violation, build.literal(0, dtype), undefined), options)
}

/** ‖x‖ₚ along the last dimension; its gradient at 0 is 0. */
function lastNorm(x: Value, p: number): Value {
  const axes = [x.spec.rank - 1]
  return p === Number.POSITIVE_INFINITY ? build.max(build.abs(x), axes) : vectorNorm(x, { axes, keepDims: false, p })
}
