import { type Expression, f32, f64, i32 } from '../../wasm/assembler/index.ts'
import type { CpuDType } from '../dtypes.ts'
import type { LaneMemory, Lanes } from './lanes.ts'

type I32 = Expression<'i32'>

const memory: LaneMemory = {
  load,
  loadSplat: load,
  gather: load,
  store: (f, dtype, address, x) => {
    if (dtype === 'float32') f.store(f32, address, x as Expression<'f32'>)
    else if (dtype === 'float64') f.store(f64, address, x as Expression<'f64'>)
    else f.store(isByte(dtype) ? i32.low8 : i32, address, x as I32)
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
  int: i32,
  xorMasks: i32.xor,
  fromMask: (mask) => mask,
  bitsOfFloat: i32.reinterpret,
  floatOfBits: f32.reinterpret,
  eachInt: (args, apply) => apply(args),
  splat: (_dtype, x) => x,
  ramp: (start) => start,
  memory,
}

/** A number as a scalar register, rounded as the dtype rounds. */
export function scalarLiteral(dtype: CpuDType, x: number): Expression {
  if (dtype === 'float32') return f32.literal(x)
  if (dtype === 'float64') return f64.literal(x)
  if (dtype === 'bool') return i32.literal(x === 0 ? 0 : 1)
  return i32.literal(dtype === 'uint8' ? x & 0xff : x | 0)
}

/** Whether a dtype takes one byte in memory. */
export function isByte(dtype: CpuDType): dtype is 'uint8' | 'bool' {
  return dtype === 'uint8' || dtype === 'bool'
}

function load(dtype: CpuDType, address: I32): Expression {
  if (dtype === 'float32') return f32.load(address)
  if (dtype === 'float64') return f64.load(address)
  return isByte(dtype) ? i32.load8U(address) : i32.load(address)
}
