import { type Binary, binaries, type Kind, type Unary, unaries } from './expression.ts'
import type { FloatKind } from './float-kind.ts'
import { f32Kind, f32x4Kind, f64Kind, f64x2Kind, i32x4Kind } from './kinds.ts'
import { type LaneAccess, laneAccess } from './lanes.ts'
import { load } from './memory-access.ts'
import { v128 } from './v128.ts'
import { vectorMasks, vectorSelect } from './vector-masks.ts'

/** Four single precision numbers: `f32x4.mul(f32x4.load(address), 2)`. */
export const f32x4: F32x4 = {
  ...f32x4Kind,
  lanes: 4,
  bytes: 16,
  storage: v128.storage,
  load: v128.load,
  loadSplat: load('f32x4.loadSplat', 'v128', 0xfd09, 4),
  ...unaries(f32Kind, 'v128', { splat: 0xfd13 }),
  ...laneAccess(f32x4Kind, f32Kind, { lanes: 4, extract: 0xfd1f, replace: 0xfd20 }),
  ...comparisons(f32x4Kind, 0xfd41),
  ...unaries(f32x4Kind, 'v128', { ceil: 0xfd67, floor: 0xfd68, trunc: 0xfd69, nearest: 0xfd6a }),
  ...arithmetic(f32x4Kind, 0xfde0),
  ...unaries(i32x4Kind, 'v128', { convertS: 0xfdfa, convertU: 0xfdfb }),
  ...unaries(f64x2Kind, 'v128', { demoteZero: 0xfd5e }),
  reinterpret: v128.same,
}

/** Two double precision numbers. */
export const f64x2: F64x2 = {
  ...f64x2Kind,
  lanes: 2,
  bytes: 16,
  storage: v128.storage,
  load: v128.load,
  loadSplat: load('f64x2.loadSplat', 'v128', 0xfd0a, 8),
  ...unaries(f64Kind, 'v128', { splat: 0xfd14 }),
  ...laneAccess(f64x2Kind, f64Kind, { lanes: 2, extract: 0xfd21, replace: 0xfd22 }),
  ...comparisons(f64x2Kind, 0xfd47),
  ...unaries(f64x2Kind, 'v128', { ceil: 0xfd74, floor: 0xfd75, trunc: 0xfd7a, nearest: 0xfd94 }),
  ...arithmetic(f64x2Kind, 0xfdec),
  ...unaries(i32x4Kind, 'v128', { convertLowI32x4S: 0xfdfe, convertLowI32x4U: 0xfdff }),
  ...unaries(f32x4Kind, 'v128', { promoteLow: 0xfd5f }),
  reinterpret: v128.same,
}

interface FloatVector<S extends 'f32' | 'f64'> extends FloatKind<'v128', 'v128', S>, LaneAccess<S> {
  /** `y < x ? y : x`: as fast as the machine has it; where either is NaN, `x`. */
  readonly pmin: Binary<'v128'>
  /** `x < y ? y : x`; where either is NaN, `x`. */
  readonly pmax: Binary<'v128'>
  /** The numbers with these bits; costs nothing. */
  readonly reinterpret: Unary<'v128'>
}

/** The operations of `f32x4`. */
export interface F32x4 extends FloatVector<'f32'> {
  readonly convertS: Unary<'v128'>
  readonly convertU: Unary<'v128'>
  /** Two doubles into the low lanes, zeros into the high ones. */
  readonly demoteZero: Unary<'v128'>
}

/** The operations of `f64x2`. */
export interface F64x2 extends FloatVector<'f64'> {
  readonly convertLowI32x4S: Unary<'v128'>
  readonly convertLowI32x4U: Unary<'v128'>
  /** The two low lanes of an f32x4. */
  readonly promoteLow: Unary<'v128'>
}

function comparisons(kind: Kind<'v128'>, first: number) {
  return {
    ...binaries(kind, 'v128', { eq: first, ne: first + 1, lt: first + 2, gt: first + 3, le: first + 4, ge: first + 5 }),
    masks: vectorMasks,
    select: vectorSelect(kind),
  }
}

function arithmetic(kind: Kind<'v128'>, first: number) {
  return {
    ...unaries(kind, 'v128', { abs: first, neg: first + 1, sqrt: first + 3 }),
    ...binaries(kind, 'v128', {
      add: first + 4,
      sub: first + 5,
      mul: first + 6,
      div: first + 7,
      min: first + 8,
      max: first + 9,
      pmin: first + 10,
      pmax: first + 11,
    }),
  }
}
