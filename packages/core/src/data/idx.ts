import { DataError } from '../errors/errors.ts'
import { type DType, type HostArray, hostArray } from '../graph/dtype.ts'
import { type HostTensor, hostTensor } from '../graph/host-tensor.ts'
import { sizeOf } from '../graph/shape.ts'
import { formatShape } from '../graph/spec.ts'

interface ElementType {
  readonly dtype: DType
  readonly bytes: number
  /** Big-endian, as everything in an IDX file. */
  read(view: DataView, offset: number): number
}

/** The third byte of the magic number. */
const elementTypes: ReadonlyMap<number, ElementType> = new Map<number, ElementType>([
  [0x08, { dtype: 'uint8', bytes: 1, read: (view, offset) => view.getUint8(offset) }],
  [0x09, { dtype: 'int32', bytes: 1, read: (view, offset) => view.getInt8(offset) }],
  [0x0b, { dtype: 'int32', bytes: 2, read: (view, offset) => view.getInt16(offset) }],
  [0x0c, { dtype: 'int32', bytes: 4, read: (view, offset) => view.getInt32(offset) }],
  [0x0d, { dtype: 'float32', bytes: 4, read: (view, offset) => view.getFloat32(offset) }],
  [0x0e, { dtype: 'float64', bytes: 8, read: (view, offset) => view.getFloat64(offset) }],
])

/**
 * The tensor in an IDX file, the format of MNIST (yann.lecun.com/exdb/mnist).
 *
 * Signed bytes and 16-bit integers, for which there is no dtype, become int32.
 *
 * @param bytes - the whole file, uncompressed
 * @param who - names the file in errors
 * @throws DataError when the magic number is none, or the length is not what the header says
 */
export function parseIdx(bytes: Uint8Array, who = 'parseIdx'): HostTensor {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const { type, rank } = readMagic(view, who)
  const start = 4 + 4 * rank
  if (bytes.length < start) throw wrongLength(who, `a header of ${start} bytes`, bytes.length)

  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis))
  const expected = start + sizeOf(shape) * type.bytes
  if (bytes.length !== expected) {
    throw wrongLength(who, `${expected} bytes for shape ${formatShape(shape)}`, bytes.length)
  }
  return hostTensor(readElements(bytes, view, start, sizeOf(shape), type), shape, type.dtype)
}

function readMagic(view: DataView, who: string): { readonly type: ElementType; readonly rank: number } {
  if (view.byteLength < 4) throw wrongLength(who, 'a magic number of 4 bytes', view.byteLength)
  const magic = view.getUint32(0)
  if (magic >>> 16 === 0x1f8b) {
    throw new DataError(`${who}: the data is compressed, got the magic number of gzip; decompress it first`)
  }
  const type = elementTypes.get((magic >>> 8) & 0xff)
  if (magic >>> 16 !== 0 || type === undefined) {
    throw new DataError(
      `${who}: expected the magic number of IDX (0x0000ttnn, type tt 08, 09, 0b, 0c, 0d or 0e, nn dimensions), ` +
        `got 0x${magic.toString(16).padStart(8, '0')}; is this an IDX file?`,
    )
  }
  return { type, rank: magic & 0xff }
}

function readElements(bytes: Uint8Array, view: DataView, start: number, size: number, type: ElementType): HostArray {
  const data = hostArray(type.dtype, size)
  if (type.dtype === 'uint8') data.set(bytes.subarray(start))
  else for (let i = 0; i < size; i++) data[i] = type.read(view, start + i * type.bytes)
  return data
}

function wrongLength(who: string, expected: string, got: number): DataError {
  return new DataError(`${who}: expected ${expected}, got ${got} bytes; the file is truncated or damaged`)
}
