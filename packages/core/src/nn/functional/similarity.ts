import { ShapeError } from '../../errors/errors.ts'
import * as build from '../../graph/build.ts'
import { clamp } from '../../graph/composites/clamp.ts'
import { wide } from '../../graph/composites/statistics.ts'
import { vectorNorm } from '../../graph/composites/vector-norm.ts'
import { broadcastShapes, resolveAxis } from '../../graph/shape.ts'
import { formatShape } from '../../graph/spec.ts'
import type { Value } from '../../graph/value.ts'
import { preciseIn } from '../../tensor/autocast.ts'
import { valueOf } from '../../tensor/methods/handle.ts'
import { meet, requireFloat } from '../../tensor/operand.ts'
import { Tensor } from '../../tensor/tensor.ts'
import { checkEps, checkNumber } from './check-option.ts'

export interface CosineSimilarityOptions {
  /** Along which dimension of what the inputs broadcast to. Default 1. */
  readonly dim?: number
  /** The least length that is divided by. Default 1e-8. */
  readonly eps?: number
}

/**
 * Σ x₁·x₂ / (max(‖x₁‖, ε)·max(‖x₂‖, ε)): the cosine of the angle between vectors along `dim`.
 *
 * @param x1 - floats
 * @param x2 - floats that broadcast with `x1`
 * @returns the shape to which they broadcast, without `dim`
 * @throws ShapeError when shapes do not broadcast
 * @throws OutOfRangeError when there is no such dimension, or `eps` is negative
 */
export function cosineSimilarity(
  x1: Tensor,
  x2: Tensor,
  { dim = 1, eps = 1e-8 }: CosineSimilarityOptions = {},
): Tensor {
  checkEps('cosineSimilarity', eps)
  const [a, b, dtype] = alike('cosineSimilarity', x1, x2)
  const axis = resolveAxis('cosineSimilarity', dim, a.spec.rank)
  const unit = (x: Value) => {
    const norm = vectorNorm(x, { axes: [axis], keepDims: true, p: 2 })
    return build.div(x, clamp(norm, build.literalLike(norm, eps), undefined))
  }
  return new Tensor(build.cast(build.sum(build.mul(unit(a), unit(b)), [axis]), dtype))
}

export interface PairwiseDistanceOptions {
  /** The norm: any number from 0, which counts what differs, to Infinity, the largest difference. Default 2. */
  readonly p?: number
  /** Added to each difference. Default 1e-6. */
  readonly eps?: number
  /** Whether the last dimension stays, with length 1. Default false. */
  readonly keepDim?: boolean
}

/**
 * ‖x₁ − x₂ + ε‖ₚ along the last dimension.
 *
 * @param x1 - floats `[…, features]`
 * @param x2 - floats that broadcast with `x1`
 * @returns the shape to which they broadcast, without its last dimension
 * @throws ShapeError when shapes do not broadcast, or for scalars
 * @throws OutOfRangeError when `p` or `eps` is negative
 */
export function pairwiseDistance(
  x1: Tensor,
  x2: Tensor,
  { p = 2, eps = 1e-6, keepDim = false }: PairwiseDistanceOptions = {},
): Tensor {
  checkEps('pairwiseDistance', eps)
  if (p !== Number.POSITIVE_INFINITY) checkNumber('pairwiseDistance', 'p', p, p >= 0, 'a number ≥ 0, or Infinity')
  const [a, b, dtype] = alike('pairwiseDistance', x1, x2)
  if (a.spec.rank === 0) throw new ShapeError('pairwiseDistance: takes vectors […, features], got scalars')
  const difference = build.add(build.sub(a, b), build.literalLike(a, eps))
  return new Tensor(build.cast(norm(difference, p, keepDim), dtype))
}

function norm(x: Value, p: number, keepDims: boolean): Value {
  const axes = [x.spec.rank - 1]
  if (p === Number.POSITIVE_INFINITY) return build.max(build.abs(x), axes, keepDims)
  if (p > 0) return vectorNorm(x, { axes, keepDims, p })
  const differs = build.not(build.equal(x, build.literalLike(x, 0)))
  return build.sum(build.cast(differs, x.spec.dtype), axes, keepDims)
}

/** Both in the dtype and shape in which they meet, half types as float32; and that dtype. */
function alike(who: string, x1: Tensor, x2: Tensor): [a: Value, b: Value, dtype: Value['spec']['dtype']] {
  for (const x of [x1, x2]) requireFloat(who, valueOf(who, x))
  const [a, b] = meet(preciseIn(x1.value), preciseIn(x2.value))
  const shape = broadcastShapes(a.spec.shape, b.spec.shape)
  if (shape === undefined) {
    throw new ShapeError(
      `${who}: shapes do not broadcast, got ${formatShape(x1.shape)} and ${formatShape(x2.shape)}; dimensions must be equal or 1`,
    )
  }
  return [build.broadcastTo(wide(a), shape), build.broadcastTo(wide(b), shape), a.spec.dtype]
}
