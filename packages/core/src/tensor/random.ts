import { DTypeError, OutOfRangeError } from '../errors/errors.ts'
import * as build from '../graph/build.ts'
import { type DType, isFloat, promote } from '../graph/dtype.ts'
import { numberValue } from '../graph/record.ts'
import type { Shape } from '../graph/spec.ts'
import { defaultDType } from './default-dtype.ts'
import { checkHolds } from './fill.ts'
import { defaultGenerator, type Generator } from './generator.ts'
import { checkElements } from './host-data.ts'
import { type Operand, valueOf } from './methods/handle.ts'
import { Tensor } from './tensor.ts'
import { doubleUnit, standardExponential, unit } from './unit-interval.ts'

export interface RandomOptions {
  /** A float dtype. Default: the default dtype. */
  readonly dtype?: DType
  /** Default: the one that `manualSeed` seeds. */
  readonly generator?: Generator
}

/**
 * Uniform random numbers over [0, 1), in steps of 2⁻²⁴; of float64 2⁻⁵³, of float16 2⁻¹¹ and of bfloat16 2⁻⁸, so that none
 * rounds to 1.
 */
export function rand(
  shape: Shape,
  { dtype = defaultDType(), generator = defaultGenerator }: RandomOptions = {},
): Tensor {
  requireFloatDType('rand', dtype)
  if (dtype === 'float64') return new Tensor(doubleUnit(shape, generator))
  return new Tensor(build.cast(unit(shape, generator, significantDigits[dtype]), dtype))
}

const significantDigits: Partial<Record<DType, number>> = { float16: 11, bfloat16: 8 }

function requireFloatDType(who: string, dtype: DType): void {
  if (!isFloat(dtype)) throw new DTypeError(`${who}: makes floats, got ${dtype}; for whole numbers use randint()`)
}

/** `rand` in the shape of `x`, and in its dtype unless told otherwise. */
export function randLike(x: Tensor, options: RandomOptions = {}): Tensor {
  return rand(valueOf('randLike', x).spec.shape, { dtype: x.dtype, ...options })
}

/** Uniform random numbers over [low, high). @throws OutOfRangeError when `low` is above `high` */
export function uniform(shape: Shape, low: number, high: number, options: RandomOptions = {}): Tensor {
  if (!(low <= high)) throw new OutOfRangeError(`uniform: takes numbers low ≤ high, got ${low} and ${high}`)
  const { value } = rand(shape, options)
  return new Tensor(
    build.add(build.mul(value, numberValue(high - low, value.spec.dtype)), numberValue(low, value.spec.dtype)),
  )
}

/**
 * Normal random numbers of mean 0 and variance 1: √(−2 ln u)·cos(2πv) with u uniform over (0, 1] and v over [0, 1)
 * (G. Box and M. Muller 1958). At most √(48 ln 2) ≈ 5.8 from the mean, in float64 √(106 ln 2) ≈ 8.6.
 */
export function randn(
  shape: Shape,
  { dtype = defaultDType(), generator = defaultGenerator }: RandomOptions = {},
): Tensor {
  requireFloatDType('randn', dtype)
  const wide = dtype === 'float64' ? dtype : 'float32'
  const draw = wide === 'float64' ? doubleUnit : unit
  const literal = (x: number) => build.literal(x, wide)
  const u = build.sub(literal(1), draw(shape, generator))
  const v = draw(shape, generator)
  const radius = build.sqrt(build.mul(build.log(u), literal(-2)))
  const normal = build.mul(radius, build.cos(build.mul(v, literal(2 * Math.PI))))
  return new Tensor(build.cast(normal, dtype))
}

/** `randn` in the shape of `x`, and in its dtype unless told otherwise. */
export function randnLike(x: Tensor, options: RandomOptions = {}): Tensor {
  return randn(valueOf('randnLike', x).spec.shape, { dtype: x.dtype, ...options })
}

/**
 * Normal random numbers of the given mean and standard deviation: numbers, or tensors that broadcast to `shape`.
 *
 * Default dtype: that of the tensors, the default dtype of numbers.
 *
 * @throws OutOfRangeError when a standard deviation is negative; of tensors, only host data is checked
 */
export function normal(shape: Shape, mean: Operand, std: Operand, options: RandomOptions = {}): Tensor {
  if (typeof std === 'number' && !(std >= 0)) {
    throw new OutOfRangeError(`normal: a standard deviation is not negative, got ${std}`)
  }
  if (typeof std !== 'number') {
    checkElements(
      valueOf('normal', std, 'a tensor or a number'),
      (x) => x >= 0,
      (x, i) => {
        return `normal: a standard deviation is not negative, got ${x} at position ${i}`
      },
    )
  }
  const dtypes = [mean, std].flatMap((x) => (typeof x === 'number' ? [] : [valueOf('normal', x).spec.dtype]))
  const floats = dtypes.filter(isFloat)
  const { dtype = floats.length > 0 ? floats.reduce(promote) : defaultDType() } = options
  const { value } = randn(shape, { ...options, dtype })
  const operand = (x: Operand) =>
    typeof x === 'number' ? numberValue(x, dtype) : build.broadcastTo(build.cast(x.value, dtype), shape)
  return new Tensor(build.add(build.mul(value, operand(std)), operand(mean)))
}

