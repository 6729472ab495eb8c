import { type Expression, f32, f32x4, f64, i8x16, i16x8, i32, i32x4, v128 } from '../../wasm/assembler/index.ts'
import type { CpuDType } from '../dtypes.ts'
import type { Lanes } from './lanes.ts'
import { scalarLanes } from './scalar-lanes.ts'

type V128 = Expression<'v128'>
type I32 = Expression<'i32'>

const lanes = [0, 1, 2, 3] as const

/** Four elements at a time. */
export const vectorLanes: Lanes<'v128', 'v128', 'v128'> = {
  count: 4,
  float: f32x4,
  int: i32x4,
  xorMasks: v128.xor,
  fromMask: (mask) => v128.and(mask, i32x4.literal(1)),
  floatFromSigned: f32x4.convertS,
  floatFromUnsigned: f32x4.convertU,
  signedFromFloat: i32x4.truncSatS,
  unsignedFromFloat: i32x4.truncSatU,
  bitsOfFloat: i32x4.reinterpret,
  floatOfBits: f32x4.reinterpret,
  eachFloat: (args, apply) => {
    const results = lanes.map((lane) => f32.demote(apply(args.map((x) => f64.promote(f32x4.extractLane(x, lane))))))
    return results.reduce((vector, x, lane) => f32x4.replaceLane(vector, lane, x), f32x4.literal(0))
  },
  eachInt: (args, apply) => {
    const results = lanes.map((lane) => apply(args.map((x) => i32x4.extractLane(x, lane))))
    return results.reduce((vector, x, lane) => i32x4.replaceLane(vector, lane, x), i32x4.literal(0))
  },
  load: (dtype, address) => (dtype === 'bool' ? widen(v128.load32Zero(address)) : v128.load(address)),
  loadSplat: (dtype, address) => (dtype === 'bool' ? maskOf(i32.load8U(address)) : i32x4.loadSplat(address)),
  gather: (dtype, address, stride) => {
    const at = (lane: number) => i32.add(address, i32.mul(stride, lane))
    if (dtype === 'bool') {
      const bytes = lanes.reduce((v, lane) => i32x4.replaceLane(v, lane, i32.load8U(at(lane))), i32x4.literal(0))
      return i32x4.ne(bytes, 0)
    }
    return lanes.reduce((v, lane) => i32x4.replaceLane(v, lane, i32.load(at(lane))), i32x4.literal(0))
  },
  splat: (dtype, x) => {
    if (dtype === 'bool') return maskOf(x as I32)
    return dtype === 'float32' ? f32x4.splat(x as Expression<'f32'>) : i32x4.splat(x as I32)
  },
  ramp: (start, step) => {
    const steps = v128.constant(new Uint8Array(Int32Array.from(lanes).buffer))
    return i32x4.add(i32x4.splat(start), i32x4.mul(i32x4.splat(step), steps))
  },
  store: (f, dtype, address, x) => {
    if (dtype === 'bool') f.store(v128.low32, address, narrow(x as V128))
    else f.store(v128, address, x as V128)
  },
  scatter: (f, dtype, address, stride, x) => {
    for (const lane of lanes) {
      scalarLanes.store(f, dtype, i32.add(address, i32.mul(stride, lane)), laneOf(dtype, x as V128, lane))
    }
  },
}

/** Lane `lane` of a vector register as a scalar register. */
export function laneOf(dtype: CpuDType, x: V128, lane: number): Expression {
  if (dtype === 'float32') return f32x4.extractLane(x, lane)
  const int = i32x4.extractLane(x, lane)
  return dtype === 'bool' ? i32.and(int, 1) : int
}

function maskOf(bool: I32): V128 {
  return i32x4.splat(i32.sub(0, bool))
}

/** Bytes 0 and 1 in the lowest four lanes, as masks. */
function widen(bytes: V128): V128 {
  return i32x4.ne(i32x4.extendLowU(i16x8.extendLowU(bytes)), 0)
}

/** Masks as bytes 0 and 1 in the lowest four lanes. */
function narrow(mask: V128): V128 {
  const halves = i16x8.narrowS(v128.and(mask, i32x4.literal(1)), i32x4.literal(0))
  return i8x16.narrowS(halves, i32x4.literal(0))
}
