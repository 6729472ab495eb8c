import type { DType } from '@voltaic/core/graph'
import { type Expression, f32, f32x4, f64, f64x2, i32, i32x4, i64x2, v128 } from '../../wasm/assembler/index.ts'
import { isHalf } from '../dtypes.ts'
import type { FloatArithmetic, Lanes } from './lanes.ts'
import { scalarLanes } from './scalar-lanes.ts'
import { maskOf, vectorMemory } from './vector-memory.ts'

type V128 = Expression<'v128'>

/** Elements at a time. */
export type VectorLanes = Lanes<'v128', 'v128', 'v128', 'v128'> & { readonly count: 2 | 4 }

const narrow = (mask: V128): V128 => i32x4.shuffle(mask, mask, [0, 2, 0, 2])

const double: FloatArithmetic<'v128', 'v128'> = {
  ...f64x2,
  eq: (x, y) => narrow(f64x2.eq(x, y)),
  ne: (x, y) => narrow(f64x2.ne(x, y)),
  lt: (x, y) => narrow(f64x2.lt(x, y)),
  gt: (x, y) => narrow(f64x2.gt(x, y)),
  le: (x, y) => narrow(f64x2.le(x, y)),
  ge: (x, y) => narrow(f64x2.ge(x, y)),
  select: (mask, whenTrue, whenFalse) => f64x2.select(i64x2.extendLowS(mask), whenTrue, whenFalse),
}

/** Two elements at a time, for programs that hold doubles, or four. */
export const vectorLanes: { readonly [Count in 2 | 4]: VectorLanes } = { 2: lanesOf(2), 4: lanesOf(4) }

function lanesOf(count: 2 | 4): VectorLanes {
  const lanes = [0, 1, 2, 3].slice(0, count)
  return {
    count,
    single: {
      kind: f32x4,
      fromSigned: f32x4.convertS,
      fromUnsigned: f32x4.convertU,
      toSigned: i32x4.truncSatS,
      toUnsigned: i32x4.truncSatU,
      each: (args, apply) => {
        const results = lanes.map((lane) => f32.demote(apply(args.map((x) => f64.promote(f32x4.extractLane(x, lane))))))
        return results.reduce((vector, x, lane) => f32x4.replaceLane(vector, lane, x), f32x4.literal(0))
      },
    },
    double: {
      kind: double,
      fromSigned: f64x2.convertLowI32x4S,
      fromUnsigned: f64x2.convertLowI32x4U,
      toSigned: i32x4.truncSatF64x2ZeroS,
      toUnsigned: i32x4.truncSatF64x2ZeroU,
      each: (args, apply) => {
        const results = lanes.map((lane) => apply(args.map((x) => f64x2.extractLane(x, lane))))
        return results.reduce((vector, x, lane) => f64x2.replaceLane(vector, lane, x), f64x2.literal(0))
      },
    },
    promote: f64x2.promoteLow,
    demote: f32x4.demoteZero,
    int: i32x4,
    xorMasks: v128.xor,
    where: (mask, x) => v128.and(mask, i32x4.literal(x)),
    fromMask: (mask) => v128.and(mask, i32x4.literal(1)),
    bitsOfFloat: i32x4.reinterpret,
    floatOfBits: f32x4.reinterpret,
    eachInt: (args, apply) => {
      const results = lanes.map((lane) => apply(args.map((x) => i32x4.extractLane(x, lane))))
      return results.reduce((vector, x, lane) => i32x4.replaceLane(vector, lane, x), i32x4.literal(0))
    },
    splat: (dtype, x) => {
      if (dtype === 'bool') return maskOf(x as Expression<'i32'>)
      if (dtype === 'float64') return f64x2.splat(x as Expression<'f64'>)
      return dtype === 'float32' || isHalf(dtype)
        ? f32x4.splat(x as Expression<'f32'>)
        : i32x4.splat(x as Expression<'i32'>)
    },
    ramp: (start, step) => {
      const steps = v128.constant(new Uint8Array(Int32Array.of(0, 1, 2, 3).buffer))
      return i32x4.add(i32x4.splat(start), i32x4.mul(i32x4.splat(step), steps))
    },
    memory: {
      ...vectorMemory[count],
      scatter: (f, dtype, address, stride, x) => {
        for (const lane of lanes) {
          const at = i32.add(address, i32.mul(stride, lane))
          scalarLanes.memory.store(f, dtype, at, laneOf(dtype, x as V128, lane))
        }
      },
    },
  }
}

/** Lane `lane` of a vector register as a scalar register; of a half type, of its bits. */
export function laneOf(dtype: DType, x: V128, lane: number): Expression {
  if (dtype === 'float32') return f32x4.extractLane(x, lane)
  if (dtype === 'float64') return f64x2.extractLane(x, lane)
  const int = i32x4.extractLane(x, lane)
  return dtype === 'bool' ? i32.and(int, 1) : int
}
