import { ShapeError } from '../../errors/errors.ts'
import * as build from '../../graph/build.ts'
import { clamp } from '../../graph/composites/clamp.ts'
import { elu as eluValue } from '../../graph/composites/elu.ts'
import { hardtanh as hardtanhValue } from '../../graph/composites/hardtanh.ts'
import { leakyRelu as leakyReluValue } from '../../graph/composites/leaky-relu.ts'
import { formatShape } from '../../graph/spec.ts'
import type { Value } from '../../graph/value.ts'
import type { Generator } from '../../tensor/generator.ts'
import { toFloat } from '../../tensor/operand.ts'
import { uniform } from '../../tensor/random.ts'
import { Tensor } from '../../tensor/tensor.ts'
import { inHalf } from './autocast-policy.ts'
import { checkSameDType } from './check-dtype.ts'
import { checkNumber } from './check-option.ts'
import { floatFunction } from './elementwise.ts'

/** min(max(x, 0), 6); its gradient at both bounds is 0. */
export function relu6(x: Tensor): Tensor {
  return hardtanh(x, 0, 6)
}

/**
 * min(max(x, min), max); its gradient at both bounds is 0.
 *
 * @param min - default −1
 * @param max - default 1
 * @throws OutOfRangeError when `max` is not above `min`
 */
export function hardtanh(x: Tensor, min = -1, max = 1): Tensor {
  checkBounds('hardtanh', min, max)
  return new Tensor(hardtanhValue(toFloat(x.value), min, max))
}

/** @throws OutOfRangeError when `max` is not above `min` */
export function checkBounds(who: string, min: number, max: number): void {
  checkNumber(who, 'min', min)
  checkNumber(who, 'max', max, max > min, `a number above min, ${min}`)
}

/** x where it is positive, x·negativeSlope (default 0.01) elsewhere. */
export function leakyRelu(x: Tensor, negativeSlope = 0.01): Tensor {
  checkNumber('leakyRelu', 'negativeSlope', negativeSlope)
  return floatFunction(x, (z) => leakyReluValue(z, negativeSlope))
}

/**
 * x where it is positive, x·weight elsewhere (He et al. 2015).
 *
 * @param x - floats; `[batch, channels, …]` when there is a weight for each channel
 * @param weight - `[1]` or `[channels]`
 * @throws ShapeError when the weight is neither
 * @throws DTypeError when dtypes differ
 */
export function prelu(input: Tensor, weights: Tensor): Tensor {
  const [x, weight] = [inHalf(input), inHalf(weights)]
  checkSameDType('prelu', x, weight)
  const channels = x.ndim < 2 ? 1 : x.shape[1]!
  if (weight.ndim > 1 || (weight.numel !== 1 && weight.numel !== channels)) {
    throw new ShapeError(
      `prelu: the weight is [1] or has one element for each of ${channels} channels, got ${formatShape(weight.shape)}`,
    )
  }
  const slope = build.reshape(weight.value, weight.numel === 1 ? [] : x.shape.map((n, i) => (i === 1 ? n : 1)))
  return new Tensor(build.where(isPositive(x.value), x.value, build.mul(x.value, slope)))
}

export interface RreluOptions {
  /** Least slope. Default 1/8. */
  readonly lower?: number
  /** Largest slope. Default 1/3. */
  readonly upper?: number
  /** Whether slopes are drawn; else each is (lower + upper) / 2. Default false. */
  readonly training?: boolean
  /** Default: the one that `manualSeed` seeds. */
  readonly generator?: Generator
}

/**
 * x where it is positive, elsewhere x by a slope drawn from U(lower, upper) for each element (Xu et al. 2015).
 *
 * @throws OutOfRangeError when `upper` is below `lower`
 */
export function rrelu(x: Tensor, options: RreluOptions = {}): Tensor {
  const { lower = 1 / 8, upper = 1 / 3, training = false, ...random } = options
  checkSlopes('rrelu', lower, upper)
  if (!training) return leakyRelu(x, (lower + upper) / 2)
  const float = toFloat(x.value)
  const { value: slopes } = uniform(x.shape, lower, upper, { ...random, dtype: float.spec.dtype })
  return new Tensor(build.where(isPositive(float), float, build.mul(float, slopes)))
}

