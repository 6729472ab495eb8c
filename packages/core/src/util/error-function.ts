/*
 * Minimax rational approximations of W. J. Cody, "Rational Chebyshev approximations for the error function",
 * Mathematics of Computation 23 (1969), with the coefficients of his program CALERF (SPECFUN). Each list begins with
 * the highest power.
 */
const nearNumerator = [
  0.18577770618460315, 3.1611237438705655, 113.86415415105016, 377.485237685302, 3209.3775891384694,
]
const nearDenominator = [1, 23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171]
const middleNumerator = [
  2.1531153547440383e-8, 0.5641884969886701, 8.883149794388377, 66.11919063714163, 298.6351381974001, 881.952221241769,
  1712.0476126340707, 2051.0783778260716, 1230.3393547979972,
]
const middleDenominator = [
  1, 15.744926110709835, 117.6939508913125, 537.1811018620099, 1621.3895745666903, 3290.7992357334597,
  4362.619090143247, 3439.3676741437216, 1230.3393548037495,
]
/** The error function 2/√π · ∫₀ˣ exp(−t²) dt, to the precision of float64. */
export function errorFunction(x: number): number {
  const y = Math.abs(x)
  if (y <= 0.46875) return x * ratio(nearNumerator, nearDenominator, y * y)
  // Beyond it, 1 is the nearest float64.
  if (y > 6) return Math.sign(x)
  return Math.sign(x) * (1 - complement(y))
}

/** 1 − erf(y), for y > 0.46875; beyond 4 no longer to its own last digit, but far more than 1 − it needs. */
function complement(y: number): number {
  return Math.exp(-y * y) * ratio(middleNumerator, middleDenominator, y)
}

function ratio(numerator: readonly number[], denominator: readonly number[], x: number): number {
  return horner(numerator, x) / horner(denominator, x)
}

function horner(coefficients: readonly number[], x: number): number {
  let sum = 0
  for (const coefficient of coefficients) sum = sum * x + coefficient
  return sum
}
