import { type DType, isFloat } from '../../graph/dtype.ts'
import { additionOf, multiplicationOf } from './arithmetic.ts'
import type { Kernel, Kernels } from './kernel.ts'
import { spread } from './view.ts'

type BinaryName =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'floorDivide'
  | 'remainder'
  | 'pow'
  | 'minimum'
  | 'maximum'
  | 'atan2'
  | 'and'
  | 'or'
  | 'xor'
  | 'shiftLeft'
  | 'shiftRight'
  | 'equal'
  | 'less'
  | 'lessEqual'
  | 'where'

/** Elementwise primitives of two operands, which broadcast, and `where`. */
export const binaryKernels: Kernels<BinaryName> = {
  add: byDtype(additionOf),
  sub: each((x, y) => x - y),
  mul: byDtype(multiplicationOf),
  div: each((x, y) => x / y),
  floorDivide: each((x, y) => (y === 0 ? 0 : Math.floor(x / y))),
  remainder: byDtype((dtype) => (isFloat(dtype) ? remainder : (x, y) => (y === 0 ? 0 : remainder(x, y)))),
  pow: each(power),
  minimum: each(Math.min),
  maximum: each(Math.max),
  atan2: each(Math.atan2),
  and: each((x, y) => x & y),
  or: each((x, y) => x | y),
  xor: each((x, y) => x ^ y),
  // JavaScript takes shift counts modulo 32 itself.
  shiftLeft: each((x, y) => x << y),
  shiftRight: byDtype((dtype) => (dtype === 'int32' ? (x, y) => x >> y : (x, y) => x >>> y)),
  equal: each((x, y) => (x === y ? 1 : 0)),
  less: each((x, y) => (x < y ? 1 : 0)),
  lessEqual: each((x, y) => (x <= y ? 1 : 0)),
  where: ([condition, whenTrue, whenFalse], [out]) => {
    const { shape } = out!.spec
    const [c, x, y] = [spread(condition!, shape), spread(whenTrue!, shape), spread(whenFalse!, shape)]
    for (let i = 0; i < c.length; i++) out!.data[i] = c[i] !== 0 ? x[i]! : y[i]!
  },
}

type Scalar = (x: number, y: number) => number

function each(f: Scalar): Kernel<unknown> {
  return byDtype(() => f)
}

function byDtype(choose: (dtype: DType) => Scalar): Kernel<unknown> {
  return ([a, b], [out]) => {
    const f = choose(a!.spec.dtype)
    const { data, spec } = out!
    const x = spread(a!, spec.shape)
    const y = spread(b!, spec.shape)
    for (let i = 0; i < data.length; i++) data[i] = f(x[i]!, y[i]!)
  }
}

/** Python's `%`: zero and all else have the sign of the divisor. */
function remainder(x: number, y: number): number {
  const rest = x % y
  if (rest === 0) return y < 0 ? -0 : 0
  return rest < 0 !== y < 0 ? rest + y : rest
}

// C's pow, which is PyTorch's: where x is 1, or −1 with an infinite y, the power is 1. JavaScript has NaN there.
function power(x: number, y: number): number {
  if (x === 1 || (x === -1 && Math.abs(y) === Number.POSITIVE_INFINITY)) return 1
  return x ** y
}
