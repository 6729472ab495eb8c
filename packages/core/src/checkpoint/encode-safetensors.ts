import { DTypeError, MisconfigurationError, ShapeError } from '../errors/errors.ts'
import { bytesPerElement, type DType, isHostArrayOf } from '../graph/dtype.ts'
import type { HostTensor } from '../graph/host-tensor.ts'
import { sizeOf } from '../graph/shape.ts'
import { formatShape } from '../graph/spec.ts'
import { joinBytes } from '../util/join-bytes.ts'
import { maxHeaderBytes, metadataEntry, prefixBytes, type Safetensors, type TensorEntry } from './safetensors.ts'
import { storedNames } from './stored-dtypes.ts'

/**
 * The bytes of a safetensors file.
 *
 * @throws MisconfigurationError when a name is the format's own, or names and metadata exceed 100 MB
 * @throws ShapeError or DTypeError when a tensor's data is not what its shape and dtype say
 */
export function encodeSafetensors(file: Safetensors): Uint8Array<ArrayBuffer> {
  return joinBytes(safetensorsParts(file))
}

/** The same in parts, of which all but the first are views of the tensors' own data. */
export function safetensorsParts({ tensors, metadata }: Safetensors): Uint8Array<ArrayBuffer>[] {
  // Widest elements first: behind a header of whole eights each tensor then begins at a multiple of its element.
  const widthOf = (dtype: DType) => bytesPerElement(dtype)
  const inOrder = [...tensors].sort(([, a], [, b]) => widthOf(b.dtype) - widthOf(a.dtype))
  const entries: string[] = [`${JSON.stringify(metadataEntry)}:${JSON.stringify(metadata)}`]
  const data: Uint8Array<ArrayBuffer>[] = []
  let end = 0
  for (const [name, tensor] of inOrder) {
    const bytes = bytesOf(name, tensor)
    const entry: TensorEntry = {
      dtype: storedNames[tensor.dtype],
      shape: tensor.shape,
      data_offsets: [end, end + bytes.length],
    }
    entries.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`)
    data.push(bytes)
    end += bytes.length
  }
  return [header(`{${entries.join(',')}}`), ...data]
}

function header(json: string): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(json)
  const length = Math.ceil(text.length / 8) * 8
  if (length > maxHeaderBytes) {
    throw new MisconfigurationError(
      `safetensors: names and metadata take at most ${maxHeaderBytes} bytes, got ${length}; save what is large as a tensor`,
    )
  }
  const bytes = new Uint8Array(prefixBytes + length).fill(0x20)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true)
  bytes.set(text, prefixBytes)
  return bytes
}

function bytesOf(name: string, { data, shape, dtype }: HostTensor): Uint8Array<ArrayBuffer> {
  if (name === metadataEntry) {
    throw new MisconfigurationError(`safetensors: the format keeps the name ${name} for itself, got a tensor of it`)
  }
  if (!isHostArrayOf(data, dtype)) {
    throw new DTypeError(
      `safetensors: ${dtype} does not travel in this array, got ${data.constructor.name} for ${JSON.stringify(name)}`,
    )
  }
  if (sizeOf(shape) !== data.length) {
    throw new ShapeError(
      `safetensors: the shape does not fit the data, got ${formatShape(shape)} for ${data.length} elements of ${JSON.stringify(name)}`,
    )
  }
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}
