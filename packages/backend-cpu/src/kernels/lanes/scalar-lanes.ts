import type { DType } from '@voltaic/core/graph'
import { type Expression, f32, f64, i32, type Stored } from '../../wasm/assembler/index.ts'
import { isHalf, roundToHalf } from '../dtypes.ts'
import type { LaneMemory, Lanes } from './lanes.ts'

type I32 = Expression<'i32'>

const memory: LaneMemory = {
  load,
  loadSplat: load,
  gather: load,
  store: (f, dtype, address, x) => {
    if (dtype === 'float32') f.store(f32, address, x as Expression<'f32'>)
    else if (dtype === 'float64') f.store(f64, address, x as Expression<'f64'>)
    else f.store(integerForm(dtype), address, x as I32)
  },
  scatter: (f, dtype, address, _stride, x) => memory.store(f, dtype, address, x),
}

/** One element at a time. */
export const scalarLanes: Lanes<'f32', 'f64', 'i32', 'i32'> & { readonly count: 1 } = {
  count: 1,
  single: {
    kind: f32,
    fromSigned: f32.convertS,
    fromUnsigned: f32.convertU,
    toSigned: i32.truncSatS,
    toUnsigned: i32.truncSatU,
    each: (args, apply) => f32.demote(apply(args.map((x) => f64.promote(x)))),
  },
  double: {
    kind: f64,
    fromSigned: f64.convertI32S,
    fromUnsigned: f64.convertI32U,
    toSigned: i32.truncSatF64S,
    toUnsigned: i32.truncSatF64U,
    each: (args, apply) => apply(args),
  },
  promote: f64.promote,
  demote: f32.demote,
  int: {
    ...i32,
    minS: (x, y) => i32.select(i32.ltS(x, y), x, y),
    maxS: (x, y) => i32.select(i32.ltS(x, y), y, x),
  },
  xorMasks: i32.xor,
  where: (mask, x) => i32.select(mask, x, 0),
  fromMask: (mask) => mask,
  bitsOfFloat: i32.reinterpret,
  floatOfBits: f32.reinterpret,
  eachInt: (args, apply) => apply(args),
  splat: (_dtype, x) => x,
  ramp: (start) => start,
  memory,
}

/** A number as a scalar register, rounded as the dtype rounds. */
export function scalarLiteral(dtype: DType, x: number): Expression {
  if (dtype === 'float32') return f32.literal(x)
  if (dtype === 'float64') return f64.literal(x)
  if (isHalf(dtype)) return f32.literal(roundToHalf(dtype, x))
  if (dtype === 'bool') return i32.literal(x === 0 ? 0 : 1)
  return i32.literal(dtype === 'uint8' ? x & 0xff : x | 0)
}

/** Whether a dtype takes one byte in memory. */
export function isByte(dtype: DType): dtype is 'uint8' | 'bool' {
  return dtype === 'uint8' || dtype === 'bool'
}

function integerForm(dtype: DType): Stored<'i32'> {
  if (isHalf(dtype)) return i32.low16
  return isByte(dtype) ? i32.low8 : i32
}

function load(dtype: DType, address: I32): Expression {
  if (dtype === 'float32') return f32.load(address)
  if (dtype === 'float64') return f64.load(address)
  if (isHalf(dtype)) return i32.load16U(address)
  return isByte(dtype) ? i32.load8U(address) : i32.load(address)
}
