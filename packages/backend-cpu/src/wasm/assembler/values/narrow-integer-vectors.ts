import { binaries, unaries } from './expression.ts'
import type { I8x16, I16x8 } from './integer-vector-kinds.ts'
import { comparisons, minMax, shifts, tests, wholeVector } from './integer-vector-operations.ts'
import { i8x16Kind, i16x8Kind, i32Kind, i32x4Kind } from './kinds.ts'
import { extractLane, laneAccess } from './lanes.ts'
import { load } from './memory-access.ts'

/** Eight 16-bit integers: half types on their way to and from memory. */
export const i16x8: I16x8 = {
  ...wholeVector(i16x8Kind, 8),
  loadSplat: load('i16x8.loadSplat', 'v128', 0xfd08, 2),
  load8S: load('i16x8.load8S', 'v128', 0xfd01, 8),
  load8U: load('i16x8.load8U', 'v128', 0xfd02, 8),
  ...unaries(i32Kind, 'v128', { splat: 0xfd10 }),
  ...laneAccess(i16x8Kind, i32Kind, { lanes: 8, extract: 0xfd19, replace: 0xfd1a }),
  extractLaneS: extractLane(i16x8Kind, 'i32', 8, 0xfd18),
  ...comparisons(i16x8Kind, 0xfd2d),
  ...unaries(i16x8Kind, 'v128', { abs: 0xfd80, neg: 0xfd81 }),
  ...tests(i16x8Kind, 0xfd83),
  ...shifts(i16x8Kind, 0xfd8b),
  ...binaries(i16x8Kind, 'v128', { add: 0xfd8e, sub: 0xfd91, mul: 0xfd95 }),
  ...minMax(i16x8Kind, 0xfd96),
  ...binaries(i32x4Kind, 'v128', { narrowS: 0xfd85, narrowU: 0xfd86 }),
  ...unaries(i8x16Kind, 'v128', { extendLowS: 0xfd87, extendHighS: 0xfd88, extendLowU: 0xfd89, extendHighU: 0xfd8a }),
}

/** Sixteen bytes: booleans, and rearranging by bytes. There is no multiplication. */
export const i8x16: I8x16 = {
  ...wholeVector(i8x16Kind, 16),
  loadSplat: load('i8x16.loadSplat', 'v128', 0xfd07, 1),
  ...unaries(i32Kind, 'v128', { splat: 0xfd0f }),
  ...laneAccess(i8x16Kind, i32Kind, { lanes: 16, extract: 0xfd16, replace: 0xfd17 }),
  extractLaneS: extractLane(i8x16Kind, 'i32', 16, 0xfd15),
  ...binaries(i8x16Kind, 'v128', { swizzle: 0xfd0e }),
  ...comparisons(i8x16Kind, 0xfd23),
  ...unaries(i8x16Kind, 'v128', { abs: 0xfd60, neg: 0xfd61, popcnt: 0xfd62 }),
  ...tests(i8x16Kind, 0xfd63),
  ...shifts(i8x16Kind, 0xfd6b),
  ...binaries(i8x16Kind, 'v128', { add: 0xfd6e, sub: 0xfd71 }),
  ...minMax(i8x16Kind, 0xfd76),
  ...binaries(i16x8Kind, 'v128', { narrowS: 0xfd65, narrowU: 0xfd66 }),
}
