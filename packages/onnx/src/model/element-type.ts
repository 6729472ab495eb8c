import type { DType } from '@voltaic/core'
import type { OnnxElementType } from '../proto/index.ts'

const elementTypes: Readonly<Record<DType, OnnxElementType>> = {
  float32: 'float',
  float64: 'double',
  float16: 'float16',
  bfloat16: 'bfloat16',
  int32: 'int32',
  uint32: 'uint32',
  uint8: 'uint8',
  bool: 'bool',
}

/** The element type of ONNX in which `dtype` travels. */
export function elementTypeOf(dtype: DType): OnnxElementType {
  return elementTypes[dtype]
}

/** Whether values of a type are computed in floating point, by kernels of ONNX Runtime's own. */
export function isFloatType(type: OnnxElementType): boolean {
  return type === 'float' || type === 'double'
}

/** Whether values of a type are converted and moved, and nothing else. */
export function isHalfType(type: OnnxElementType): boolean {
  return type === 'float16' || type === 'bfloat16'
}

/** Element types whose constants can be written down as plain numbers. */
export type NumericType = Exclude<OnnxElementType, 'float16' | 'bfloat16'>

const arrays: Readonly<Record<Exclude<NumericType, 'int64'>, { from(values: readonly number[]): ArrayBufferView }>> = {
  float: Float32Array,
  double: Float64Array,
  int32: Int32Array,
  uint32: Uint32Array,
  uint8: Uint8Array,
  bool: Uint8Array,
}

/** The elements of a constant, as raw data. */
export function dataOf(type: NumericType, values: readonly number[]): ArrayBufferView {
  return type === 'int64' ? BigInt64Array.from(values, BigInt) : arrays[type].from(values)
}
