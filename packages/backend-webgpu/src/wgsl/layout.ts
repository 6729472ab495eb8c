import { type DType, isFloat } from '@voltaic/core/graph'

/** WGSL's type of a number while a kernel computes with it. Half types compute in f32, uint8 in u32. */
export type NumberType = 'f32' | 'i32' | 'u32' | 'bool'

/** How the numbers of a dtype lie in a buffer: as elements of a WGSL array, of which each holds one or more. */
export interface Layout {
  readonly element: 'f32' | 'f16' | 'i32' | 'u32'
  /** Numbers in an element, the first in the lowest bits. */
  readonly perElement: 1 | 2 | 4
}

/** What a kernel reads or writes: the numbers of one buffer. */
export interface BufferSpec {
  readonly dtype: DType
  readonly size: number
  /**
   * Whether each number has a word of its own, as half types and bytes have them only between two kernels. Wide halves are
   * float32 and need not be rounded.
   */
  readonly wide: boolean
}

const packed: Readonly<Record<DType, Layout>> = {
  float32: { element: 'f32', perElement: 1 },
  float16: { element: 'f16', perElement: 1 },
  bfloat16: { element: 'u32', perElement: 2 },
  int32: { element: 'i32', perElement: 1 },
  uint32: { element: 'u32', perElement: 1 },
  uint8: { element: 'u32', perElement: 4 },
  bool: { element: 'u32', perElement: 4 },
  float64: { element: 'u32', perElement: 1 },
}

/** The layout of a buffer. */
export function layoutOf({ dtype, wide }: Pick<BufferSpec, 'dtype' | 'wide'>): Layout {
  if (!wide) return packed[dtype]
  if (isFloat(dtype)) return { element: 'f32', perElement: 1 }
  return { element: dtype === 'int32' ? 'i32' : 'u32', perElement: 1 }
}

/** Whether several numbers share an element: then one invocation writes all of them. */
export function isPacked(spec: Pick<BufferSpec, 'dtype' | 'wide'>): boolean {
  return layoutOf(spec).perElement > 1
}

/** Bytes of a buffer, a multiple of 4 and never 0, as bindings want them. */
export function bytesOf(spec: BufferSpec): number {
  const { element, perElement } = layoutOf(spec)
  const bytes = Math.ceil(spec.size / perElement) * (element === 'f16' ? 2 : 4)
  return Math.max(4, Math.ceil(bytes / 4) * 4)
}

/** The type in which kernels compute with numbers of `dtype`. */
export function numberType(dtype: DType): NumberType {
  if (dtype === 'bool') return 'bool'
  if (dtype === 'int32') return 'i32'
  return isFloat(dtype) ? 'f32' : 'u32'
}

/** The number at index `at`. */
export function loadExpression(spec: BufferSpec, array: string, at: string): string {
  const { element, perElement } = layoutOf(spec)
  if (perElement === 2) return `bitcast<f32>((${array}[${at} >> 1u] >> ((${at} & 1u) << 4u)) << 16u)`
  const word = perElement === 4 ? `((${array}[${at} >> 2u] >> ((${at} & 3u) << 3u)) & 255u)` : `${array}[${at}]`
  if (spec.dtype === 'bool') return `(${word} != 0u)`
  return element === 'f16' ? `f32(${word})` : word
}

/** The element that holds the number `x`; of packed ones its bits, at the lowest place. */
export function encodeExpression(spec: BufferSpec, x: string): string {
  const { element, perElement } = layoutOf(spec)
  if (spec.dtype === 'bool') return `select(0u, 1u, ${x})`
  // A bfloat16 is the upper half of the float32 of the same value.
  if (perElement === 2) return `(bitcast<u32>(${x}) >> 16u)`
  return element === 'f16' ? `f16(${x})` : x
}

/** `x` rounded to what `dtype` holds: the result of every operation is. */
export function rounded(dtype: DType, x: string): string {
  switch (dtype) {
    case 'float16':
      return `f_half(${x})`
    case 'bfloat16':
      return `f_bfloat(${x})`
    case 'uint8':
      return `((${x}) & 255u)`
    default:
      return x
  }
}
