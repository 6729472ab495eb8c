import type { Raw } from '../../program/program-builder.ts'
import type { Emitter } from '../emitter.ts'
import { arithmetic, everything, floats, type Rule, type Rules, wideFloats } from '../rule.ts'
import { convert } from './cast.ts'

type UnaryName =
  | ('neg' | 'abs' | 'sign' | 'floor' | 'ceil' | 'round' | 'trunc' | 'sqrt' | 'exp' | 'expm1' | 'log' | 'log1p')
  | ('sin' | 'cos' | 'tan' | 'asin' | 'acos' | 'atan' | 'sinh' | 'cosh' | 'tanh' | 'asinh' | 'acosh' | 'atanh')
  | ('erf' | 'sigmoid' | 'isNan' | 'isFinite' | 'not' | 'cast')

/** Elementwise primitives of one operand. */
export const unaryRules: Rules<UnaryName> = {
  neg: {
    takes: arithmetic,
    exact: true,
    // TensorFlow has 0 for the double 0, and not −0.
    lower: (emit, { inputs: [x] }) =>
      x!.dtype === 'double' ? emit.op('Mul', x!, emit.number(-1, 'double')) : emit.op('Neg', x!),
  },
  abs: {
    takes: arithmetic,
    exact: true,
    lower: (emit, { inputs: [x], dtype }) => (dtype === 'uint32' ? x! : emit.op('Abs', x!)),
  },
  sign: {
    takes: arithmetic,
    exact: true,
    lower: (emit, { inputs: [x], dtype }) => {
      if (dtype === 'uint32') return emit.cast(emit.op('NotEqual', x!, emit.number(0, 'int32')), 'int32')
      // TensorFlow has 0 for NaN.
      return x!.dtype === 'int32' ? emit.op('Sign', x!) : emit.select(emit.op('IsNan', x!), x!, emit.op('Sign', x!))
    },
  },
  floor: rounding('Floor'),
  ceil: rounding('Ceil'),
  round: { ...rounding('Rint'), takes: wideFloats },
  trunc: {
    takes: floats,
    exact: true,
    lower: (emit, { inputs: [x] }) => {
      const isNegative = emit.op('Less', x!, emit.number(0, x!.dtype))
      return emit.select(isNegative, emit.op('Ceil', x!), emit.op('Floor', x!))
    },
  },
  sqrt: {
    takes: floats,
    lower: (emit, { inputs: [x] }) => {
      const root = emit.op('Sqrt', x!)
      if (!emit.quirks.sqrtOfInfinity) return root
      return emit.select(emit.op('Equal', x!, emit.number(Number.POSITIVE_INFINITY, x!.dtype)), x!, root)
    },
  },
  exp: named('Exp', floats),
  expm1: named('Expm1'),
  log: named('Log', floats),
  log1p: named('Log1p'),
  sin: named('Sin'),
  cos: named('Cos'),
  tan: named('Tan'),
  asin: named('Asin'),
  acos: named('Acos'),
  atan: named('Atan'),
  sinh: named('Sinh'),
  cosh: named('Cosh'),
  tanh: named('Tanh', floats),
  asinh: named('Asinh'),
  acosh: named('Acosh'),
  atanh: named('Atanh'),
  erf: named('Erf'),
  sigmoid: {
    takes: wideFloats,
    lower: (emit, { inputs: [x] }) => {
      if (!emit.quirks.sigmoidVanishes) return emit.op('Sigmoid', x!)
      const one = emit.number(1, x!.dtype)
      return emit.op('RealDiv', one, emit.op('AddV2', one, emit.op('Exp', emit.op('Neg', x!))))
    },
  },
  isNan: ofFloats('IsNan', false),
  isFinite: ofFloats('IsFinite', true),
  not: {
    takes: ['int32', 'bool'],
    lower: (emit, { inputs: [x] }) => emit.op(x!.dtype === 'bool' ? 'LogicalNot' : 'Invert', x!),
  },
  cast: {
    takes: everything,
    exact: true,
    lower: (emit, { inputs: [x], dtype, attributes }) => convert(emit, x!, dtype, attributes.dtype),
  },
}

function named(name: string, takes: Rule<unknown>['takes'] = wideFloats): Rule<unknown> {
  return { takes, lower: (emit, { inputs: [x] }) => emit.op(name, x!) }
}

function rounding(name: string): Rule<unknown> {
  return { ...named(name, floats), exact: true }
}

/** Whole numbers are all finite, and none is NaN. */
function ofFloats(name: string, ofIntegers: boolean): Rule<unknown> {
  return {
    takes: everything,
    lower: (emit: Emitter, { inputs: [x] }): Raw => {
      if (floats.includes(x!.dtype)) return emit.op(name, x!)
      return emit.full(Number(ofIntegers), 'bool', x!.shape)
    },
  }
}
