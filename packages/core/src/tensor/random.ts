import { DTypeError, OutOfRangeError } from '../errors/errors.ts'
import * as build from '../graph/build.ts'
import { type DType, isFloat } from '../graph/dtype.ts'
import { numberValue } from '../graph/record.ts'
import { checkShape } from '../graph/shape.ts'
import type { Shape } from '../graph/spec.ts'
import type { Value } from '../graph/value.ts'
import { defaultGenerator, type Generator } from './generator.ts'
import { Tensor } from './tensor.ts'

export interface RandomOptions {
  /** A float dtype. Default float32. */
  readonly dtype?: DType
  /** Default: the one that `manualSeed` seeds. */
  readonly generator?: Generator
}

/** Uniform over [0, 1) in float32: multiples of 2 to the power −`digits`, at most 24. */
function unit(shape: Shape, generator: Generator, digits = 24): Value {
  checkShape('random', shape)
  const bits = build.randomBits(generator.draw(), shape)
  const top = build.shiftRight(bits, build.literal(32 - digits, 'uint32'))
  return build.mul(build.cast(top, 'float32'), build.literal(2 ** -digits, 'float32'))
}

/** Uniform random numbers over [0, 1), in steps of 2⁻²⁴; of float16 2⁻¹¹ and of bfloat16 2⁻⁸, so that none rounds to 1. */
export function rand(shape: Shape, { dtype = 'float32', generator = defaultGenerator }: RandomOptions = {}): Tensor {
  requireFloatDType('rand', dtype)
  return new Tensor(build.cast(unit(shape, generator, significantDigits[dtype]), dtype))
}

const significantDigits: Partial<Record<DType, number>> = { float16: 11, bfloat16: 8 }

function requireFloatDType(who: string, dtype: DType): void {
  if (!isFloat(dtype)) throw new DTypeError(`${who}: makes floats, got ${dtype}; for whole numbers use randint()`)
}

/** Uniform random numbers over [low, high). */
export function uniform(shape: Shape, low: number, high: number, options: RandomOptions = {}): Tensor {
  const { value } = rand(shape, options)
  return new Tensor(
    build.add(build.mul(value, numberValue(high - low, value.spec.dtype)), numberValue(low, value.spec.dtype)),
  )
}

/**
 * Normal random numbers of mean 0 and variance 1: √(−2 ln u)·cos(2πv) with u uniform over (0, 1] and v over [0, 1)
 * (G. Box and M. Muller 1958). At most √(48 ln 2) ≈ 5.8 from the mean.
 */
export function randn(shape: Shape, { dtype = 'float32', generator = defaultGenerator }: RandomOptions = {}): Tensor {
  requireFloatDType('randn', dtype)
  const literal = (x: number) => build.literal(x, 'float32')
  const u = build.sub(literal(1), unit(shape, generator))
  const v = unit(shape, generator)
  const radius = build.sqrt(build.mul(build.log(u), literal(-2)))
  const normal = build.mul(radius, build.cos(build.mul(v, literal(2 * Math.PI))))
  return new Tensor(build.cast(normal, dtype))
}

/** Normal random numbers of the given mean and standard deviation. */
export function normal(shape: Shape, mean: number, std: number, options: RandomOptions = {}): Tensor {
  const { value } = randn(shape, options)
  const { dtype } = value.spec
  return new Tensor(build.add(build.mul(value, numberValue(std, dtype)), numberValue(mean, dtype)))
}

/**
 * Bool, true with probability `p` in steps of 2⁻²⁴.
 *
 * @throws OutOfRangeError when `p` is no probability
 */
export function bernoulli(shape: Shape, p: number, { generator = defaultGenerator }: RandomOptions = {}): Tensor {
  if (!(p >= 0 && p <= 1)) throw new OutOfRangeError(`bernoulli: a probability is between 0 and 1, got ${p}`)
  return new Tensor(build.less(unit(shape, generator), numberValue(p)))
}

/**
 * int32 uniform over low, …, high − 1. The bias of taking a remainder is below (high − low) / 2³².
 *
 * @throws OutOfRangeError when the range is empty, holds what is no int32, or holds more than 2³¹ numbers
 */
export function randint(
  shape: Shape,
  low: number,
  high: number,
  { generator = defaultGenerator }: RandomOptions = {},
): Tensor {
  if (!(Number.isInteger(low) && Number.isInteger(high) && low < high)) {
    throw new OutOfRangeError(`randint: takes whole numbers low < high, got ${low} and ${high}`)
  }
  if (low < -(2 ** 31) || high > 2 ** 31 || high - low > 2 ** 31) {
    throw new OutOfRangeError(`randint: makes int32 from a range of at most 2^31 numbers, got ${low} to ${high}`)
  }
  const bits = build.randomBits(generator.draw(), shape)
  const offset = build.cast(build.remainder(bits, numberValue(high - low, 'uint32')), 'int32')
  return new Tensor(build.add(offset, numberValue(low, 'int32')))
}
