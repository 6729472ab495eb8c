import { type DType, type HostArray, hostArray, integerRange } from '../graph/dtype.ts'

/** How the elements of a stored dtype are read. */
export interface StoredDType {
  /** Bytes of one element. */
  readonly bytes: number
  /** The dtype that it becomes here. */
  readonly dtype: DType
  /**
   * Elements that come in another width than `dtype` has.
   *
   * @returns the elements, or the first one that `dtype` does not hold
   */
  readonly convert?: (bytes: ArrayBuffer) => HostArray | { readonly outOfRange: string }
}

/** What our dtypes are called in a file. */
export const storedNames: Readonly<Record<DType, string>> = {
  bool: 'BOOL',
  uint8: 'U8',
  int32: 'I32',
  uint32: 'U32',
  float16: 'F16',
  bfloat16: 'BF16',
  float32: 'F32',
  float64: 'F64',
}

/** The dtypes that are read. Integers without a dtype of their own here become wider ones, or 32 bits if they fit. */
export const storedDTypes: ReadonlyMap<string, StoredDType> = new Map<string, StoredDType>([
  ['BOOL', { bytes: 1, dtype: 'bool', convert: bools }],
  ['U8', { bytes: 1, dtype: 'uint8' }],
  ['I8', { bytes: 1, dtype: 'int32', convert: (bytes) => Int32Array.from(new Int8Array(bytes)) }],
  ['I16', { bytes: 2, dtype: 'int32', convert: (bytes) => Int32Array.from(new Int16Array(bytes)) }],
  ['U16', { bytes: 2, dtype: 'int32', convert: (bytes) => Int32Array.from(new Uint16Array(bytes)) }],
  ['F16', { bytes: 2, dtype: 'float16' }],
  ['BF16', { bytes: 2, dtype: 'bfloat16' }],
  ['I32', { bytes: 4, dtype: 'int32' }],
  ['U32', { bytes: 4, dtype: 'uint32' }],
  ['F32', { bytes: 4, dtype: 'float32' }],
  ['F64', { bytes: 8, dtype: 'float64' }],
  // PyTorch counts in int64: the batches that a batch norm has seen, say.
  ['I64', { bytes: 8, dtype: 'int32', convert: (bytes) => narrowed(new BigInt64Array(bytes), 'int32') }],
  ['U64', { bytes: 8, dtype: 'uint32', convert: (bytes) => narrowed(new BigUint64Array(bytes), 'uint32') }],
])

function narrowed(elements: BigInt64Array | BigUint64Array, dtype: DType): HostArray | { outOfRange: string } {
  const [least, largest] = integerRange(dtype)!
  const data = hostArray(dtype, elements.length)
  for (const [i, element] of elements.entries()) {
    if (element < least || element > largest) return { outOfRange: `${element}` }
    data[i] = Number(element)
  }
  return data
}

function bools(bytes: ArrayBuffer): HostArray | { outOfRange: string } {
  const data = new Uint8Array(bytes)
  const wrong = data.find((byte) => byte > 1)
  return wrong === undefined ? data : { outOfRange: `the byte ${wrong}` }
}
