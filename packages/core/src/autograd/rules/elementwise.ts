import {
  add,
  cast,
  cos,
  cosh,
  div,
  equal,
  exp,
  fullLike,
  less,
  lessEqual,
  literalLike,
  log,
  mul,
  neg,
  pow,
  sign,
  sin,
  sinh,
  sqrt,
  sub,
  sumTo,
  where,
} from '../../graph/build.ts'
import { isFloat } from '../../graph/dtype.ts'
import type { Rules, Vjp } from '../../graph/op.ts'
import type { ElementwiseAttributes, None } from '../../graph/primitives.ts'
import type { Value } from '../../graph/value.ts'

type UnaryDerivative = (x: Value, y: Value) => Value

/** A rule from the derivative f′(x), with y = f(x) at hand. */
function unary(derivative: UnaryDerivative): Vjp<None> {
  return ({ inputs, outputs, cotangents }) => [mul(cotangents[0]!, derivative(inputs[0]!, outputs[0]!))]
}

type BinaryGradient = (g: Value, a: Value, b: Value, y: Value) => Value

/** A rule from the two partial gradients, which undoes the broadcast. */
function binary(toA: BinaryGradient, toB: BinaryGradient): Vjp<None> {
  return ({ inputs, outputs, cotangents, needs }) => {
    const [a, b] = [inputs[0]!, inputs[1]!]
    const [g, y] = [cotangents[0]!, outputs[0]!]
    return [
      needs(0) ? sumTo(toA(g, a, b, y), a.spec.shape) : null,
      needs(1) ? sumTo(toB(g, a, b, y), b.spec.shape) : null,
    ]
  }
}

const none: Vjp<None> = ({ inputs }) => inputs.map(() => null)

const one = (x: Value): Value => literalLike(x, 1)
const square = (x: Value): Value => mul(x, x)
const reciprocal = (x: Value): Value => div(one(x), x)

// minimum and maximum: equal operands share the gradient evenly, and beside NaN both get it, as in PyTorch.
function shared(g: Value, chosen: Value, other: Value, better: (a: Value, b: Value) => Value): Value {
  const half = mul(g, literalLike(g, 0.5))
  const zero = fullLike(g, 0)
  return where(better(other, chosen), zero, where(equal(chosen, other), half, g))
}

const greater = (a: Value, b: Value): Value => less(b, a)

/** Gradient rules of the elementwise primitives. */
export const elementwise: Rules<ElementwiseAttributes> = {
  neg: ({ cotangents }) => [neg(cotangents[0]!)],
  abs: unary((x) => sign(x)),
  sign: none,
  floor: none,
  ceil: none,
  round: none,
  trunc: none,
  sqrt: unary((_x, y) => div(literalLike(y, 0.5), y)),
  exp: unary((_x, y) => y),
  expm1: unary((_x, y) => add(y, one(y))),
  log: ({ inputs, cotangents }) => [div(cotangents[0]!, inputs[0]!)],
  log1p: unary((x) => reciprocal(add(x, one(x)))),
  sin: unary((x) => cos(x)),
  cos: unary((x) => neg(sin(x))),
  tan: unary((_x, y) => add(square(y), one(y))),
  asin: unary((x) => reciprocal(sqrt(sub(one(x), square(x))))),
  acos: unary((x) => neg(reciprocal(sqrt(sub(one(x), square(x)))))),
  atan: unary((x) => reciprocal(add(square(x), one(x)))),
  sinh: unary((x) => cosh(x)),
  cosh: unary((x) => sinh(x)),
  tanh: unary((_x, y) => sub(one(y), square(y))),
  asinh: unary((x) => reciprocal(sqrt(add(square(x), one(x))))),
  acosh: unary((x) => reciprocal(sqrt(sub(square(x), one(x))))),
  atanh: unary((x) => reciprocal(sub(one(x), square(x)))),
  // erf′(x) = 2/√π · e^(−x²)
  erf: unary((x) => mul(literalLike(x, 2 / Math.sqrt(Math.PI)), exp(neg(square(x))))),
  sigmoid: unary((_x, y) => mul(y, sub(one(y), y))),
  isNan: none,
  isFinite: none,
  not: none,
  cast: ({ inputs, cotangents }) => {
    const { dtype } = inputs[0]!.spec
    return [isFloat(dtype) ? cast(cotangents[0]!, dtype) : null]
  },
  add: binary(
    (g) => g,
    (g) => g,
  ),
  sub: binary(
    (g) => g,
    (g) => neg(g),
  ),
  mul: binary(
    (g, _a, b) => mul(g, b),
    (g, a) => mul(g, a),
  ),
  div: binary(
    (g, _a, b) => div(g, b),
    (g, _a, b, y) => neg(mul(g, div(y, b))),
  ),
  floorDivide: none,
  // a − b·⌊a/b⌋
  remainder: binary(
    (g) => g,
    (g, a, b, y) => neg(mul(g, div(sub(a, y), b))),
  ),
  pow: binary(
    // b·a^(b−1); where b is 0 the derivative is 0, also at a = 0.
    (g, a, b) => mul(g, where(equal(b, literalLike(b, 0)), fullLike(b, 0), mul(b, pow(a, sub(b, one(b)))))),
    // y·ln a; 0 at a = 0 for b ≥ 0, as in PyTorch.
    (g, a, b, y) => {
      const zero = literalLike(a, 0)
      const flat = where(equal(a, zero), lessEqual(zero, b), less(one(a), zero))
      return mul(g, where(flat, fullLike(y, 0), mul(y, log(a))))
    },
  ),
  minimum: binary(
    (g, a, b) => shared(g, a, b, less),
    (g, a, b) => shared(g, b, a, less),
  ),
  maximum: binary(
    (g, a, b) => shared(g, a, b, greater),
    (g, a, b) => shared(g, b, a, greater),
  ),
  atan2: binary(
    (g, a, b) => mul(g, div(b, add(square(a), square(b)))),
    (g, a, b) => mul(g, div(neg(a), add(square(a), square(b)))),
  ),
  and: none,
  or: none,
  xor: none,
  shiftLeft: none,
  shiftRight: none,
  equal: none,
  less: none,
  lessEqual: none,
  where: ({ inputs, cotangents, needs }) => {
    const [condition, a, b] = inputs
    const g = cotangents[0]!
    const zero = fullLike(g, 0)
    return [
      null,
      needs(1) ? sumTo(where(condition!, g, zero), a!.spec.shape) : null,
      needs(2) ? sumTo(where(condition!, zero, g), b!.spec.shape) : null,
    ]
  },
}
