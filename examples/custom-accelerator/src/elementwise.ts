import type { DType, ElementwiseAttributes } from '@voltaic/core/graph'
import { broadcastView, bytesPerElement, isInteger, wholeView } from '@voltaic/core/graph'
import { type Kernel, type Kernels, placesOf, productOf, take } from './operand.ts'

/** Ops whose result at a place depends on that place alone. */
export const elementwise: Kernels<keyof ElementwiseAttributes> = {
  ...ofMath('abs', 'sign', 'floor', 'ceil', 'trunc', 'sqrt', 'exp', 'expm1', 'log', 'log1p', 'sin', 'cos', 'tan'),
  ...ofMath('asin', 'acos', 'atan', 'sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh', 'atan2'),
  neg: each((x) => -x),
  round: each((x) => (x - Math.floor(x) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x))),
  erf: each(erf),
  sigmoid: each((x) => 1 / (1 + Math.exp(-x))),
  isNan: each((x) => Number(Number.isNaN(x))),
  isFinite: each((x) => Number(Number.isFinite(x))),
  not: byDType((dtype) => (dtype === 'bool' ? (x) => 1 - x : (x) => ~x)),
  cast: ({ dtype }, ...operands) => each(conversionTo(dtype))({}, ...operands),
  add: each((x, y) => x + y),
  sub: each((x, y) => x - y),
  mul: byDType(productOf),
  div: each((x, y) => x / y),
  // By 0 it is an infinity or NaN, which integers store as 0.
  floorDivide: each((x, y) => Math.floor(x / y)),
  remainder: each(remainder),
  // 1 to any power is 1, and so is −1 to an infinite one; JavaScript has NaN there.
  pow: each((x, y) => (x === 1 || (x === -1 && Math.abs(y) === Number.POSITIVE_INFINITY) ? 1 : x ** y)),
  minimum: each((x, y) => Math.min(x, y)),
  maximum: each((x, y) => Math.max(x, y)),
  and: each((x, y) => x & y),
  or: each((x, y) => x | y),
  xor: each((x, y) => x ^ y),
  shiftLeft: each((x, y) => x << y),
  // Unlike >> and >>>, a division is right for both int32 and uint32.
  shiftRight: each((x, y) => Math.floor(x / 2 ** (y & 31))),
  equal: each((x, y) => Number(x === y)),
  less: each((x, y) => Number(x < y)),
  lessEqual: each((x, y) => Number(x <= y)),
  where: each((condition, x, y) => (condition === 0 ? y : x)),
}

type Scalar = (x: number, y: number, z: number) => number

function each(f: Scalar): Kernel<unknown> {
  return byDType(() => f)
}

/** One loop for all of them: an op of fewer than three operands reads its first one again. */
function byDType(choose: (dtype: DType) => Scalar): Kernel<unknown> {
  return (_, ...operands) => {
    const { spec, data } = operands.pop()!
    const f = choose(operands[0]!.spec.dtype)
    const [x, y = x!, z = x!] = operands.map((operand) => {
      return take(operand, placesOf(broadcastView(wholeView(operand.spec.shape), spec.shape)))
    })
    for (let i = 0; i < data.length; i++) data[i] = f(x![i]!, y[i]!, z[i]!)
  }
}

function ofMath<K extends keyof ElementwiseAttributes & keyof typeof Math>(...names: readonly K[]): Kernels<K> {
  return Object.fromEntries(names.map((name) => [name, each(Math[name as 'atan2'])])) as unknown as Kernels<K>
}

/** As Python has it: the result, even a zero, has the sign of the divisor. */
function remainder(x: number, y: number): number {
  const rest = x % y
  if (rest === 0) return y < 0 ? -0 : 0
  return rest < 0 === y < 0 ? rest : rest + y
}

/** erf x = 2/√π · exp(−x²) · Σ 2ⁿ x²ⁿ⁺¹ / (1·3·5⋯(2n+1)); beyond 4 float32 knows only ±1. */
function erf(x: number): number {
  if (Math.abs(x) > 4) return Math.sign(x)
  let sum = x
  for (let n = 1, term = x; Math.abs(term) > 1e-9 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1)
    sum += term
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum
}

/** Integers leave out what is behind the point, and take the nearest that they hold. */
function conversionTo(dtype: DType): Scalar {
  if (dtype === 'bool') return (x) => Number(x !== 0)
  if (!isInteger(dtype)) return (x) => x
  const count = 2 ** (8 * bytesPerElement(dtype))
  const least = dtype === 'int32' ? -count / 2 : 0
  return (x) => Math.min(Math.max(Math.trunc(x), least), least + count - 1)
}
