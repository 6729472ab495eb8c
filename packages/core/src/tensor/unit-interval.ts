import * as build from '../graph/build.ts'
import { checkShape } from '../graph/shape.ts'
import type { Shape } from '../graph/spec.ts'
import type { Value } from '../graph/value.ts'
import type { Generator } from './generator.ts'

/*
 * Uniform random numbers from random bits, of which every other distribution is made. No step of it rounds, so that the same
 * bits give the same numbers on every backend.
 */

function bitsOf(shape: Shape, generator: Generator): Value {
  checkShape('random', shape)
  return build.randomBits(generator.draw(), shape)
}

const word = (x: number): Value => build.literal(x, 'uint32')

/** Over [0, 1) in float32: multiples of 2 to the power −`digits`, at most 24. */
export function unit(shape: Shape, generator: Generator, digits = 24): Value {
  const top = build.shiftRight(bitsOf(shape, generator), word(32 - digits))
  return build.mul(build.cast(top, 'float32'), build.literal(2 ** -digits, 'float32'))
}

/** Over [0, 1) in float64: multiples of 2 to the power −`digits`, at most 53, of two draws. */
export function doubleUnit(shape: Shape, generator: Generator, digits = 53): Value {
  const part = (count: number, weight: number) => {
    const top = build.shiftRight(bitsOf(shape, generator), word(32 - count))
    return build.mul(build.cast(top, 'float64'), build.literal(weight, 'float64'))
  }
  return build.add(part(27, 2 ** -27), part(digits - 27, 2 ** -digits))
}

/** Over (0, 1): never 0, never 1. In float32 finer near 0, where a logarithm looks: steps of 2⁻³² below 2⁻⁹, 2⁻²³ above. */
function openUnit(shape: Shape, generator: Generator, dtype: 'float32' | 'float64'): Value {
  const literal = (x: number) => build.literal(x, dtype)
  if (dtype === 'float64') return build.add(doubleUnit(shape, generator, 52), literal(2 ** -53))
  const bits = bitsOf(shape, generator)
  const isSmall = build.less(bits, word(2 ** 23))
  const digits = build.cast(build.where(isSmall, bits, build.shiftRight(bits, word(9))), dtype)
  const middle = build.add(digits, build.add(digits, literal(1)))
  return build.mul(middle, build.where(isSmall, literal(2 ** -33), literal(2 ** -24)))
}

/** Exponential of rate 1, never 0: −ln(1 − u). */
export function standardExponential(shape: Shape, generator: Generator, dtype: 'float32' | 'float64'): Value {
  return build.neg(build.log1p(build.neg(openUnit(shape, generator, dtype))))
}
