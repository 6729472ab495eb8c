import { OutOfRangeError } from '../../errors/errors.ts'
import * as build from '../../graph/build.ts'
import type { Generator } from '../../tensor/generator.ts'
import { requireFloat } from '../../tensor/operand.ts'
import { bernoulli } from '../../tensor/random.ts'
import { Tensor } from '../../tensor/tensor.ts'

export interface DropoutOptions {
  /** Whether anything is dropped. Default true. */
  readonly training?: boolean
  /** Default: the one that `manualSeed` seeds. */
  readonly generator?: Generator
}

/** Refuses what is no probability. @throws OutOfRangeError */
export function checkDropProbability(p: number): void {
  if (!(p >= 0 && p <= 1)) {
    throw new OutOfRangeError(`dropout: the probability to drop an element is between 0 and 1, got ${p}`)
  }
}

/**
 * Sets each element to 0 with probability `p` and scales the others by 1 / (1 − p), so that the expectation stays
 * (Srivastava et al. 2014).
 *
 * @param x - floats of any shape
 * @param p - default 0.5
 * @throws OutOfRangeError when `p` is not between 0 and 1
 */
export function dropout(x: Tensor, p = 0.5, { training = true, ...options }: DropoutOptions = {}): Tensor {
  checkDropProbability(p)
  if (!training || p === 0) return x
  requireFloat('dropout', x.value)
  if (p === 1) return new Tensor(build.mul(x.value, build.literalLike(x.value, 0)))
  const keep = build.cast(bernoulli(x.shape, 1 - p, options).value, x.dtype)
  const scale = build.mul(keep, build.literalLike(x.value, 1 / (1 - p)))
  return new Tensor(build.mul(x.value, scale))
}
