import { DataError } from '../errors/errors.ts'
import { type HostArray, hostArray } from '../graph/dtype.ts'
import type { HostTensor } from '../graph/host-tensor.ts'
import { formatShape } from '../graph/spec.ts'
import { maxHeaderBytes, metadataEntry, prefixBytes, type Safetensors, type TensorEntry } from './safetensors.ts'
import { type StoredDType, storedDTypes } from './stored-dtypes.ts'

/**
 * What a safetensors file holds. Tensors are copies: `bytes` may be used again.
 *
 * int64 and int16 become int32 here, uint64 becomes uint32.
 *
 * @param who - named in errors: the caller, and the file if there is one
 * @throws DataError when the file is truncated or malformed, has bytes that belong to no tensor or to two, a dtype that there is
 * not, or an integer that does not fit
 */
export function decodeSafetensors(bytes: Uint8Array, who = 'decodeSafetensors'): Safetensors {
  const { header, begin } = readHeader(bytes, who)
  const { [metadataEntry]: metadata = {}, ...rest } = header
  const entries = Object.entries(rest).map(([name, entry]) => checkEntry(who, name, entry))
  checkPlaces(who, entries, bytes.length - begin)
  const tensors = entries.map((entry) => {
    const [from, to] = entry.data_offsets
    // A copy, which Node's Buffer does not make in its own `slice`.
    const data = new Uint8Array(bytes.subarray(begin + from, begin + to)).buffer
    return [entry.name, readTensor(who, entry, data)] as const
  })
  return { tensors: new Map(tensors), metadata: checkMetadata(who, metadata) }
}

type Header = Readonly<Record<string, unknown>>

function readHeader(bytes: Uint8Array, who: string): { header: Header; begin: number } {
  if (bytes.length < prefixBytes) {
    throw damaged(who, `it begins with 8 bytes, got ${bytes.length}`)
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)
  if (length > maxHeaderBytes) {
    throw damaged(who, `the header has at most ${maxHeaderBytes} bytes, got ${length}`)
  }
  const begin = prefixBytes + Number(length)
  if (begin > bytes.length) {
    throw damaged(who, `the header has ${length} bytes, got ${bytes.length - prefixBytes}`)
  }
  const header = parseHeader(who, bytes.subarray(prefixBytes, begin))
  if (!isRecord(header)) throw damaged(who, 'the header is an object, got something else')
  return { header, begin }
}

function parseHeader(who: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw damaged(who, `the header is JSON, got "${(cause as Error).message}"`, { cause })
  }
}

interface NamedEntry extends TensorEntry {
  readonly name: string
  readonly stored: StoredDType
}

function checkEntry(who: string, name: string, entry: unknown): NamedEntry {
  const called = JSON.stringify(name)
  if (!isRecord(entry)) throw damaged(who, `a tensor has dtype, shape and data_offsets, got ${called} without them`)
  const { dtype, shape, data_offsets: offsets } = entry
  const stored = storedDTypes.get(String(dtype))
  if (stored === undefined) {
    throw new DataError(
      `${who}: there is no such dtype here, got ${JSON.stringify(dtype)} of ${called}; there are ${[...storedDTypes.keys()].join(', ')}`,
    )
  }
  if (!isCounts(shape)) throw damaged(who, `a shape is a list of whole numbers ≥ 0, got that of ${called}`)
  if (!isCounts(offsets) || offsets.length !== 2) throw damaged(who, `data_offsets are two, got those of ${called}`)
  const wanted = shape.reduce((product, dimension) => product * dimension, stored.bytes)
  const [begin, end] = offsets as [number, number]
  if (end - begin !== wanted) {
    throw damaged(who, `${called} is ${dtype}${formatShape(shape)} of ${wanted} bytes, got ${end - begin}`)
  }
  return { name, stored, dtype: String(dtype), shape, data_offsets: [begin, end] }
}

/** Tensors lie one behind the other and fill the file. */
function checkPlaces(who: string, entries: readonly NamedEntry[], bytes: number): void {
  // Among those that begin in one place an empty one comes first.
  const placed = entries.toSorted(
    (a, b) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1],
  )
  let end = 0
  for (const { name, data_offsets: offsets } of placed) {
    if (offsets[0] !== end) {
      const what = offsets[0] < end ? 'overlaps the tensor before it' : 'leaves a gap before it'
      throw damaged(who, `tensors lie one behind the other, got ${JSON.stringify(name)}, which ${what}`)
    }
    end = offsets[1]
  }
  if (end !== bytes) throw damaged(who, `the tensors take ${end} bytes, got ${bytes}`)
}

function readTensor(who: string, { name, shape, dtype, stored }: NamedEntry, bytes: ArrayBuffer): HostTensor {
  const data = stored.convert?.(bytes) ?? viewOf(stored, bytes)
  if ('outOfRange' in data) {
    throw new DataError(
      `${who}: ${dtype} becomes ${stored.dtype}, got ${data.outOfRange} in ${JSON.stringify(name)}, which it does not hold`,
    )
  }
  return { data, shape, dtype: stored.dtype }
}

function viewOf({ dtype }: StoredDType, bytes: ArrayBuffer): HostArray {
  const { constructor } = hostArray(dtype, 0)
  return new (constructor as new (buffer: ArrayBuffer) => HostArray)(bytes)
}

function checkMetadata(who: string, metadata: unknown): Readonly<Record<string, string>> {
  if (isRecord(metadata) && Object.values(metadata).every((text) => typeof text === 'string')) {
    return metadata as Record<string, string>
  }
  throw damaged(who, 'metadata are texts by name, got something else')
}

function isCounts(list: unknown): list is readonly number[] {
  return Array.isArray(list) && list.every((n) => Number.isSafeInteger(n) && n >= 0)
}

function isRecord(value: unknown): value is Header {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function damaged(who: string, what: string, options?: ErrorOptions): DataError {
  return new DataError(`${who}: no whole safetensors file, ${what}; fetch or save it again`, options)
}