/**
 * Exponential random numbers of the given rate: mean 1/rate, none 0, at most 16.7/rate, in float64 36.8/rate.
 *
 * @param rate - default 1
 * @throws OutOfRangeError when the rate is not positive
 */
export function exponential(
  shape: Shape,
  rate = 1,
  { dtype = defaultDType(), generator = defaultGenerator }: RandomOptions = {},
): Tensor {
  requireFloatDType('exponential', dtype)
  if (!(rate > 0 && rate < Number.POSITIVE_INFINITY)) {
    throw new OutOfRangeError(`exponential: a rate is positive, got ${rate}`)
  }
  const waits = standardExponential(shape, generator, dtype === 'float64' ? dtype : 'float32')
  return new Tensor(build.cast(build.div(waits, numberValue(rate, waits.spec.dtype)), dtype))
}

export interface BernoulliOptions {
  /** Default: bool, or the dtype of a tensor that is given alone. */
  readonly dtype?: DType
  /** Default: the one that `manualSeed` seeds. */
  readonly generator?: Generator
}

/** For each of the probabilities 1 with that probability and 0 otherwise, in the dtype of the probabilities. */
export function bernoulli(p: Tensor, options?: BernoulliOptions): Tensor
/**
 * Bool, true with probability `p` in steps of 2⁻²⁴: a number, or a tensor that broadcasts to `shape`.
 *
 * @throws OutOfRangeError when `p` is no probability; of a tensor, only host data is checked
 */
export function bernoulli(shape: Shape, p: Operand, options?: BernoulliOptions): Tensor
export function bernoulli(
  shapeOrP: Shape | Tensor,
  pOrOptions: Operand | BernoulliOptions = {},
  options: BernoulliOptions = {},
): Tensor {
  if (shapeOrP instanceof Tensor) {
    return drawn(shapeOrP.shape, shapeOrP, { dtype: shapeOrP.dtype, ...(pOrOptions as BernoulliOptions) })
  }
  return drawn(shapeOrP, pOrOptions as Operand, options)
}

function drawn(shape: Shape, p: Operand, { dtype = 'bool', generator = defaultGenerator }: BernoulliOptions): Tensor {
  const isProbability = (x: number) => x >= 0 && x <= 1
  if (typeof p === 'number' && !isProbability(p)) {
    throw new OutOfRangeError(`bernoulli: a probability is between 0 and 1, got ${p}`)
  }
  if (typeof p === 'number') return new Tensor(build.cast(build.less(unit(shape, generator), numberValue(p)), dtype))
  const probabilities = valueOf('bernoulli', p, 'a shape and a probability, or a tensor of them')
  checkElements(probabilities, isProbability, (x, i) => {
    return `bernoulli: a probability is between 0 and 1, got ${x} at position ${i}`
  })
  const bounds = build.broadcastTo(build.cast(probabilities, 'float32'), shape)
  return new Tensor(build.cast(build.less(unit(shape, generator), bounds), dtype))
}

export interface RandintOptions {
  /** Any dtype but bool that holds the numbers. Default int32. */
  readonly dtype?: DType
  /** Default: the one that `manualSeed` seeds. */
  readonly generator?: Generator
}

/**
 * Uniform over the whole numbers low, …, high − 1. The bias of taking a remainder is below (high − low) / 2³².
 *
 * @throws OutOfRangeError when the range is empty, holds what is no int32 or not of the dtype, or holds more than 2³¹ numbers
 */
export function randint(
  shape: Shape,
  low: number,
  high: number,
  { dtype = 'int32', generator = defaultGenerator }: RandintOptions = {},
): Tensor {
  if (!(Number.isInteger(low) && Number.isInteger(high) && low < high)) {
    throw new OutOfRangeError(`randint: takes whole numbers low < high, got ${low} and ${high}`)
  }
  if (low < -(2 ** 31) || high > 2 ** 31 || high - low > 2 ** 31) {
    throw new OutOfRangeError(`randint: makes int32 from a range of at most 2^31 numbers, got ${low} to ${high}`)
  }
  if (dtype === 'bool') throw new DTypeError('randint: makes numbers, got bool; use bernoulli()')
  for (const x of [low, high - 1]) checkHolds('randint', dtype, x)
  const bits = build.randomBits(generator.draw(), shape)
  const offset = build.cast(build.remainder(bits, numberValue(high - low, 'uint32')), 'int32')
  return new Tensor(build.cast(build.add(offset, numberValue(low, 'int32')), dtype))
}
