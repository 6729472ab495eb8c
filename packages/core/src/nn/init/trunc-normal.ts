import { DTypeError, OutOfRangeError } from '../../errors/errors.ts'
import * as build from '../../graph/build.ts'
import { erfinv } from '../../graph/composites/erfinv.ts'
import { isFloat } from '../../graph/dtype.ts'
import { numberValue } from '../../graph/record.ts'
import type { Shape } from '../../graph/spec.ts'
import { defaultDType } from '../../tensor/default-dtype.ts'
import { type RandomOptions, rand } from '../../tensor/random.ts'
import { Tensor } from '../../tensor/tensor.ts'

export interface TruncNormalOptions extends RandomOptions {
  /** Of the distribution before it is cut. Default 0. */
  readonly mean?: number
  /** Of the distribution before it is cut, > 0. Default 1. */
  readonly std?: number
  /** Least value. Default −2. */
  readonly a?: number
  /** Largest value. Default 2. */
  readonly b?: number
}

/**
 * N(mean, std²) between `a` and `b`, in their own units and not in those of `std`: what is outside is drawn again, here by
 * inverting the distribution function.
 *
 * @throws OutOfRangeError when `std` is not positive, `a` not below `b`, or the mean is more than two deviations outside of them,
 * where PyTorch warns of a wrong distribution
 */
export function truncNormal(shape: Shape, options: TruncNormalOptions = {}): Tensor {
  const { mean = 0, std = 1, a = -2, b = 2, dtype = defaultDType(), ...random } = options
  if (!isFloat(dtype)) throw new DTypeError(`truncNormal: makes floats, got ${dtype}`)
  checkCut({ mean, std, a, b })
  const wide = dtype === 'float64' ? dtype : 'float32'
  const { value: u } = rand(shape, { ...random, dtype: wide })
  const number = (x: number) => numberValue(x, wide)
  const scale = Math.SQRT2 * std
  const [low, high] = [a, b].map((bound) => build.erf(number((bound - mean) / scale))) as [typeof u, typeof u]
  const inside = erfinv(build.add(low, build.mul(u, build.sub(high, low))))
  const scaled = build.add(build.mul(inside, number(scale)), number(mean))
  const cut = build.minimum(build.maximum(scaled, number(a)), number(b))
  return new Tensor(build.cast(cut, dtype))
}

function checkCut({ mean, std, a, b }: Required<Pick<TruncNormalOptions, 'mean' | 'std' | 'a' | 'b'>>): void {
  if (!(std > 0 && std < Number.POSITIVE_INFINITY)) {
    throw new OutOfRangeError(`truncNormal: the deviation is positive, got ${std}`)
  }
  if (!(a < b)) throw new OutOfRangeError(`truncNormal: a is below b, got ${a} and ${b}`)
  if (!(mean >= a - 2 * std && mean <= b + 2 * std)) {
    throw new OutOfRangeError(
      `truncNormal: the mean is within two deviations of [a, b], got mean ${mean}, deviation ${std} and [${a}, ${b}]`,
    )
  }
}
