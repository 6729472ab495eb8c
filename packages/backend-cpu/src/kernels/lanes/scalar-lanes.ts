import { type Expression, f32, f64, i32 } from '../../wasm/assembler/index.ts'
import type { CpuDType } from '../dtypes.ts'
import type { Lanes } from './lanes.ts'

type F32 = Expression<'f32'>
type I32 = Expression<'i32'>

/** One element at a time. */
export const scalarLanes: Lanes<'f32', 'i32', 'i32'> = {
  count: 1,
  float: f32,
  int: i32,
  xorMasks: i32.xor,
  fromMask: (mask) => mask,
  floatFromSigned: f32.convertS,
  floatFromUnsigned: f32.convertU,
  signedFromFloat: i32.truncSatS,
  unsignedFromFloat: i32.truncSatU,
  bitsOfFloat: i32.reinterpret,
  floatOfBits: f32.reinterpret,
  eachFloat: (args, apply) => f32.demote(apply(args.map((x) => f64.promote(x)))),
  eachInt: (args, apply) => apply(args),
  load,
  loadSplat: load,
  gather: load,
  splat: (_dtype, x) => x,
  ramp: (start) => start,
  store: (f, dtype, address, x) => {
    if (dtype === 'float32') f.store(f32, address, x as F32)
    else f.store(dtype === 'bool' ? i32.low8 : i32, address, x as I32)
  },
  scatter: (f, dtype, address, _stride, x) => scalarLanes.store(f, dtype, address, x),
}

function load(dtype: CpuDType, address: I32): Expression {
  if (dtype === 'float32') return f32.load(address)
  return dtype === 'bool' ? i32.load8U(address) : i32.load(address)
}
