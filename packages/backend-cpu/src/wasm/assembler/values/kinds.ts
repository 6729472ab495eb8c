import { type Expression, instruction, type Kind, type ValueType } from './expression.ts'

/** 32-bit integers. A literal may be written signed or unsigned: addresses go up to 2³² − 1. */
export const i32Kind: Kind<'i32'> = {
  name: 'i32',
  type: 'i32',
  literal: (value) => {
    const bits = integer(value, 32)
    return instruction('i32', 0x41, [], (code) => code.s32(Number(bits)))
  },
}

/** 64-bit integers; literals beyond 2⁵³ are written as bigint. */
export const i64Kind: Kind<'i64'> = {
  name: 'i64',
  type: 'i64',
  literal: (value) => {
    const bits = integer(value, 64)
    return instruction('i64', 0x42, [], (code) => code.s64(bits))
  },
}

/** Single precision; a literal is rounded to it. */
export const f32Kind: Kind<'f32'> = {
  name: 'f32',
  type: 'f32',
  literal: (value) => {
    const bytes = laneBytes((view) => view.setFloat32(0, float(value), true), 4)
    return instruction('f32', 0x43, [], (code) => code.bytes(bytes))
  },
}

/** Double precision. */
export const f64Kind: Kind<'f64'> = {
  name: 'f64',
  type: 'f64',
  literal: (value) => {
    const bytes = laneBytes((view) => view.setFloat64(0, float(value), true), 8)
    return instruction('f64', 0x44, [], (code) => code.bytes(bytes))
  },
}

/** The vector kinds: a literal fills all lanes. */
export const f32x4Kind: Kind<'v128'> = vectorKind('f32x4', 4, (view, value) => view.setFloat32(0, float(value), true))
export const f64x2Kind: Kind<'v128'> = vectorKind('f64x2', 8, (view, value) => view.setFloat64(0, float(value), true))
export const i8x16Kind: Kind<'v128'> = vectorKind('i8x16', 1, (view, value) => view.setInt8(0, small(value, 8)))
export const i16x8Kind: Kind<'v128'> = vectorKind('i16x8', 2, (view, value) => view.setInt16(0, small(value, 16), true))
export const i32x4Kind: Kind<'v128'> = vectorKind('i32x4', 4, (view, value) => view.setInt32(0, small(value, 32), true))
export const i64x2Kind: Kind<'v128'> = vectorKind('i64x2', 8, (view, value) => {
  view.setBigInt64(0, integer(value, 64), true)
})

/** Bits without lanes: a literal says nothing there, so only expressions are taken. */
export const v128Kind: Kind<'v128'> = {
  name: 'v128',
  type: 'v128',
  literal: (value) => {
    throw new TypeError(`wasm: v128 takes an expression, got ${value}; write f32x4.literal(${value}) or its like`)
  },
}

/** The kind of a value of which only the type is known: how parameters, locals and results are read. */
export const kindOf: { readonly [T in ValueType]: Kind<T> } = {
  i32: i32Kind,
  i64: i64Kind,
  f32: f32Kind,
  f64: f64Kind,
  v128: v128Kind,
}

/** `v128.const` of these 16 bytes. */
export function vectorLiteral(bytes: Uint8Array): Expression<'v128'> {
  return instruction('v128', 0xfd0c, [], (code) => code.bytes(bytes))
}

type SetLane = (view: DataView, value: number | bigint) => void

function vectorKind(name: string, width: number, setLane: SetLane): Kind<'v128'> {
  const literal = (value: number | bigint) => {
    const lane = laneBytes((view) => setLane(view, value), width)
    return vectorLiteral(Uint8Array.from({ length: 16 }, (_, at) => lane[at % width] ?? 0))
  }
  return { name, type: 'v128', literal }
}

function laneBytes(set: (view: DataView) => void, width: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(width))
  set(view)
  return new Uint8Array(view.buffer)
}

function float(value: number | bigint): number {
  if (typeof value === 'number') return value
  throw new TypeError(`wasm: a float takes a number, got the bigint ${value}; use Number()`)
}

function small(value: number | bigint, width: number): number {
  return Number(integer(value, width))
}

/** The two's complement of an integer that is given signed or unsigned. */
function integer(value: number | bigint, width: number): bigint {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new RangeError(`wasm: an integer takes a whole number, got ${value}; use a bigint beyond 2^53`)
  }
  const exact = BigInt(value)
  if (exact !== BigInt.asIntN(width, exact) && exact !== BigInt.asUintN(width, exact)) {
    throw new RangeError(`wasm: out of the range of ${width} bits, got ${value}; use a wider type`)
  }
  return BigInt.asIntN(width, exact)
}
