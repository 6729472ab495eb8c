import * as build from '../graph/build.ts'
import type { DType } from '../graph/dtype.ts'
import type { Value } from '../graph/value.ts'
import type { Generator } from '../tensor/generator.ts'
import { rand } from '../tensor/random.ts'

/**
 * Rounds float32 values to bfloat16, up or down at random: the nearer neighbour is the likelier one, and the mean is the value.
 * All steps are exact in float32 or the one rounding of a cast, so that the same draws give the same bits on every backend.
 * Zeros, values beyond the range and those below 2⁻¹¹⁸ are rounded to the nearest.
 *
 * @returns a function of the value and its dtype, which draws anew with each call
 */
export function roundStochastically(generator: Generator): (x: Value, dtype: DType) => Value {
  return (x, dtype) => {
    if (dtype !== 'bfloat16') return build.cast(x, dtype)
    const wide = (y: Value) => build.cast(y, 'float32')
    const number = (c: number) => build.literal(c, 'float32')
    const nearest = wide(build.cast(x, dtype))
    const rest = build.sub(x, nearest)
    // r·(1 ± 5/8·2⁻⁷) lies between 5/8 and 5/4 units from r: it rounds to the next number, at powers of two as well.
    const size = build.abs(build.mul(nearest, number(0.625 * 2 ** -7)))
    const beyond = build.where(build.less(number(0), rest), build.add(nearest, size), build.sub(nearest, size))
    const next = wide(build.cast(beyond, dtype))
    const gap = build.abs(build.sub(next, nearest))
    const draw = rand(x.spec.shape, { generator, dtype: 'float32' }).value
    const moves = build.less(build.mul(draw, gap), build.abs(rest))
    const rounded = build.where(build.and(moves, build.isFinite(next)), next, nearest)
    return build.cast(rounded, dtype)
  }
}
