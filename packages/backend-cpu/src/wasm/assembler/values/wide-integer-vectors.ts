import { binaries, unaries } from './expression.ts'
import type { I32x4, I64x2 } from './integer-vector-kinds.ts'
import { comparisons, minMax, shifts, tests, wholeVector } from './integer-vector-operations.ts'
import { f32x4Kind, f64x2Kind, i16x8Kind, i32Kind, i32x4Kind, i64Kind, i64x2Kind } from './kinds.ts'
import { laneAccess } from './lanes.ts'
import { load } from './memory-access.ts'
import { v128 } from './v128.ts'

/** Four 32-bit integers: random bits, and the bits of floats. */
export const i32x4: I32x4 = {
  ...wholeVector(i32x4Kind, 4),
  loadSplat: load('i32x4.loadSplat', 'v128', 0xfd09, 4),
  load16S: load('i32x4.load16S', 'v128', 0xfd03, 8),
  load16U: load('i32x4.load16U', 'v128', 0xfd04, 8),
  ...unaries(i32Kind, 'v128', { splat: 0xfd11 }),
  ...laneAccess(i32x4Kind, i32Kind, { lanes: 4, extract: 0xfd1b, replace: 0xfd1c }),
  ...comparisons(i32x4Kind, 0xfd37),
  ...unaries(i32x4Kind, 'v128', { abs: 0xfda0, neg: 0xfda1 }),
  ...tests(i32x4Kind, 0xfda3),
  ...shifts(i32x4Kind, 0xfdab),
  ...binaries(i32x4Kind, 'v128', { add: 0xfdae, sub: 0xfdb1, mul: 0xfdb5 }),
  ...minMax(i32x4Kind, 0xfdb6),
  ...unaries(i16x8Kind, 'v128', { extendLowS: 0xfda7, extendHighS: 0xfda8, extendLowU: 0xfda9, extendHighU: 0xfdaa }),
  ...unaries(f32x4Kind, 'v128', { truncSatS: 0xfdf8, truncSatU: 0xfdf9 }),
  reinterpret: v128.same,
  ...unaries(f64x2Kind, 'v128', { truncSatF64x2ZeroS: 0xfdfc, truncSatF64x2ZeroU: 0xfdfd }),
}

/** Two 64-bit integers. */
export const i64x2: I64x2 = {
  ...wholeVector(i64x2Kind, 2),
  loadSplat: load('i64x2.loadSplat', 'v128', 0xfd0a, 8),
  load32S: load('i64x2.load32S', 'v128', 0xfd05, 8),
  load32U: load('i64x2.load32U', 'v128', 0xfd06, 8),
  ...unaries(i64Kind, 'v128', { splat: 0xfd12 }),
  ...laneAccess(i64x2Kind, i64Kind, { lanes: 2, extract: 0xfd1d, replace: 0xfd1e }),
  ...binaries(i64x2Kind, 'v128', { eq: 0xfdd6, ne: 0xfdd7, ltS: 0xfdd8, gtS: 0xfdd9, leS: 0xfdda, geS: 0xfddb }),
  ...unaries(i64x2Kind, 'v128', { abs: 0xfdc0, neg: 0xfdc1 }),
  ...tests(i64x2Kind, 0xfdc3),
  ...shifts(i64x2Kind, 0xfdcb),
  ...binaries(i64x2Kind, 'v128', { add: 0xfdce, sub: 0xfdd1, mul: 0xfdd5 }),
  ...unaries(i32x4Kind, 'v128', { extendLowS: 0xfdc7, extendHighS: 0xfdc8, extendLowU: 0xfdc9, extendHighU: 0xfdca }),
  reinterpret: v128.same,
  ...binaries(i32x4Kind, 'v128', { mulLowS: 0xfddc, mulHighS: 0xfddd, mulLowU: 0xfdde, mulHighU: 0xfddf }),
}
