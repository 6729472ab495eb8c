export type { Label } from './code-writer.ts'
export type { FunctionBuilder, LoopLabels, LoopRange } from './function-builder.ts'
export { type ImportSignature, ModuleBuilder, type Params, type Signature } from './module-builder.ts'
export { call } from './values/calls.ts'
export type {
  Binary,
  Expression,
  Kind,
  Operand,
  Unary,
  ValueType,
  Variable,
  WasmFunction,
} from './values/expression.ts'
export type { FloatKind } from './values/float-kind.ts'
export { type F32x4, type F64x2, f32x4, f64x2 } from './values/float-vectors.ts'
export { type F32, type F64, f32, f64 } from './values/floats.ts'
export type { IntegerKind } from './values/integer-kind.ts'
export type { I8x16, I16x8, I32x4, I64x2 } from './values/integer-vector-kinds.ts'
export { type I32, type I64, i32, i64 } from './values/integers.ts'
export type { Load, Stored } from './values/memory-access.ts'
export { i8x16, i16x8 } from './values/narrow-integer-vectors.ts'
export { type V128, v128 } from './values/v128.ts'
export { i32x4, i64x2 } from './values/wide-integer-vectors.ts'
