import type { DType } from '@voltaic/core/graph'
import { type Expression, f64, f64x2, i8x16, i16x8, i32, i32x4, v128 } from '../../wasm/assembler/index.ts'
import { isHalf } from '../dtypes.ts'
import type { LaneMemory } from './lanes.ts'
import { isByte } from './scalar-lanes.ts'

type V128 = Expression<'v128'>
type I32 = Expression<'i32'>
type Memory = Omit<LaneMemory, 'scatter'>

/** Two elements at a time: 32-bit ones and bytes are in the low lanes. */
const pairs: Memory = {
  load: (dtype, address) => {
    if (dtype === 'float64') return v128.load(address)
    if (isHalf(dtype)) return i32x4.extendLowU(v128.load32Zero(address))
    return isByte(dtype) ? widen(dtype, i32x4.splat(i32.load16U(address))) : v128.load64Zero(address)
  },
  loadSplat,
  gather: (dtype, address, stride) => gather(dtype, address, stride, [0, 1]),
  store: (f, dtype, address, x) => {
    if (dtype === 'float64') f.store(v128, address, x as V128)
    else if (isByte(dtype)) f.store(i32.low16, address, i32x4.extractLane(bytesOf(dtype, x as V128), 0))
    else if (isHalf(dtype)) f.store(v128.low32, address, shortsOf(x as V128))
    else f.store(v128.low64, address, x as V128)
  },
}

/** Four elements at a time, none of them doubles. */
const fours: Memory = {
  load: (dtype, address) => {
    if (isHalf(dtype)) return i32x4.load16U(address)
    return isByte(dtype) ? widen(dtype, v128.load32Zero(address)) : v128.load(address)
  },
  loadSplat,
  gather: (dtype, address, stride) => gather(dtype, address, stride, [0, 1, 2, 3]),
  store: (f, dtype, address, x) => {
    if (isByte(dtype)) f.store(v128.low32, address, bytesOf(dtype, x as V128))
    else if (isHalf(dtype)) f.store(v128.low64, address, shortsOf(x as V128))
    else f.store(v128, address, x as V128)
  },
}

/** Loads and stores by the number of lanes. */
export const vectorMemory: { readonly [Count in 2 | 4]: Memory } = { 2: pairs, 4: fours }

/** 0 or 1 as a mask in all lanes. */
export function maskOf(bool: I32): V128 {
  return i32x4.splat(i32.sub(0, bool))
}

function loadSplat(dtype: DType, address: I32): V128 {
  if (dtype === 'float64') return f64x2.loadSplat(address)
  if (dtype === 'bool') return maskOf(i32.load8U(address))
  if (isHalf(dtype)) return i32x4.splat(i32.load16U(address))
  return dtype === 'uint8' ? i32x4.splat(i32.load8U(address)) : i32x4.loadSplat(address)
}

function gather(dtype: DType, address: I32, stride: I32, lanes: readonly number[]): V128 {
  const at = (lane: number) => i32.add(address, i32.mul(stride, lane))
  if (dtype === 'float64') {
    return lanes.reduce((v, lane) => f64x2.replaceLane(v, lane, f64.load(at(lane))), f64x2.literal(0))
  }
  const ints = lanes.reduce((v, lane) => i32x4.replaceLane(v, lane, loadInteger(dtype, at(lane))), i32x4.literal(0))
  return dtype === 'bool' ? i32x4.ne(ints, 0) : ints
}

function loadInteger(dtype: DType, address: I32): I32 {
  if (isHalf(dtype)) return i32.load16U(address)
  return isByte(dtype) ? i32.load8U(address) : i32.load(address)
}

/** The lowest bytes as integers, those of bools as masks. */
function widen(dtype: 'uint8' | 'bool', bytes: V128): V128 {
  const ints = i32x4.extendLowU(i16x8.extendLowU(bytes))
  return dtype === 'bool' ? i32x4.ne(ints, 0) : ints
}

/** Integers below 256, or masks as 0 and 1, as the lowest bytes. */
function bytesOf(dtype: 'uint8' | 'bool', x: V128): V128 {
  const ints = dtype === 'bool' ? v128.and(x, i32x4.literal(1)) : x
  return i8x16.narrowU(i16x8.narrowS(ints, i32x4.literal(0)), i32x4.literal(0))
}

/** Integers below 2¹⁶ in the lower half. */
function shortsOf(x: V128): V128 {
  return i16x8.narrowU(x, i32x4.literal(0))
}
