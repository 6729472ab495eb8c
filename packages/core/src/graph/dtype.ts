import { DTypeError } from '../errors/errors.ts'

/** Element types. Half types travel as raw bits in a `Uint16Array`; `bool` as bytes 0 and 1. */
export type DType = 'float32' | 'float64' | 'float16' | 'bfloat16' | 'int32' | 'uint32' | 'uint8' | 'bool'

/** The host's side of a tensor: a flat, row-major typed array. */
export type HostArray =
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>

type Kind = 'bool' | 'integer' | 'float'

interface DTypeInfo {
  readonly kind: Kind
  readonly bytes: number
  /** Orders dtypes of one kind for promotion. */
  readonly rank: number
  readonly array: new (length: number) => HostArray
}

const info: Readonly<Record<DType, DTypeInfo>> = {
  bool: { kind: 'bool', bytes: 1, rank: 0, array: Uint8Array },
  uint8: { kind: 'integer', bytes: 1, rank: 0, array: Uint8Array },
  int32: { kind: 'integer', bytes: 4, rank: 1, array: Int32Array },
  uint32: { kind: 'integer', bytes: 4, rank: 2, array: Uint32Array },
  float16: { kind: 'float', bytes: 2, rank: 0, array: Uint16Array },
  bfloat16: { kind: 'float', bytes: 2, rank: 0, array: Uint16Array },
  float32: { kind: 'float', bytes: 4, rank: 1, array: Float32Array },
  float64: { kind: 'float', bytes: 8, rank: 2, array: Float64Array },
}

const kindOrder: Readonly<Record<Kind, number>> = { bool: 0, integer: 1, float: 2 }

/** Every dtype, in no particular order. */
export const dtypes: readonly DType[] = Object.keys(info) as DType[]

/**
 * Refuses what is no dtype.
 *
 * @throws DTypeError listing those that there are
 */
export function unknownDType(dtype: unknown): never {
  throw new DTypeError(`tensor: no such dtype, got ${JSON.stringify(dtype)}; there are ${dtypes.join(', ')}`)
}

/** Bytes of one element. */
export function bytesPerElement(dtype: DType): number {
  return info[dtype].bytes
}

export function isFloat(dtype: DType): boolean {
  return info[dtype].kind === 'float'
}

/** Whether `dtype` holds whole numbers; `bool` does not count. */
export function isInteger(dtype: DType): boolean {
  return info[dtype].kind === 'integer'
}

/** A zeroed host array of `length` elements of `dtype`. */
export function hostArray(dtype: DType, length: number): HostArray {
  const { array: HostArrayOf } = info[dtype] ?? unknownDType(dtype)
  return new HostArrayOf(length)
}

/** Whether `data` is the typed array in which `dtype` travels. */
export function isHostArrayOf(data: HostArray, dtype: DType): boolean {
  return data instanceof info[dtype].array
}

const lowest: Partial<Record<DType, number>> = {
  float64: -Number.MAX_VALUE,
  float32: -(2 - 2 ** -23) * 2 ** 127,
  float16: -65504,
  bfloat16: -(2 - 2 ** -7) * 2 ** 127,
}

/**
 * The lowest finite number of a float dtype, which stands for −∞ in masks.
 *
 * @throws DTypeError when `dtype` is no float
 */
export function lowestFinite(dtype: DType): number {
  const x = lowest[dtype]
  if (x === undefined) throw new DTypeError(`lowestFinite: takes a float dtype, got ${dtype}`)
  return x
}

const ranges: Partial<Record<DType, readonly [least: number, largest: number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  uint8: [0, 255],
}

/** The least and the largest number of an integer dtype; of others undefined. */
export function integerRange(dtype: DType): readonly [least: number, largest: number] | undefined {
  return ranges[dtype]
}

/**
 * The dtype in which two operands meet: PyTorch's promotion among tensors. float16 and bfloat16 meet in float32;
 * int32 and uint32, for want of int64, in uint32.
 */
export function promote(a: DType, b: DType): DType {
  if (a === b) return a
  const x = info[a]
  const y = info[b]
  if (x.kind !== y.kind) return kindOrder[x.kind] > kindOrder[y.kind] ? a : b
  if (x.rank === y.rank) return 'float32'
  return x.rank > y.rank ? a : b
}

/**
 * The dtype of a tensor combined with a plain number: the tensor's own, unless the number's kind is higher (a fraction
 * against an integer tensor gives `defaultFloat`, a whole number against a bool tensor int32).
 */
export function promoteWithNumber(dtype: DType, x: number, defaultFloat: DType = 'float32'): DType {
  if (isFloat(dtype)) return dtype
  if (!Number.isInteger(x)) return defaultFloat
  return dtype === 'bool' ? 'int32' : dtype
}
