/** Functions of doubles that kernels import, as the reference accelerator computes them. */
export const hostMath: Readonly<Record<string, (...args: number[]) => number>> = {
  expm1: Math.expm1,
  log1p: Math.log1p,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
  atan2: Math.atan2 as (...args: number[]) => number,
  remainder: remainder as (...args: number[]) => number,
  pow: power as (...args: number[]) => number,
}

/** Python's `%`: zero and all else have the sign of the divisor. */
function remainder(x: number, y: number): number {
  const rest = x % y
  if (rest === 0) return y < 0 ? -0 : 0
  return rest < 0 !== y < 0 ? rest + y : rest
}

// C's pow: where x is 1, or −1 with an infinite y, the power is 1. JavaScript has NaN there.
function power(x: number, y: number): number {
  if (x === 1 || (x === -1 && Math.abs(y) === Number.POSITIVE_INFINITY)) return 1
  return x ** y
}
