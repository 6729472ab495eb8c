import { binaries, type Expression, type Kind, type Operand, resolve, type Unary, unaries } from './expression.ts'
import type { FloatKind } from './float-kind.ts'
import { f32Kind, f64Kind, i32Kind, i64Kind } from './kinds.ts'
import { load } from './memory-access.ts'
import { scalarMasks, scalarSelect } from './scalar-masks.ts'

/** Single precision numbers: `f32.add(x, f32.load(address))`. */
export const f32: F32 = {
  ...f32Kind,
  lanes: 1,
  bytes: 4,
  storage: { name: 'f32.store', opcode: 0x38, bytes: 4 },
  load: load('f32.load', 'f32', 0x2a, 4),
  loadSplat: load('f32.load', 'f32', 0x2a, 4),
  splat: (x) => resolve(f32Kind, x, 'f32.splat'),
  ...comparisons(f32Kind, 0x5b),
  ...arithmetic(f32Kind, 0x8b),
  ...unaries(i32Kind, 'f32', { convertS: 0xb2, convertU: 0xb3, reinterpret: 0xbe }),
  ...unaries(i64Kind, 'f32', { convertI64S: 0xb4, convertI64U: 0xb5 }),
  ...unaries(f64Kind, 'f32', { demote: 0xb6 }),
}

/** Double precision numbers. */
export const f64: F64 = {
  ...f64Kind,
  lanes: 1,
  bytes: 8,
  storage: { name: 'f64.store', opcode: 0x39, bytes: 8 },
  load: load('f64.load', 'f64', 0x2b, 8),
  loadSplat: load('f64.load', 'f64', 0x2b, 8),
  splat: (x) => resolve(f64Kind, x, 'f64.splat'),
  ...comparisons(f64Kind, 0x61),
  ...arithmetic(f64Kind, 0x99),
  ...unaries(i32Kind, 'f64', { convertI32S: 0xb7, convertI32U: 0xb8 }),
  ...unaries(i64Kind, 'f64', { convertS: 0xb9, convertU: 0xba, reinterpret: 0xbf }),
  ...unaries(f32Kind, 'f64', { promote: 0xbb }),
}

/** The operations of `f32`; conversions without a type in their name are from integers of the same width. */
export interface F32 extends FloatKind<'f32', 'i32', 'f32'> {
  readonly copysign: (magnitude: Operand<'f32'>, sign: Operand<'f32'>) => Expression<'f32'>
  readonly convertS: Unary<'i32', 'f32'>
  readonly convertU: Unary<'i32', 'f32'>
  readonly convertI64S: Unary<'i64', 'f32'>
  readonly convertI64U: Unary<'i64', 'f32'>
  readonly demote: Unary<'f64', 'f32'>
  /** The number with these bits. */
  readonly reinterpret: Unary<'i32', 'f32'>
}

/** The operations of `f64`; conversions without a type in their name are from integers of the same width. */
export interface F64 extends FloatKind<'f64', 'i32', 'f64'> {
  readonly copysign: (magnitude: Operand<'f64'>, sign: Operand<'f64'>) => Expression<'f64'>
  readonly convertS: Unary<'i64', 'f64'>
  readonly convertU: Unary<'i64', 'f64'>
  readonly convertI32S: Unary<'i32', 'f64'>
  readonly convertI32U: Unary<'i32', 'f64'>
  readonly promote: Unary<'f32', 'f64'>
  /** The number with these bits. */
  readonly reinterpret: Unary<'i64', 'f64'>
}

// The opcodes of both types stand in the same order, one block each.
function comparisons<T extends 'f32' | 'f64'>(kind: Kind<T>, first: number) {
  return {
    ...binaries(kind, 'i32', { eq: first, ne: first + 1, lt: first + 2, gt: first + 3, le: first + 4, ge: first + 5 }),
    masks: scalarMasks,
    select: scalarSelect(kind),
  }
}

function arithmetic<T extends 'f32' | 'f64'>(kind: Kind<T>, first: number) {
  return {
    ...unaries(kind, kind.type, {
      abs: first,
      neg: first + 1,
      ceil: first + 2,
      floor: first + 3,
      trunc: first + 4,
      nearest: first + 5,
      sqrt: first + 6,
    }),
    ...binaries(kind, kind.type, {
      add: first + 7,
      sub: first + 8,
      mul: first + 9,
      div: first + 10,
      min: first + 11,
      max: first + 12,
      copysign: first + 13,
    }),
  }
}
