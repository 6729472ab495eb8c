import { errorFunction } from '@voltaic/core/graph'

/** Functions of doubles that kernels import, as the reference accelerator computes them. */
export const hostMath: Readonly<Record<string, (...args: number[]) => number>> = {
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
  erf: errorFunction,
  sigmoid,
  atan2: Math.atan2 as (...args: number[]) => number,
  remainder: remainder as (...args: number[]) => number,
  pow: power as (...args: number[]) => number,
}

// Of two equal forms the one whose exponential does not overflow.
function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x))
  const e = Math.exp(x)
  return e / (1 + e)
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
