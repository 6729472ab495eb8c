import type { HostArray } from '@voltaic/core'
import { type DType, hostArray, type TensorSpec } from '@voltaic/core/graph'
import type { RawAttribute } from '../binding/binding.ts'
import type { TfDType } from '../binding/tf-dtype.ts'
import { checkCall } from '../ops/check-call.ts'
import type { RawAttributes, Shape } from '../ops/op-definition.ts'
import type { TensorData } from '../program/program.ts'
import { rawAttributes } from '../program/raw-attributes.ts'
import type { Handles } from './handles.ts'

/** A handle on a private copy of `data`, in the dtype in which a tensor of `spec` is stored. */
export function uploadTensor(handles: Handles, data: HostArray, { dtype, shape }: TensorSpec): number {
  const copy = data.slice()
  switch (dtype) {
    case 'float32':
      return handles.create(copy as Float32Array, 'float', shape)
    case 'int32':
      return handles.create(copy as Int32Array, 'int32', shape)
    case 'uint32':
      return handles.create(new Int32Array(copy.buffer), 'int32', shape)
    case 'uint8':
    case 'bool':
      return handles.create(copy as Uint8Array, dtype, shape)
    case 'bfloat16':
      return handles.create(widenedBfloat16(copy), 'float', shape)
    case 'float16':
      return fromBytes(handles, copy, 'half', shape)
    case 'float64':
      return fromBytes(handles, copy, 'double', shape)
  }
}

/** The host's copy of what a handle holds, once it is there. */
export function downloadTensor(handles: Handles, id: number, { dtype, shape, size }: TensorSpec): HostArray {
  if (size === 0) return hostArray(dtype, 0)
  switch (dtype) {
    case 'float32':
    case 'int32':
    case 'bool':
      return handles.read(id) as HostArray
    case 'uint32':
      return new Uint32Array(handles.read(id).buffer as ArrayBuffer)
    case 'uint8':
      // The addon reads no bytes.
      return Uint8Array.from(read(handles, id, [{ name: 'Cast', attributes: castTo('uint8', 'int32') }], dtype, shape))
    case 'bfloat16':
      return narrowedBfloat16(handles.read(id) as Float32Array)
    case 'float64': {
      const words = read(handles, id, [{ name: 'Bitcast', attributes: { T: 'double', type: 'float' } }], dtype, shape)
      return new Float64Array(words.buffer as ArrayBuffer)
    }
    case 'float16': {
      const bytes = [
        { name: 'Bitcast', attributes: { T: 'half', type: 'uint8' } },
        { name: 'Cast', attributes: castTo('uint8', 'int32') },
      ]
      return new Uint16Array(Uint8Array.from(read(handles, id, bytes, dtype, shape)).buffer)
    }
  }
}

function widenedBfloat16(bits: HostArray): Float32Array {
  return new Float32Array(Uint32Array.from(bits, (half) => half << 16).buffer)
}

function narrowedBfloat16(numbers: Float32Array): Uint16Array<ArrayBuffer> {
  return Uint16Array.from(new Uint32Array(numbers.buffer as ArrayBuffer), (word) => word >>> 16)
}

/** Bytes that become the elements they are the bytes of: what the addon cannot take as numbers. */
function fromBytes(handles: Handles, data: HostArray, dtype: 'half' | 'double', shape: Shape): number {
  const bytes = handles.create(new Uint8Array(data.buffer), 'uint8', [...shape, data.BYTES_PER_ELEMENT])
  try {
    return call(handles, { name: 'Bitcast', attributes: { T: 'uint8', type: dtype } }, bytes, 'uint8', [
      ...shape,
      data.BYTES_PER_ELEMENT,
    ]).id
  } finally {
    handles.free(bytes)
  }
}

interface UnaryCall {
  readonly name: string
  readonly attributes: RawAttributes
}

function castTo(SrcT: TfDType, DstT: TfDType): RawAttributes {
  return { SrcT, DstT, Truncate: false }
}

/** Reads what a chain of calls makes of a handle, and frees what they made. */
function read(handles: Handles, id: number, calls: readonly UnaryCall[], dtype: DType, shape: Shape): TensorData {
  const made: number[] = []
  try {
    let at: { readonly id: number; readonly dtype: TfDType; readonly shape: Shape } = {
      id,
      dtype: stored[dtype]!,
      shape,
    }
    for (const step of calls) {
      at = call(handles, step, at.id, at.dtype, at.shape)
      made.push(at.id)
    }
    return handles.read(at.id)
  } finally {
    for (const handle of made) handles.free(handle)
  }
}

const stored: Partial<Record<DType, TfDType>> = { uint8: 'uint8', float64: 'double', float16: 'half' }

function call(handles: Handles, { name, attributes }: UnaryCall, id: number, dtype: TfDType, shape: Shape) {
  const [spec] = checkCall(name, attributes, [{ dtype, shape }])
  const raw: readonly RawAttribute[] = rawAttributes(handles.binding, name, attributes)
  const [output] = handles.execute(name, raw, [id], 1)
  return { id: output!.id, ...spec! }
}