/** @throws OutOfRangeError when `upper` is below `lower` */
export function checkSlopes(who: string, lower: number, upper: number): void {
  checkNumber(who, 'lower', lower)
  checkNumber(who, 'upper', upper, upper >= lower, `a number ≥ lower, ${lower}`)
}

/** x where it is positive, α·(eˣ − 1) elsewhere (Clevert, Unterthiner, Hochreiter 2016). @param alpha - default 1 */
export function elu(x: Tensor, alpha = 1): Tensor {
  checkNumber('elu', 'alpha', alpha)
  return floatFunction(x, (z) => eluValue(z, { alpha, scale: 1, inputScale: 1 }))
}

/**
 * x where it is positive, α·(e^(x/α) − 1) elsewhere (Barron 2017).
 *
 * @param alpha - default 1
 * @throws OutOfRangeError when it is 0
 */
export function celu(x: Tensor, alpha = 1): Tensor {
  checkCeluAlpha('celu', alpha)
  return floatFunction(x, (z) => eluValue(z, { alpha, scale: 1, inputScale: 1 / alpha }))
}

/** @throws OutOfRangeError when it is 0 */
export function checkCeluAlpha(who: string, alpha: number): void {
  checkNumber(who, 'alpha', alpha, alpha !== 0, 'a number other than 0')
}

/** λ·x where it is positive, λ·α·(eˣ − 1) elsewhere: activations tend to mean 0 and variance 1 (Klambauer et al. 2017). */
export function selu(x: Tensor): Tensor {
  return floatFunction(x, (z) => eluValue(z, seluConstants))
}

const seluConstants = { alpha: 1.6732632423543772, scale: 1.0507009873554805, inputScale: 1 }

/** min(max(x + 3, 0), 6) / 6 */
export function hardsigmoid(x: Tensor): Tensor {
  return floatFunction(x, hardsigmoidValue)
}

/** x·min(max(x + 3, 0), 6) / 6 (Howard et al. 2019); its gradient at −3 is 0 and at 3 it is 1. */
export function hardswish(x: Tensor): Tensor {
  return floatFunction(x, (z) => build.mul(z, hardsigmoidValue(z)))
}

function hardsigmoidValue(x: Value): Value {
  const clipped = hardtanhValue(build.add(x, build.literalLike(x, 3)), 0, 6)
  return build.mul(clipped, build.literalLike(x, 1 / 6))
}

/**
 * x where it is above the threshold, `value` elsewhere.
 *
 * @throws OutOfRangeError when either is no number
 */
export function threshold(x: Tensor, threshold: number, value: number): Tensor {
  checkNumber('threshold', 'threshold', threshold)
  checkNumber('threshold', 'value', value)
  const float = toFloat(x.value)
  const literal = (y: number) => build.literalLike(float, y)
  return new Tensor(build.where(build.lessEqual(float, literal(threshold)), literal(value), float))
}

/** x brought nearer to 0 by λ (default 0.5), and 0 between −λ and λ. @throws OutOfRangeError when λ is negative */
export function softshrink(x: Tensor, lambd = 0.5): Tensor {
  checkShrink('softshrink', lambd)
  const float = toFloat(x.value)
  const literal = (y: number) => build.literalLike(float, y)
  return new Tensor(build.sub(float, clamp(float, literal(-lambd), literal(lambd))))
}

/** x, and 0 between −λ and λ (default 0.5). @throws OutOfRangeError when λ is negative */
export function hardshrink(x: Tensor, lambd = 0.5): Tensor {
  checkShrink('hardshrink', lambd)
  const float = toFloat(x.value)
  const literal = (y: number) => build.literalLike(float, y)
  const isNear = build.lessEqual(build.abs(float), literal(lambd))
  return new Tensor(build.where(isNear, literal(0), float))
}

/** @throws OutOfRangeError when λ is negative */
export function checkShrink(who: string, lambd: number): void {
  checkNumber(who, 'lambd', lambd, lambd >= 0, 'a number ≥ 0')
}

function isPositive(x: Value): Value {
  return build.less(build.literalLike(x, 0), x)
}
