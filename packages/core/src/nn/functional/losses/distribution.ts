import { ShapeError } from '../../../errors/errors.ts'
import * as build from '../../../graph/build.ts'
import { gaussianNllLoss } from '../../../graph/composites/gaussian-nll.ts'
import { accumulated, type Reduction } from '../../../graph/composites/reduce-loss.ts'
import { numberValue } from '../../../graph/record.ts'
import { sameShape } from '../../../graph/shape.ts'
import { formatShape, type Shape } from '../../../graph/spec.ts'
import type { Value } from '../../../graph/value.ts'
import { checkElements } from '../../../tensor/host-data.ts'
import { valueOf } from '../../../tensor/methods/handle.ts'
import { Tensor } from '../../../tensor/tensor.ts'
import { checkNumber } from '../check-option.ts'
import { alike, checkReduction, type LossOptions, reduced, widened } from './loss-options.ts'

export interface KlDivOptions {
  /** As of every loss (default `mean`), or `batchmean`: the sum divided by the first dimension, which is the divergence. */
  readonly reduction?: Reduction | 'batchmean'
  /** Whether `target` holds log-probabilities, too. Default false. */
  readonly logTarget?: boolean
}

export interface GaussianNllOptions extends LossOptions {
  /** Whether the constant ½·log 2π is added. Default false. */
  readonly full?: boolean
  /** The least variance. Default 10⁻⁶. */
  readonly eps?: number
}

export interface PoissonNllOptions extends LossOptions {
  /** Whether `input` is the logarithm of the rate (default), or the rate. */
  readonly logInput?: boolean
  /** Whether Stirling's approximation of log y! is added, where y > 1. Default false. */
  readonly full?: boolean
  /** Keeps log(input + eps) finite for a rate of 0. Default 10⁻⁸. */
  readonly eps?: number
}

/**
 * Kullback-Leibler divergence: t·(log t − input) of each element, 0 where t is 0.
 *
 * @param input - log-probabilities
 * @param target - probabilities t, or with `logTarget` their logarithms, shaped as `input`
 * @returns a scalar, or shaped as `input` for reduction `none`
 * @throws ShapeError when shapes differ: losses do not broadcast
 */
export function klDiv(
  input: Tensor,
  target: Tensor,
  { reduction = 'mean', logTarget = false }: KlDivOptions = {},
): Tensor {
  checkReduction('klDiv', reduction, ['mean', 'batchmean', 'sum', 'none'])
  const { input: x, target: t } = alike('klDiv', { input, target })
  const losses = logTarget ? build.mul(build.exp(t), build.sub(t, x)) : ofProbabilities(x, t)
  if (reduction !== 'batchmean') return reduced('klDiv', losses, { reduction })
  const [batch] = x.spec.shape
  if (batch === undefined) {
    throw new ShapeError('klDiv: batchmean needs a first dimension to divide by, got []; use the reduction sum')
  }
  const total = accumulated(losses)
  return new Tensor(build.cast(build.mul(total, build.literalLike(total, 1 / batch)), x.spec.dtype))
}

function ofProbabilities(x: Value, t: Value): Value {
  const zero = build.literalLike(t, 0)
  const isZero = build.equal(t, zero)
  const logarithm = build.log(build.where(isZero, build.literalLike(t, 1), t))
  // Not t·log t − t·x: 0·−∞ would be NaN where both have no probability.
  return build.mul(t, build.where(isZero, zero, build.sub(logarithm, x)))
}

/**
 * Negative log-likelihood of `target` under normal distributions: ½·(log v + (input − target)²/v) with v = max(variance,
 * eps). The variance has its gradient also where it is below `eps`.
 *
 * @param input - means
 * @param target - shaped as `input`
 * @param variance - shaped as `input`, or with one for each row: without its last dimension, or with 1 in its place
 * @returns a scalar, or shaped as `input` for reduction `none`
 * @throws ShapeError when shapes differ: losses do not broadcast
 * @throws OutOfRangeError when a variance is negative (only host data is checked), or `eps` is no number > 0
 */
export function gaussianNll(
  input: Tensor,
  target: Tensor,
  variance: Tensor,
  { full = false, eps = 1e-6, ...options }: GaussianNllOptions = {},
): Tensor {
  checkNumber('gaussianNll', 'eps', eps, eps > 0, 'a number > 0')
  const { input: x, target: y } = alike('gaussianNll', { input, target })
  const wide = widened(x)
  const { dtype } = wide.spec
  const v = build.cast(varianceFor(variance, x.spec.shape), dtype)
  const losses = gaussianNllLoss(wide, build.cast(y, dtype), v, numberValue(eps, dtype))
  const whole = full ? build.add(losses, build.literal(0.5 * Math.log(2 * Math.PI), dtype)) : losses
  return reduced('gaussianNll', build.cast(whole, x.spec.dtype), options)
}

function varianceFor(variance: Tensor, shape: Shape): Value {
  const value = valueOf('gaussianNll', variance, 'a tensor variance')
  checkElements(
    value,
    (element) => !(element < 0),
    (element) => `gaussianNll: a variance is ≥ 0, got ${element}; pass exp() of what a network gives`,
  )
  const rows = shape.slice(0, -1)
  const got = value.spec.shape
  if (sameShape(got, shape) || (shape.length > 0 && sameShape(got, [...rows, 1]))) return value
  if (shape.length > 0 && sameShape(got, rows)) return build.reshape(value, [...rows, 1])
  throw new ShapeError(
    `gaussianNll: the variance is shaped as the input, or has one for each row, got ${formatShape(got)} for ${formatShape(shape)}`,
  )
}

/**
 * Negative log-likelihood of the counts y = `target` under Poisson distributions: eˣ − y·x, or x − y·log(x + eps) where
 * `input` is the rate itself. The term log y! is left out, or approximated.
 *
 * @param target - shaped as `input`
 * @returns a scalar, or shaped as `input` for reduction `none`
 * @throws ShapeError when shapes differ: losses do not broadcast
 * @throws OutOfRangeError when `eps` is no number ≥ 0
 */
export function poissonNll(
  input: Tensor,
  target: Tensor,
  { logInput = true, full = false, eps = 1e-8, ...options }: PoissonNllOptions = {},
): Tensor {
  checkNumber('poissonNll', 'eps', eps, eps >= 0, 'a number ≥ 0')
  const { input: given, target: counts } = alike('poissonNll', { input, target })
  const [x, y] = [widened(given), widened(counts)]
  const rate = logInput ? build.exp(x) : x
  const logRate = logInput ? x : build.log(build.add(x, numberValue(eps, x.spec.dtype)))
  const losses = build.sub(rate, build.mul(y, logRate))
  const whole = full ? build.add(losses, stirling(y)) : losses
  return reduced('poissonNll', build.cast(whole, given.spec.dtype), options)
}

/** y·log y − y + ½·log 2πy ≈ log y!, and 0 where y ≤ 1. */
function stirling(y: Value): Value {
  const one = build.literalLike(y, 1)
  const counts = build.less(one, y)
  const safe = build.where(counts, y, one)
  const logarithm = build.log(safe)
  const spread = build.mul(build.literalLike(y, 0.5), build.add(logarithm, build.literalLike(y, Math.log(2 * Math.PI))))
  const whole = build.add(build.sub(build.mul(safe, logarithm), safe), spread)
  return build.where(counts, whole, build.literalLike(y, 0))
}
