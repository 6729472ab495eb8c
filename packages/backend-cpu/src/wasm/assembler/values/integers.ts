import { binaries, type Kind, type Operand, resolve, type Unary, unaries } from './expression.ts'
import type { IntegerKind, ScalarIntegerOperations } from './integer-kind.ts'
import { f32Kind, f64Kind, i32Kind, i64Kind } from './kinds.ts'
import { type Load, load, type Stored } from './memory-access.ts'
import { scalarMasks, scalarSelect } from './scalar-masks.ts'

/** 32-bit integers, addresses and conditions: `i32.add(address, 16)`. */
export const i32: I32 = {
  ...i32Kind,
  lanes: 1,
  bytes: 4,
  storage: { name: 'i32.store', opcode: 0x36, bytes: 4 },
  low8: stored(i32Kind, 'low8', 0x3a, 1),
  low16: stored(i32Kind, 'low16', 0x3b, 2),
  load: load('i32.load', 'i32', 0x28, 4),
  loadSplat: load('i32.load', 'i32', 0x28, 4),
  load8S: load('i32.load8S', 'i32', 0x2c, 1),
  load8U: load('i32.load8U', 'i32', 0x2d, 1),
  load16S: load('i32.load16S', 'i32', 0x2e, 2),
  load16U: load('i32.load16U', 'i32', 0x2f, 2),
  ...comparisons(i32Kind, 0x45),
  ...arithmetic(i32Kind, 0x67),
  ...unaries(i32Kind, 'i32', { extend8S: 0xc0, extend16S: 0xc1 }),
  ...unaries(i64Kind, 'i32', { wrap: 0xa7 }),
  ...unaries(f32Kind, 'i32', { truncS: 0xa8, truncU: 0xa9, truncSatS: 0xfc00, truncSatU: 0xfc01, reinterpret: 0xbc }),
  ...unaries(f64Kind, 'i32', { truncF64S: 0xaa, truncF64U: 0xab, truncSatF64S: 0xfc02, truncSatF64U: 0xfc03 }),
}

/** 64-bit integers. */
export const i64: I64 = {
  ...i64Kind,
  lanes: 1,
  bytes: 8,
  storage: { name: 'i64.store', opcode: 0x37, bytes: 8 },
  low8: stored(i64Kind, 'low8', 0x3c, 1),
  low16: stored(i64Kind, 'low16', 0x3d, 2),
  low32: stored(i64Kind, 'low32', 0x3e, 4),
  load: load('i64.load', 'i64', 0x29, 8),
  loadSplat: load('i64.load', 'i64', 0x29, 8),
  load8S: load('i64.load8S', 'i64', 0x30, 1),
  load8U: load('i64.load8U', 'i64', 0x31, 1),
  load16S: load('i64.load16S', 'i64', 0x32, 2),
  load16U: load('i64.load16U', 'i64', 0x33, 2),
  load32S: load('i64.load32S', 'i64', 0x34, 4),
  load32U: load('i64.load32U', 'i64', 0x35, 4),
  ...comparisons(i64Kind, 0x50),
  ...arithmetic(i64Kind, 0x79),
  ...unaries(i64Kind, 'i64', { extend8S: 0xc2, extend16S: 0xc3, extend32S: 0xc4 }),
  ...unaries(i32Kind, 'i64', { extendI32S: 0xac, extendI32U: 0xad }),
  ...unaries(f64Kind, 'i64', { truncS: 0xb0, truncU: 0xb1, truncSatS: 0xfc06, truncSatU: 0xfc07, reinterpret: 0xbd }),
  ...unaries(f32Kind, 'i64', { truncF32S: 0xae, truncF32U: 0xaf, truncSatF32S: 0xfc04, truncSatF32U: 0xfc05 }),
}

/**
 * Conversions from floats of the same width. `trunc…` traps on what does not fit, `truncSat…` takes the nearest
 * integer that does, and 0 for NaN.
 */
export interface FromFloat<T extends 'i32' | 'i64', F extends 'f32' | 'f64'> {
  readonly truncS: Unary<F, T>
  readonly truncU: Unary<F, T>
  readonly truncSatS: Unary<F, T>
  readonly truncSatU: Unary<F, T>
  /** The bits of the number. */
  readonly reinterpret: Unary<F, T>
}

/** The operations of `i32`. */
export interface I32
  extends IntegerKind<'i32', 'i32', 'i32', 'i32'>,
    ScalarIntegerOperations<'i32'>,
    FromFloat<'i32', 'f32'> {
  /** The lower half of an i64. */
  readonly wrap: Unary<'i64', 'i32'>
  readonly truncF64S: Unary<'f64', 'i32'>
  readonly truncF64U: Unary<'f64', 'i32'>
  readonly truncSatF64S: Unary<'f64', 'i32'>
  readonly truncSatF64U: Unary<'f64', 'i32'>
}

/** The operations of `i64`. */
export interface I64
  extends IntegerKind<'i64', 'i32', 'i64', 'i64'>,
    ScalarIntegerOperations<'i64'>,
    FromFloat<'i64', 'f64'> {
  readonly extendI32S: Unary<'i32', 'i64'>
  readonly extendI32U: Unary<'i32', 'i64'>
  readonly extend32S: Unary<'i64'>
  readonly load32S: Load<'i64'>
  readonly load32U: Load<'i64'>
  /** Stores the lowest 32 bits only. */
  readonly low32: Stored<'i64'>
  readonly truncF32S: Unary<'f32', 'i64'>
  readonly truncF32U: Unary<'f32', 'i64'>
  readonly truncSatF32S: Unary<'f32', 'i64'>
  readonly truncSatF32U: Unary<'f32', 'i64'>
}

// The opcodes of both types stand in the same order, one block each.
function comparisons<T extends 'i32' | 'i64'>(kind: Kind<T>, first: number) {
  return {
    ...unaries(kind, 'i32', { eqz: first }),
    ...binaries(kind, 'i32', {
      eq: first + 1,
      ne: first + 2,
      ltS: first + 3,
      ltU: first + 4,
      gtS: first + 5,
      gtU: first + 6,
      leS: first + 7,
      leU: first + 8,
      geS: first + 9,
      geU: first + 10,
    }),
    masks: scalarMasks,
    select: scalarSelect(kind),
  }
}

function arithmetic<T extends 'i32' | 'i64'>(kind: Kind<T>, first: number) {
  return {
    splat: (x: Operand<T>) => resolve(kind, x, `${kind.name}.splat`),
    ...unaries(kind, kind.type, { clz: first, ctz: first + 1, popcnt: first + 2 }),
    ...binaries(kind, kind.type, {
      add: first + 3,
      sub: first + 4,
      mul: first + 5,
      divS: first + 6,
      divU: first + 7,
      remS: first + 8,
      remU: first + 9,
      and: first + 10,
      or: first + 11,
      xor: first + 12,
      shl: first + 13,
      shrS: first + 14,
      shrU: first + 15,
      rotl: first + 16,
      rotr: first + 17,
    }),
  }
}

function stored<T extends 'i32' | 'i64'>(kind: Kind<T>, name: string, opcode: number, bytes: number): Stored<T> {
  return { ...kind, storage: { name: `${kind.name}.${name}`, opcode, bytes } }
}
