/** Element types of TensorFlow, by TensorFlow's names. */
export type TfDType = 'float' | 'double' | 'half' | 'bfloat16' | 'int32' | 'int64' | 'uint8' | 'bool' | 'resource'

/** TensorFlow's `DataType` numbers. */
export const tfDTypeNumbers: Readonly<Record<TfDType, number>> = {
  float: 1,
  double: 2,
  int32: 3,
  uint8: 4,
  int64: 9,
  bool: 10,
  bfloat16: 14,
  half: 19,
  resource: 20,
}

/** Bytes of one element. */
export const tfDTypeBytes: Readonly<Record<TfDType, number>> = {
  float: 4,
  double: 8,
  int32: 4,
  uint8: 1,
  int64: 8,
  bool: 1,
  bfloat16: 2,
  half: 2,
  resource: 0,
}
