import { type DType, integerRange, isFloat } from '../../graph/dtype.ts'
import { errorFunction } from '../../util/error-function.ts'
import type { Kernel, Kernels } from './kernel.ts'

type UnaryName =
  | 'neg'
  | 'abs'
  | 'sign'
  | 'floor'
  | 'ceil'
  | 'round'
  | 'trunc'
  | 'sqrt'
  | 'exp'
  | 'expm1'
  | 'log'
  | 'log1p'
  | 'sin'
  | 'cos'
  | 'tan'
  | 'asin'
  | 'acos'
  | 'atan'
  | 'sinh'
  | 'cosh'
  | 'tanh'
  | 'asinh'
  | 'acosh'
  | 'atanh'
  | 'erf'
  | 'sigmoid'
  | 'isNan'
  | 'isFinite'
  | 'not'
  | 'cast'

/** Elementwise primitives of one operand. */
export const unaryKernels: Kernels<UnaryName> = {
  neg: each((x) => -x),
  abs: each(Math.abs),
  sign: each(Math.sign),
  floor: each(Math.floor),
  ceil: each(Math.ceil),
  round: each(roundToEven),
  trunc: each(Math.trunc),
  sqrt: each(Math.sqrt),
  exp: each(Math.exp),
  expm1: each(Math.expm1),
  log: each(Math.log),
  log1p: each(Math.log1p),
  sin: each(Math.sin),
  cos: each(Math.cos),
  tan: each(Math.tan),
  asin: each(Math.asin),
  acos: each(Math.acos),
  atan: each(Math.atan),
  sinh: each(Math.sinh),
  cosh: each(Math.cosh),
  tanh: each(Math.tanh),
  asinh: each(Math.asinh),
  acosh: each(Math.acosh),
  atanh: each(Math.atanh),
  erf: each(errorFunction),
  sigmoid: each(sigmoid),
  isNan: each((x) => (Number.isNaN(x) ? 1 : 0)),
  isFinite: each((x) => (Number.isFinite(x) ? 1 : 0)),
  not: ([x], [out]) => apply(x!.spec.dtype === 'bool' ? (bit) => 1 - bit : (bits) => ~bits, x!.data, out!.data),
  cast: ([x], [out], { dtype }) => apply(conversionTo(dtype), x!.data, out!.data),
}

type Scalar = (x: number) => number

function each(f: Scalar): Kernel<unknown> {
  return ([x], [out]) => apply(f, x!.data, out!.data)
}

function apply(f: Scalar, x: Float64Array, out: Float64Array): void {
  for (let i = 0; i < out.length; i++) out[i] = f(x[i]!)
}

function roundToEven(x: number): number {
  return x - Math.floor(x) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x)
}

// Of two equal forms the one whose exponential does not overflow.
function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x))
  const e = Math.exp(x)
  return e / (1 + e)
}

function conversionTo(dtype: DType): Scalar {
  if (dtype === 'bool') return (x) => (x === 0 ? 0 : 1)
  if (isFloat(dtype)) return (x) => x
  const [least, largest] = integerRange(dtype)!
  return (x) => (Number.isNaN(x) ? 0 : Math.min(Math.max(Math.trunc(x), least), largest))
}
