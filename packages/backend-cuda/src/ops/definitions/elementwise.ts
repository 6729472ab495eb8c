import { sameShape } from '@voltaic/core/graph'
import type { TfDType } from '../../binding/tf-dtype.ts'
import type { OpDefinition, RawCall } from '../op-definition.ts'
import { bool, broadcast, floats, integers, movable, numbers, type } from './kinds.ts'

function unary(dtypes: readonly TfDType[], output = 'T'): OpDefinition {
  return { attributes: { T: type(...dtypes) }, inputs: ['T'], outputs: [output], infer: sameAsFirst }
}

function binary(dtypes: readonly TfDType[], output = 'T'): OpDefinition {
  return { attributes: { T: type(...dtypes) }, inputs: ['T', 'T'], outputs: [output], infer: broadcastInputs }
}

const sameAsFirst = ({ inputs }: RawCall) => [inputs[0]!.shape]

const broadcastInputs = (call: RawCall) => [
  broadcast(
    call,
    call.inputs.map((input) => input.shape),
  ),
]

const logical: OpDefinition = { attributes: {}, inputs: ['bool', 'bool'], outputs: ['bool'], infer: broadcastInputs }

// Kernels of these are for float and double alone, on one device or the other.
const wide: readonly TfDType[] = ['float', 'double']

/** Ops element by element. */
export const elementwise: Readonly<Record<string, OpDefinition>> = {
  Identity: unary(movable),
  Neg: unary(numbers),
  Abs: unary(numbers),
  Sign: unary(numbers),
  Floor: unary(floats),
  Ceil: unary(floats),
  Rint: unary(wide),
  Sqrt: unary(floats),
  Rsqrt: unary(floats),
  Exp: unary(floats),
  Expm1: unary(floats),
  Log: unary(floats),
  Log1p: unary(floats),
  Sin: unary(floats),
  Cos: unary(floats),
  Tan: unary(wide),
  Asin: unary(wide),
  Acos: unary(wide),
  Atan: unary(wide),
  Sinh: unary(wide),
  Cosh: unary(wide),
  Tanh: unary(floats),
  Asinh: unary(wide),
  Acosh: unary(wide),
  Atanh: unary(wide),
  Erf: unary(floats),
  Sigmoid: unary(floats),
  Relu: unary(floats),
  IsNan: unary(floats, 'bool'),
  IsFinite: unary(floats, 'bool'),
  Invert: unary(integers),
  LogicalNot: { attributes: {}, inputs: ['bool'], outputs: ['bool'], infer: sameAsFirst },
  AddV2: binary(numbers),
  Sub: binary(numbers),
  Mul: binary(numbers),
  RealDiv: binary(floats),
  FloorDiv: binary(integers),
  FloorMod: binary(integers),
  Mod: binary(wide),
  Pow: binary(floats),
  Minimum: binary(numbers),
  Maximum: binary(numbers),
  Atan2: binary(wide),
  BitwiseAnd: binary(integers),
  BitwiseOr: binary(integers),
  BitwiseXor: binary(integers),
  LeftShift: binary(integers),
  RightShift: binary(integers),
  LogicalAnd: logical,
  LogicalOr: logical,
  Equal: binary([...numbers, 'bool'], 'bool'),
  NotEqual: binary([...numbers, 'bool'], 'bool'),
  Less: binary(numbers, 'bool'),
  LessEqual: binary(numbers, 'bool'),
  Greater: binary(numbers, 'bool'),
  GreaterEqual: binary(numbers, 'bool'),
  SelectV2: {
    attributes: { T: type(...movable) },
    inputs: ['bool', 'T', 'T'],
    outputs: ['T'],
    infer: broadcastInputs,
  },
  Cast: {
    attributes: {
      SrcT: type(...movable, 'bfloat16'),
      DstT: type(...movable, 'bfloat16'),
      Truncate: bool,
    },
    inputs: ['SrcT'],
    outputs: ['DstT'],
    infer: sameAsFirst,
  },
  AddN: {
    attributes: { N: { kind: 'int' }, T: type(...numbers) },
    inputs: ['N*T'],
    outputs: ['T'],
    infer: (call) => {
      const [first] = call.inputs
      if (call.inputs.some(({ shape }) => !sameShape(shape, first!.shape))) call.fail('shapes differ')
      return [first!.shape]
    },
  },
}
