import type { DType } from '@voltaic/core'
import type { ModelBuilder } from '../../model/model-builder.ts'
import type { OnnxValue } from '../../model/onnx-value.ts'
import { elementwise, floats, integers, type Lowering, type Lowerings, numbers, singles } from '../lowering.ts'

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

/** Elementwise primitives on one operand. */
export const unary: Lowerings<UnaryName> = {
  neg: elementwise(numbers, ([x], { b }) =>
    isUnsigned(x!) ? b.zip('Sub', b.scalar(x!.type, 0), x!) : b.map('Neg', x!),
  ),
  abs: direct('Abs', numbers),
  sign: direct('Sign', numbers),
  floor: direct('Floor'),
  ceil: direct('Ceil'),
  round: direct('Round'),
  trunc: elementwise(floats, ([x], { b }) =>
    b.where(b.test('Less', x!, b.scalar(x!.type, 0)), b.map('Ceil', x!), b.map('Floor', x!)),
  ),
  sqrt: direct('Sqrt'),
  exp: direct('Exp'),
  expm1: elementwise(singles, ([x], { b }) => expm1(b, x!)),
  log: direct('Log'),
  log1p: elementwise(singles, ([x], { b }) => log1p(b, x!)),
  sin: direct('Sin', singles),
  cos: direct('Cos', singles),
  tan: direct('Tan', singles),
  asin: direct('Asin', singles),
  acos: direct('Acos', singles),
  atan: direct('Atan', singles),
  sinh: direct('Sinh', singles),
  cosh: direct('Cosh', singles),
  tanh: direct('Tanh'),
  asinh: direct('Asinh', singles),
  acosh: direct('Acosh', singles),
  atanh: direct('Atanh', singles),
  erf: direct('Erf', singles),
  // Not Sigmoid: ONNX Runtime's is 0 below −18 and loses digits before, which a logarithm behind it shows.
  sigmoid: elementwise(floats, ([x], { b }) => {
    const e = b.map('Exp', b.map('Neg', x!))
    return b.map('Reciprocal', b.zip('Add', e, b.scalar(x!.type, 1)))
  }),
  isNan: elementwise(floats, ([x], { b }) => b.test('IsNaN', x!)),
  isFinite: elementwise(floats, ([x], { b }) =>
    b.test('Less', b.map('Abs', x!), b.scalar(x!.type, Number.POSITIVE_INFINITY)),
  ),
  not: elementwise(['bool', ...integers], ([x], { b }) => b.map(x!.type === 'bool' ? 'Not' : 'BitwiseNot', x!)),
}

function isUnsigned({ type }: OnnxValue): boolean {
  return type === 'uint32' || type === 'uint8'
}

// Of float64 most functions are missing, and Sin and Cos lose digits near their zeros.
function direct(opType: string, dtypes: readonly DType[] = floats): Lowering<object> {
  return elementwise(dtypes, ([x], { b }) => b.map(opType, x!))
}

// In float64, eˣ − 1 and log(1 + x) keep the digits of float32 down to this x; below it two terms of the series do.
const small = 1e-5

function expm1(b: ModelBuilder, x: OnnxValue): OnnxValue {
  const wide = b.cast(x, 'double')
  const far = b.zip('Sub', b.map('Exp', wide), b.scalar('double', 1))
  return b.where(isSmall(b, x), series(b, x, 0.5), b.cast(far, 'float'))
}

function log1p(b: ModelBuilder, x: OnnxValue): OnnxValue {
  const wide = b.cast(x, 'double')
  const far = b.map('Log', b.zip('Add', wide, b.scalar('double', 1)))
  return b.where(isSmall(b, x), series(b, x, -0.5), b.cast(far, 'float'))
}

function isSmall(b: ModelBuilder, x: OnnxValue): OnnxValue {
  return b.test('Less', b.map('Abs', x), b.scalar('float', small))
}

/** x + c·x² */
function series(b: ModelBuilder, x: OnnxValue, c: number): OnnxValue {
  return b.zip('Add', x, b.zip('Mul', b.zip('Mul', x, x), b.scalar('float', c)))
}
