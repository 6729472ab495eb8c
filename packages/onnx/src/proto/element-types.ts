import type { OnnxElementType } from './model.ts'

/** What the format says of an element type: its number in `TensorProto.DataType`, and its bytes in `raw_data`. */
export interface ElementTypeInfo {
  readonly code: number
  readonly bytes: number
}

/** The element types by name. `code` is also what the `to` attribute of Cast takes. */
export const elementTypes: Readonly<Record<OnnxElementType, ElementTypeInfo>> = {
  float: { code: 1, bytes: 4 },
  uint8: { code: 2, bytes: 1 },
  int32: { code: 6, bytes: 4 },
  int64: { code: 7, bytes: 8 },
  bool: { code: 9, bytes: 1 },
  float16: { code: 10, bytes: 2 },
  double: { code: 11, bytes: 8 },
  uint32: { code: 12, bytes: 4 },
  bfloat16: { code: 16, bytes: 2 },
}
