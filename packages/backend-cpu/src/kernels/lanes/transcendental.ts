import type { Expression, FunctionBuilder, ValueType } from '../../wasm/assembler/index.ts'
import type { Lanes } from './lanes.ts'

/*
 * Functions of float32 in float32 arithmetic, the same for one element and for several: within four units in the last place.
 * exp, log and tanh follow S. L. Moshier's Cephes library (expf, logf, tanhf); erf is the rational approximation of
 * Eigen and XLA.
 */

/** What an approximation is written with. */
type Approximation = <F extends ValueType, D extends ValueType, I extends ValueType, M extends ValueType>(
  lanes: Lanes<F, D, I, M>,
  f: FunctionBuilder,
  x: Expression<F>,
) => Expression<F>

/** eˣ, as 2ⁿ·eʳ with |r| ≤ ln(2) / 2. */
export const exp: Approximation = (lanes, f, x) => {
  const { int, single } = lanes
  const float = single.kind
  // Beyond these bounds the result is 0 or ∞ anyway, and n must stay small.
  const bounded = f.let(float.max(float.min(x, 89), -105))
  const n = f.let(float.nearest(float.mul(bounded, Math.LOG2E)))
  const r = f.let(float.sub(float.sub(bounded, float.mul(n, 0.693359375)), float.mul(n, -2.1219444e-4)))
  const p = horner(
    lanes,
    r,
    [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 0.16666665459, 0.50000001201],
  )
  const fraction = float.add(float.add(float.mul(p, float.mul(r, r)), r), 1)
  // 2ⁿ may be no float32 where the product is one: two factors always are.
  const whole = f.let(single.toSigned(n))
  const half = f.let(int.shrS(whole, 1))
  const power = (k: typeof whole | typeof half) => lanes.floatOfBits(int.shl(int.add(k, 127), 23))
  return float.mul(float.mul(fraction, power(half)), power(f.let(int.sub(whole, half))))
}

/** ln(x), from the logarithm of the fraction in [√½, √2). */
export const log: Approximation = (lanes, f, x) => {
  const { int, single } = lanes
  const float = single.kind
  const isSubnormal = f.let(float.lt(x, 2 ** -126))
  const bits = f.let(lanes.bitsOfFloat(float.select(isSubnormal, float.mul(x, 2 ** 23), x)))
  const fraction = f.let(lanes.floatOfBits(int.or(int.and(bits, 0x7fffff), 0x3f000000)))
  const isLow = f.let(float.lt(fraction, Math.SQRT1_2))
  const exponent = single.fromSigned(int.sub(int.shrU(bits, 23), 126))
  const shift = float.add(float.select(isSubnormal, 23, 0), float.select(isLow, 1, 0))
  const e = f.let(float.sub(exponent, shift))
  const m = f.let(float.sub(float.select(isLow, float.add(fraction, fraction), fraction), 1))
  const z = f.let(float.mul(m, m))
  const p = horner(lanes, m, [
    ...[7.0376836292e-2, -0.1151461031, 0.1167699874, -0.12420140846, 0.14249322787],
    ...[-0.16668057665, 0.20000714765, -0.24999993993, 0.33333331174],
  ])
  const tail = float.add(float.mul(p, float.mul(m, z)), float.mul(e, -2.1219444e-4))
  const result = float.add(float.add(m, float.sub(tail, float.mul(z, 0.5))), float.mul(e, 0.693359375))
  // ∞ and NaN are their own logarithms.
  const regular = float.select(float.lt(x, Number.POSITIVE_INFINITY), result, x)
  const negative = float.select(float.lt(x, 0), Number.NaN, regular)
  return float.select(float.eq(x, 0), Number.NEGATIVE_INFINITY, negative)
}

/** tanh(x): odd polynomial near 0, else 1 − 2 / (e²ˣ + 1). */
export const tanh: Approximation = (lanes, f, x) => {
  const float = lanes.single.kind
  const size = f.let(float.abs(x))
  const z = f.let(float.mul(x, x))
  const p = horner(lanes, z, [-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 0.133314422036, -0.333332819422])
  // A product and no sum, which would lose the sign of −0.
  const near = float.mul(x, float.add(float.mul(p, z), 1))
  const e = exp(lanes, f, f.let(float.add(size, size)))
  const far = f.let(float.sub(1, float.div(2, float.add(e, 1))))
  return float.select(float.lt(size, 0.625), near, float.select(float.lt(x, 0), float.neg(far), far))
}

/** 1 / (1 + e⁻ˣ), by the exponential that does not overflow. */
export const sigmoid: Approximation = (lanes, f, x) => {
  const float = lanes.single.kind
  const e = f.let(exp(lanes, f, f.let(float.neg(float.abs(x)))))
  return float.div(float.select(float.lt(x, 0), e, 1), float.add(e, 1))
}

/** erf(x) = x·P(x²) / Q(x²), which is 1 beyond 3.84. */
export const erf: Approximation = (lanes, f, x) => {
  const float = lanes.single.kind
  const bounded = f.let(float.max(float.min(x, 3.832506856900711), -3.832506856900711))
  const z = f.let(float.mul(bounded, bounded))
  const p = horner(lanes, z, [...[2.2905065861e-4, 3.4082910107e-3, 5.0955695062e-2, 0.1852083224, 1.1283791435]])
  const q = horner(lanes, z, [
    ...[-1.1791602954e-7, 2.3547966471e-5, 1.0179625279e-3, 1.4070470171e-2],
    ...[0.1109850518, 0.4974692511, 1],
  ])
  return float.max(float.min(float.mul(bounded, float.div(p, q)), 1), -1)
}

/** A polynomial, the highest power first. */
function horner<F extends ValueType, D extends ValueType, I extends ValueType, M extends ValueType>(
  { single: { kind: float } }: Lanes<F, D, I, M>,
  x: Expression<F>,
  [first, ...rest]: readonly number[],
): Expression<F> {
  return rest.reduce((sum, c) => float.add(float.mul(sum, x), c), float.literal(first!))
}
