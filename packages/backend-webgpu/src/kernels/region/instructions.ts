import type { DType, ElementwiseName } from '@voltaic/core/graph'
import { type NumberType, numberType, rounded } from '../../wgsl/layout.ts'

/** The expression of an elementwise primitive on expressions of one dtype (for `where` those behind the condition). */
export function elementwiseExpression(
  op: ElementwiseName,
  { from, to }: { readonly from: DType; readonly to: DType },
  args: readonly string[],
): string {
  if (op === 'cast') return castExpression(from, to, args[0]!)
  return rounded(to, expressions[op](args as [string, string, string], numberType(from), from))
}

type Expression = (args: readonly [x: string, y: string, z: string], type: NumberType, dtype: DType) => string

const call =
  (name: string): Expression =>
  ([x]) =>
    `${name}(${x})`
const call2 =
  (name: string): Expression =>
  ([x, y]) =>
    `${name}(${x}, ${y})`
const infix =
  (operator: string): Expression =>
  ([x, y]) =>
    `(${x} ${operator} ${y})`
const onBool =
  (bool: Expression, other: Expression): Expression =>
  (args, type, dtype) =>
    (type === 'bool' ? bool : other)(args, type, dtype)
const onFloat =
  (float: Expression, other: Expression): Expression =>
  (args, type, dtype) =>
    (type === 'f32' ? float : other)(args, type, dtype)

const expressions: Readonly<Record<Exclude<ElementwiseName, 'cast'>, Expression>> = {
  neg: ([x], type) => (type === 'u32' ? `(0u - ${x})` : `(-${x})`),
  abs: ([x], type) => (type === 'u32' ? x : `abs(${x})`),
  sign: ([x], type) => ({ f32: `f_sign(${x})`, i32: `sign(${x})`, u32: `min(${x}, 1u)`, bool: x })[type],
  floor: call('floor'),
  ceil: call('ceil'),
  round: call('f_round'),
  trunc: call('trunc'),
  sqrt: call('sqrt'),
  exp: call('f_exp'),
  expm1: call('f_expm1'),
  log: call('f_log'),
  log1p: call('f_log1p'),
  sin: call('f_sin'),
  cos: call('f_cos'),
  tan: call('f_tan'),
  asin: call('f_asin'),
  acos: call('f_acos'),
  atan: call('f_atan'),
  sinh: call('f_sinh'),
  cosh: call('f_cosh'),
  tanh: call('f_tanh'),
  asinh: call('f_asinh'),
  acosh: call('f_acosh'),
  atanh: call('f_atanh'),
  erf: call('f_erf'),
  sigmoid: call('f_sigmoid'),
  isNan: ([x], type) => (type === 'f32' ? `f_is_nan(${x})` : 'false'),
  isFinite: ([x], type) => (type === 'f32' ? `f_is_finite(${x})` : 'true'),
  not: ([x], type) => (type === 'bool' ? `(!${x})` : `(~${x})`),
  add: infix('+'),
  sub: infix('-'),
  mul: infix('*'),
  div: infix('/'),
  floorDivide: ([x, y], type) =>
    type === 'i32' ? `f_floor_divide(${x}, ${y})` : `select(${x} / ${y}, 0u, ${y} == 0u)`,
  remainder: ([x, y], type) => {
    if (type === 'f32') return `f_rem(${x}, ${y})`
    return type === 'i32' ? `f_remainder(${x}, ${y})` : `select(${x} % ${y}, 0u, ${y} == 0u)`
  },
  pow: call2('f_pow'),
  minimum: onBool(infix('&&'), onFloat(call2('f_min'), call2('min'))),
  maximum: onBool(infix('||'), onFloat(call2('f_max'), call2('max'))),
  atan2: call2('f_atan2'),
  and: onBool(infix('&&'), infix('&')),
  or: onBool(infix('||'), infix('|')),
  xor: onBool(infix('!='), infix('^')),
  shiftLeft: ([x, y], type) => `(${x} << (${type === 'u32' ? y : `bitcast<u32>(${y})`} & 31u))`,
  shiftRight: ([x, y], type) => `(${x} >> (${type === 'u32' ? y : `bitcast<u32>(${y})`} & 31u))`,
  equal: onFloat(call2('f_equal'), infix('==')),
  less: onBool(([x, y]) => `(!${x} && ${y})`, onFloat(call2('f_less'), infix('<'))),
  lessEqual: onBool(([x, y]) => `(!${x} || ${y})`, onFloat(call2('f_less_equal'), infix('<='))),
  where: ([c, x, y]) => `select(${y}, ${x}, ${c})`,
}

/** A conversion: floats round to nearest even, integers saturate, NaN becomes 0 there, all but 0 is true. */
function castExpression(from: DType, to: DType, x: string): string {
  const [source, target] = [numberType(from), numberType(to)]
  if (target === 'bool') return toBool(source, x)
  if (source === 'bool')
    return { f32: `select(0.0, 1.0, ${x})`, i32: `select(0, 1, ${x})`, u32: `select(0u, 1u, ${x})` }[target]
  if (target === 'f32') return rounded(to, source === 'f32' ? x : `f32(${x})`)
  if (target === 'i32') {
    if (source === 'f32') return `f_to_i32(${x})`
    return source === 'u32' ? `bitcast<i32>(min(${x}, 2147483647u))` : x
  }
  const whole = toUint(source, x)
  return to === 'uint8' && from !== 'uint8' ? `min(${whole}, 255u)` : whole
}

function toUint(source: NumberType, x: string): string {
  if (source === 'f32') return `f_to_u32(${x})`
  return source === 'i32' ? `bitcast<u32>(max(${x}, 0))` : x
}

function toBool(source: NumberType, x: string): string {
  // NaN is not 0.
  if (source === 'f32') return `((bitcast<u32>(${x}) & 0x7fffffffu) != 0u)`
  return { i32: `(${x} != 0)`, u32: `(${x} != 0u)`, bool: x }[source]
}
