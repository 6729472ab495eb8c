import type { Binary, Expression, Unary } from './expression.ts'
import type { IntegerKind, UnsignedComparisons } from './integer-kind.ts'
import type { LaneAccess } from './lanes.ts'
import type { Load } from './memory-access.ts'

/** What every vector of integers has; `S` is the scalar that a lane becomes. */
export interface IntegerVector<S extends 'i32' | 'i64'> extends IntegerKind<'v128', 'v128', S, 'i32'>, LaneAccess<S> {
  readonly abs: Unary<'v128'>
  readonly neg: Unary<'v128'>
  /** 1 when no lane is 0. */
  readonly allTrue: Unary<'v128', 'i32'>
  /** The sign bits of the lanes, that of lane 0 lowest. */
  readonly bitmask: Unary<'v128', 'i32'>
}

/** What vectors of integers below 64 bits add. */
export interface MinMax extends UnsignedComparisons<'v128', 'v128'> {
  readonly minS: Binary<'v128'>
  readonly minU: Binary<'v128'>
  readonly maxS: Binary<'v128'>
  readonly maxU: Binary<'v128'>
}

/** The lower or upper half of lanes half as wide, widened. */
export interface Widening {
  readonly extendLowS: Unary<'v128'>
  readonly extendHighS: Unary<'v128'>
  readonly extendLowU: Unary<'v128'>
  readonly extendHighU: Unary<'v128'>
}

/** Lanes twice as wide, those of `x` then those of `y`, clamped to the signed or unsigned range of the narrow lanes. */
export interface Narrowing {
  readonly narrowS: Binary<'v128'>
  readonly narrowU: Binary<'v128'>
}

/** The operations of `i32x4`. */
export interface I32x4 extends IntegerVector<'i32'>, MinMax, Widening {
  /** Four 16-bit integers, widened. */
  readonly load16S: Load<'v128'>
  readonly load16U: Load<'v128'>
  /** From f32x4; the nearest integer that fits, 0 for NaN. */
  readonly truncSatS: Unary<'v128'>
  readonly truncSatU: Unary<'v128'>
  /** From f64x2 into the low lanes, zeros into the high ones. */
  readonly truncSatF64x2ZeroS: Unary<'v128'>
  readonly truncSatF64x2ZeroU: Unary<'v128'>
  /** The bits of an f32x4; costs nothing. */
  readonly reinterpret: Unary<'v128'>
}

/** The operations of `i64x2`. */
export interface I64x2 extends IntegerVector<'i64'>, Widening {
  /** Two 32-bit integers, widened. */
  readonly load32S: Load<'v128'>
  readonly load32U: Load<'v128'>
  /** Full products of the lower or upper two lanes of two i32x4. */
  readonly mulLowS: Binary<'v128'>
  readonly mulHighS: Binary<'v128'>
  readonly mulLowU: Binary<'v128'>
  readonly mulHighU: Binary<'v128'>
  /** The bits of an f64x2; costs nothing. */
  readonly reinterpret: Unary<'v128'>
}

/** The operations of `i16x8`; `extractLane` reads a lane as unsigned. */
export interface I16x8 extends IntegerVector<'i32'>, MinMax, Widening, Narrowing {
  /** Eight bytes, widened. */
  readonly load8S: Load<'v128'>
  readonly load8U: Load<'v128'>
  readonly extractLaneS: (x: Expression<'v128'>, lane: number) => Expression<'i32'>
}

/** The operations of `i8x16`; `extractLane` reads a lane as unsigned. */
export interface I8x16 extends Omit<IntegerVector<'i32'>, 'mul'>, MinMax, Narrowing {
  readonly extractLaneS: (x: Expression<'v128'>, lane: number) => Expression<'i32'>
  readonly popcnt: Unary<'v128'>
  /** The bytes of `x` at the indices in `y`, 0 where an index exceeds 15. */
  readonly swizzle: Binary<'v128'>
}
